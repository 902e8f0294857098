// Live updates in a browser: an alert that is raised is on the screen without another load, in every tab, by one stream.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, begin, enter, open } from "./demo.mjs";
import { look } from "./look.mjs";

let demo;
before(async () => {
  demo = await begin();
});
after(() => demo?.stop());

/** How long something may take that waiting is for. */
const PATIENCE = 20_000;

const line = (page) => page.locator("#live p");

/** Opens a page and waits until its stream, if it has one, is open and its first question is answered. */
async function follow(page, path) {
  const asked = page.waitForResponse((answer) => answer.url().includes("/live?"));
  await page.goto(path);
  await asked;
  assert.equal(await line(page).isVisible(), false, `${path}: nothing has changed yet`);
}

/** Notes how many streams a page has open. */
async function counting(page) {
  const open = new Set();
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  client.on("Network.requestWillBeSent", ({ requestId, request }) => request.url.endsWith("/api/v1/changes") && open.add(requestId));
  for (const end of ["Network.loadingFinished", "Network.loadingFailed"]) client.on(end, ({ requestId }) => open.delete(requestId));
  return () => open.size;
}

/** A clerk of another window records that a child was taken into custody long ago: alerts follow at once. */
async function alarm(page, reference) {
  await page.goto(`/enter/custody_started?case=${reference}&date=5/5/2026`);
  for (const name of ["evidence_firm", "necessary", "place.children_only", "place.sexes_separated"]) {
    await page.locator(`input[name="${name}"][value="no"]`).check();
  }
  await page.locator('main button[value="preview"]').click();
  await page.locator("#result").waitFor();
  const sure = page.locator("#sure");
  if ((await sure.count()) > 0) await sure.check();
  const recorded = Date.now();
  await page.locator('button[value="record"]').click();
  await page.waitForURL((url) => url.pathname.startsWith("/cases/"));
  return recorded;
}

test("an alert that is raised is on the screen of every page without another load, and a reader hears it politely", async (t) => {
  const pages = [];
  for (const path of ["/", "/docket", "/inbox", "/cases/VTE-2026-0011"]) {
    // A window of its own for each, since the tabs of one share a session.
    const page = await open(demo, "en");
    await enter(page, "prosecutor");
    await follow(page, path);
    pages.push([path, page]);
  }
  const elsewhere = await open(demo, "en");
  await enter(elsewhere, "clerk");
  const recorded = alarm(elsewhere, "VTE-2026-0011");
  const shown = pages.map(async ([path, page]) => {
    await page.waitForFunction(() => !document.querySelector("#live p").hidden, undefined, { polling: 20, timeout: PATIENCE });
    return `${path}: on the screen ${Date.now() - (await recorded)} ms after the click that recorded it`;
  });
  for (const said of await Promise.all(shown)) t.diagnostic(said);
  for (const [path, page] of pages) {
    assert.match(await line(page).innerText(), /^\d+ new alerts? since \d\d:\d\d:\d\d\. Show/);
    assert.equal(await page.locator("#live").getAttribute("role"), "status");
    await look(page, `live-en-${path}`, "en");
    await line(page).locator("a").first().click();
    await page.waitForLoadState();
    assert.equal(new URL(page.url()).pathname, path);
    assert.equal(await line(page).isVisible(), false, `${path}: what is shown now is not new`);
    assert.deepEqual(page.complaints, []);
  }
  for (const [, page] of pages) await page.context().close();
  await elsewhere.context().close();
});

test("two tabs have one stream, both say what is new, and the one that stays takes it over", async () => {
  for (const language of LANGUAGES) {
    const one = await open(demo, language);
    await enter(one, "investigator");
    const other = await one.context().newPage();
    const [ofOne, ofOther] = [await counting(one), await counting(other)];
    await follow(one, "/docket");
    assert.equal(ofOne(), 1);
    await follow(other, "/inbox");
    const until = Date.now() + PATIENCE;
    while (ofOne() !== 0) {
      assert.ok(Date.now() < until, "the first tab keeps its stream");
      await one.waitForTimeout(20);
    }
    assert.equal(ofOther(), 1);
    const elsewhere = await open(demo, "en");
    await enter(elsewhere, "clerk");
    await alarm(elsewhere, language === "en" ? "VTE-2026-0027" : "VTE-2026-0038");
    for (const page of [one, other]) {
      await line(page).waitFor({ timeout: PATIENCE });
      assert.match(await line(page).innerText(), language === "en" ? /since/ : /ຕັ້ງແຕ່/);
    }
    assert.equal(ofOne() + ofOther(), 1);
    await other.close();
    const takes = Date.now() + PATIENCE;
    while (ofOne() !== 1) {
      assert.ok(Date.now() < takes, "nobody takes the stream over");
      await one.waitForTimeout(20);
    }
    await one.context().close();
    await elsewhere.context().close();
  }
});

test("title and sound are chosen in the browser, which keeps nothing else", async () => {
  const page = await open(demo, "en");
  await page.addInitScript(() => {
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
      window.tones += 1;
      return start.apply(this, when);
    };
  });
  await enter(page, "lawyer");
  await page.goto("/me");
  await page.locator("#live-title").check();
  await page.locator("#live-sound").check();
  await page.locator("#live-try").click();
  assert.equal(await page.evaluate(() => window.tones), 1);
  await follow(page, "/docket");
  const elsewhere = await open(demo, "en");
  await enter(elsewhere, "clerk");
  await alarm(elsewhere, "VTE-2026-0002");
  await line(page).waitFor({ timeout: PATIENCE });
  // What is recorded is told first, and then the alert.
  await page.waitForFunction(() => /^\(\d+\) Docket/.test(document.title), undefined, { timeout: PATIENCE });
  await page.waitForFunction(() => window.tones > 0, undefined, { timeout: PATIENCE });
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.deepEqual(JSON.parse(kept), { "kamnot-live-title": "yes", "kamnot-live-sound": "yes" });
  await page.goto("/me");
  assert.ok(await page.locator("#live-title").isChecked());
  await page.locator("#live-title").uncheck();
  assert.equal(await page.evaluate(() => localStorage.getItem("kamnot-live-title")), null);
  await page.context().close();
  await elsewhere.context().close();
});

test("whoever is logged out elsewhere is told that live updates have ended", async () => {
  const page = await open(demo, "en");
  await enter(page, "lawyer");
  await follow(page, "/docket");
  const other = await page.context().newPage();
  await other.goto("/me");
  await other.locator('form[action="/logout"] button').click();
  await page.locator("#live p", { hasText: "Live updates have ended. Load the page again" }).waitFor({ timeout: PATIENCE });
  await page.context().close();
});
