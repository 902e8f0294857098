// How people get about: a newcomer, somebody without JavaScript, somebody without a mouse; what a page weighs; what happens
// while one looks; the document on paper.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { LANGUAGES, begin, enter, open } from "./demo.mjs";
import { SHOTS } from "./look.mjs";

let demo, began;
before(async () => {
  demo = await begin();
  began = Date.now();
});
after(() => demo?.stop());

test("a newcomer finds in three clicks the child who is held too long, why, and since when", async () => {
  const page = await open(demo, "en");
  await page.goto("/");
  assert.equal(new URL(page.url()).pathname, "/login", "whoever comes to the address sees the roles");
  await page.locator('form[action="/demo"] button').first().click();
  await page.locator("main .card.certain a").first().click();
  const worst = page.locator("table.docket tr.worst").first();
  assert.match(await worst.innerText(), /Over, both readings/);
  await worst.locator("a[href^='/cases/']").click();
  assert.match(await page.locator(".free .say").innerText(), /should have been free since the end of Monday.11.May.2026/);
  assert.match(await page.locator(".free dl").innerText(), /Why\s+Longest remand, Art..64/);
  await page.context().close();
});

test("without JavaScript one filters, asks what was known, gives a reason, prints, and leaves", async () => {
  const page = await open(demo, "en", { script: false });
  await enter(page, "clerk");
  await page.goto("/docket");
  await page.locator('select[name="child"]').selectOption({ index: 1 });
  await page.locator(".filters form button").click();
  assert.match(page.url(), /child=/);
  await page.locator("table.docket a[href^='/cases/']").first().click();
  await page.locator('input[name="known"]').fill("1/5/2026");
  await page.locator("form.act button").click();
  assert.ok((await page.locator("main .note").count()) > 0, "the page says of which day it is");
  await page.locator('a[href*="/print"]').click();
  await page.locator(".sheet .free").waitFor();
  await page.locator('a[href^="/cases/"]').first().click();
  await page.locator('form[action="/logout"] button').click();
  await page.locator('form[action="/demo"] button[value="supervisor"]').click();
  await page.goto("/look");
  await page.locator('input[name="reference"]').fill("VTE-2026-0002");
  await page.locator('input[value="complaint"]').check();
  await page.locator('textarea[name="reason"]').fill("The family asks.");
  await page.locator('form[action="/look"] button').click();
  assert.match(page.url(), /\/cases\/VTE-2026-0002$/);
  await page.locator(".free .say").waitFor();
  await page.context().close();
});

test("without a mouse and without JavaScript a clerk enters a paper, and lands on the row with the next limit", async () => {
  const page = await open(demo, "en", { script: false });
  await enter(page, "clerk");
  await page.goto("/enter/medical_check?case=VTE-2026-0011");
  await page.locator('input[name="date"]').focus();
  await page.keyboard.type("13/5/2026");
  await page.keyboard.press("Tab");
  await page.keyboard.type("9:30");
  await page.keyboard.press("Enter");
  await page.locator("#result").waitFor();
  assert.match(await page.locator(".echo").innerText(), /Wednesday.13.May.2026, 09:30, yesterday/);
  const sure = page.locator("#sure");
  if ((await sure.count()) > 0) {
    await sure.focus();
    await page.keyboard.press("Space");
  }
  await page.locator('button[value="record"]').focus();
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname === "/cases/VTE-2026-0011" && url.hash.length > 1);
  const row = page.locator("tr:target");
  assert.match(await row.innerText(), /Recorded: Child checked by a doctor/);
  await row.locator('a[href^="/enter?case=VTE-2026-0011"]').focus();
  await page.keyboard.press("Enter");
  assert.match(await page.locator("main").innerText(), /Sheet 2 of today · 1 sheet entered/);
  await page.context().close();
});

test("by keyboard alone one comes from the login to a case, and always sees where one is", async () => {
  const page = await open(demo, "en");
  await page.goto("/login");
  const press = async (reached, what) => {
    for (let n = 0; n < 100; n += 1) {
      await page.keyboard.press("Tab");
      const seen = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        const { width, height } = document.activeElement.getBoundingClientRect();
        return document.activeElement === document.body || (outlineStyle !== "none" && outlineWidth !== "0px" && width > 0 && height > 0);
      });
      assert.ok(seen, `${what}: the focus is not seen after ${n + 1} keys`);
      if (await page.evaluate(reached)) return page.keyboard.press("Enter");
    }
    throw new Error(`no key leads to ${what}`);
  };
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await press(() => document.activeElement.form?.getAttribute("action") === "/demo", "a role");
  await page.waitForURL((url) => url.pathname === "/");
  await press(() => document.activeElement.getAttribute("href") === "/docket", "the docket");
  await page.waitForURL("**/docket");
  await press(() => document.activeElement.getAttribute("href")?.startsWith("/cases/"), "a case");
  await page.waitForURL("**/cases/*");
  await press(() => document.activeElement.tagName === "SUMMARY", "how a limit is counted");
  assert.ok(await page.evaluate(() => document.activeElement.parentElement.open), "the count opens");
  await press(() => document.activeElement.name === "known", "as known on");
  await page.context().close();
});

/** What a visit to a path transfers, in bytes: what was asked for until the fonts stand, each waited for to its end. */
async function weight(page, path) {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  const [asked, ended] = [new Set(), new Set()];
  let bytes = 0;
  // A stream has no end, and weighs nothing.
  client.on("Network.requestWillBeSent", (sent) => sent.type !== "EventSource" && asked.add(sent.requestId));
  client.on("Network.loadingFailed", (failed) => ended.add(failed.requestId));
  client.on("Network.loadingFinished", (finished) => {
    ended.add(finished.requestId);
    bytes += finished.encodedDataLength;
  });
  await page.goto(path);
  await page.evaluate(() => document.fonts.ready);
  // The browser tells of a transfer a little after the page has it, and the page asks what has changed once its stream is open.
  const until = Date.now() + 20_000;
  for (let still = Date.now(); Date.now() - still < 500; await page.waitForTimeout(50)) {
    if ([...asked].every((one) => ended.has(one))) continue;
    assert.ok(Date.now() < until, `${path}: a transfer has no end`);
    still = Date.now();
  }
  await client.detach();
  return bytes;
}

