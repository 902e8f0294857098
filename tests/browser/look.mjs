// What holds for every page in whatever state: no accessibility violation (axe: WCAG 2.2 AA and best practice), nothing that
// runs out of the page sideways, no id twice, nothing personal in title or address, no message in the browser's console.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { MARK } from "./demo.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
export const SHOTS = process.env.KAMNOT_SHOTS ?? "shots";
mkdirSync(SHOTS, { recursive: true });
/** What the demo's cases hold of children, and must stand in no title and no address. */
const PERSONAL = /\bC0\d{3}\b|birth|\d{4}-\d{2}-\d{2}T/i;
/** A desk, a telephone, and the desk magnified to 200 %, at which a browser has half the pixels to lay out. */
const SIZES = { wide: [1280, 900], narrow: [320, 640], magnified: [640, 450] };

/** Looks at the page in the state in which it is, in all sizes. */
export async function look(page, what, language) {
  assert.equal(await page.locator("html").getAttribute("lang"), language, `${what}: the language`);
  assert.doesNotMatch(await page.title(), PERSONAL, `${what}: the title`);
  assert.doesNotMatch(decodeURIComponent(page.url()), PERSONAL, `${what}: the address`);
  assert.match(await page.locator("body").innerText(), MARK[language], `${what}: the mark of the demo`);
  const ids = await page.evaluate(() => [...document.querySelectorAll("[id]")].map((one) => one.id));
  assert.deepEqual(ids.filter((id, nth) => ids.indexOf(id) !== nth), [], `${what}: ids that stand twice`);
  await page.evaluate(AXE);
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    await page.setViewportSize({ width, height });
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(beyond <= 0, `${what}, ${size}: runs out of the page by ${beyond} pixels`);
    const violations = await page.evaluate(async (rules) => {
      const found = await window.axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
      return found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.target).slice(0, 3).join("; ")}`);
    }, RULES);
    assert.deepEqual(violations, [], `${what}, ${size}`);
    const path = join(SHOTS, `${what.replace(/[^a-z0-9]+/gi, "-")}-${size}.jpeg`);
    await page.screenshot({ path, type: "jpeg", quality: 60, fullPage: true });
  }
  await page.setViewportSize({ width: SIZES.wide[0], height: SIZES.wide[1] });
  assert.deepEqual(page.complaints, [], `${what}: the console`);
}

/** Looks at the answer to a form that was refused; that the browser itself notes its status is no complaint of the page's. */
export async function lookAtError(page, what, language) {
  page.complaints = page.complaints.filter((text) => !text.includes("the server responded with a status of 4"));
  await look(page, what, language);
}
