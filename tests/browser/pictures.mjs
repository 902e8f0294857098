// The pictures of the README, from the program itself: `tests/run --pictures`. The case and the docket as the demo's clerk sees
// them, each below 150 KB.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { begin, enter, open } from "./demo.mjs";
import { reduced } from "./palette.mjs";

const FOLDER = process.env.KAMNOT_PICTURES ?? "docs/pictures";
const WIDTH = 960;
const LARGEST = 150_000;

mkdirSync(FOLDER, { recursive: true });
const demo = await begin();
try {
  const page = await open(demo, "en", { width: WIDTH, height: 900 });
  await enter(page, "clerk");
  // The head and the first groups of the docket; of the case what answers: should the child be free, why, since when.
  const pictures = [
    ["docket.png", "/docket", "body", "table.docket tbody:nth-of-type(4) tr:first-child"],
    ["case.png", "/cases/VTE-2026-0002", ".idbar", ".figure"],
  ];
  for (const [name, path, first, last] of pictures) {
    await page.goto(path);
    await page.evaluate(() => document.fonts.ready);
    const [{ y }, end] = [await page.locator(first).boundingBox(), await page.locator(last).boundingBox()];
    const height = Math.round(end.y - y + (name === "case.png" ? end.height + 12 : 0));
    const file = join(FOLDER, name);
    const picture = reduced(await page.screenshot({ fullPage: true, clip: { x: 0, y, width: WIDTH, height } }));
    if (picture.length > LARGEST) throw new Error(`${file} has ${picture.length} bytes`);
    writeFileSync(file, picture);
    console.log(`${file}: ${picture.length} bytes`);
  }
} finally {
  await demo.stop();
}