test("a first load takes at most 120 KB, a later page at most 30 KB", async (t) => {
  for (const language of LANGUAGES) {
    const page = await open(demo, language);
    await enter(page, "clerk");
    const cookies = await page.context().cookies();
    for (const path of ["/law", "/law/custody-48h", "/figures", "/looks"]) {
      const later = await weight(page, path);
      assert.ok(later <= 30_000, `${path}: ${later} bytes later`);
    }
    for (const path of ["/", "/docket", "/cases/VTE-2026-0002", "/cases/VTE-2026-0002/print"]) {
      // A browser that was never here: the language is a cookie, so nothing has been loaded before.
      const anew = await demo.browser.newContext({ baseURL: demo.address });
      await anew.addCookies(cookies);
      const [first, later] = [await weight(await anew.newPage(), path), await weight(page, path)];
      t.diagnostic(`${language} ${path}: ${first} bytes first, ${later} later`);
      assert.ok(first > 40_000, `${path}: the fonts are part of a first load, ${first} bytes`);
      assert.ok(first <= 120_000, `${path}: ${first} bytes`);
      assert.ok(later <= 30_000, `${path}: ${later} bytes later`);
      await anew.close();
    }
    await page.context().close();
  }
});

test("the document for a judge goes on A4 paper in both languages", async () => {
  for (const language of LANGUAGES) {
    const page = await open(demo, language);
    await enter(page, "lawyer");
    for (const path of ["/cases/VTE-2026-0002/print", "/cases/VTE-2026-0002"]) {
      await page.goto(path);
      // A4 without the margins of the style sheet, at 96 pixels an inch.
      await page.setViewportSize({ width: Math.floor(((210 - 34) / 25.4) * 96), height: 1000 });
      await page.emulateMedia({ media: "print" });
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(beyond <= 0, `${path}: runs out of the paper by ${beyond} pixels`);
      const shown = await page.locator("nav.main, .noprint, form.act, .skip").evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
      assert.equal(shown, 0, `${path}: what is for the screen alone is printed`);
      const pdf = await page.pdf({ preferCSSPageSize: true });
      const pages = pdf.toString("latin1").match(/\/Type ?\/Page\b(?!s)/g)?.length ?? 0;
      assert.ok(pages >= 2 && pages <= 12, `${path}: ${pages} pages`);
      writeFileSync(join(SHOTS, `${path.replace(/[^a-z0-9]+/gi, "-")}-${language}.pdf`), pdf);
      await page.emulateMedia({ media: "screen" });
    }
    await page.context().close();
  }
});

test("the document for a judge shows its whole picture and legend on a wide screen", async () => {
  const page = await open(demo, "en");
  await enter(page, "lawyer");
  await page.setViewportSize({ width: 1280, height: 1000 });
  await page.goto("/cases/VTE-2026-0002/print");
  const [cut, legend] = await page.evaluate(() => {
    const picture = document.querySelector(".pic");
    return [picture.scrollWidth - picture.clientWidth, document.querySelector(".key").clientWidth];
  });
  assert.ok(cut <= 0, `${cut} pixels of the picture are cut off`);
  assert.ok(legend > 300, `the legend is ${legend} pixels wide`);
  await page.context().close();
});

test("a case in one file opens without a server, in both languages, under the policy that it carries", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kamnot-"));
  const run = (...words) => execFileSync(process.env.KAMNOT_PROGRAM, words, { env: { ...process.env, KAMNOT_DB: join(folder, "log.db") } });
  try {
    run("import", resolve("scenarios/demo/near-the-cap.jsonl"));
    for (const language of LANGUAGES) {
      const path = join(folder, `case.${language}.html`);
      writeFileSync(path, run("timeline", "VTE-2026-0002", "--html", "--lang", language, "--at", "2026-05-14T08:10:00+07:00"));
      const page = await open(demo, language);
      const asked = [];
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(`file://${path}`);
      assert.equal(await page.locator(".free.certain .say").count(), 1);
      assert.ok(await page.evaluate(() => document.fonts.ready.then(() => [...document.fonts].some((font) => font.status === "loaded"))));
      assert.equal(await page.locator(".sheet").evaluate((sheet) => getComputedStyle(sheet).borderStyle), "solid", "the style holds");
      // The page before may still have asked for its icon; the file cannot know that address.
      const elsewhere = asked.filter((url) => !/^(file|data):/.test(url) && !url.startsWith(demo.address));
      assert.deepEqual(elsewhere, []);
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a limit passes while one looks", async () => {
  const page = await open(demo, "en");
  await enter(page, "clerk");
  const group = async () => {
    await page.goto("/docket?q=VTE-2026-0038");
    return page.locator("table.docket tbody").first().locator("th").first().innerText();
  };
  let now = await group();
  while (!/past a limit, under both readings/.test(now)) {
    assert.match(now, /ends today/);
    assert.ok(Date.now() - began < 300_000, "five minutes are gone, and no limit has passed");
    await page.waitForTimeout(2000);
    now = await group();
  }
  await page.goto("/cases/VTE-2026-0038");
  assert.match(await page.locator(".free .say").innerText(), /should have been free since Thursday.14.May.2026, 08:13/);
  await page.context().close();
});
