// Every page that each role reaches by its links, and every page in an error, in both languages and three sizes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LANGUAGES, begin, enter, open } from "./demo.mjs";
import { look, lookAtError } from "./look.mjs";

let demo;
before(async () => {
  demo = await begin();
});
after(() => demo?.stop());

/** Which pages each role reaches; each kind once, whatever case or rule it is about. */
const OF_CASES = [
  "/", "/docket", "/docket/handed-on", "/cases/{case}", "/cases/{case}/print", "/figures", "/law", "/law/{rule}",
  "/law/article/{n}", "/looks", "/me", "/enter", "/enter/{action}", "/enter/upload", "/inbox", "/shift", "/feeds", "/notify",
];
const REACHED = {
  clerk: OF_CASES,
  prosecutor: OF_CASES,
  investigator: OF_CASES,
  lawyer: OF_CASES.filter((path) => path !== "/figures"),
  supervisor: [
    "/", "/inbox", "/figures", "/figures/quarters", "/law", "/law/{rule}", "/law/article/{n}", "/look", "/looks", "/me", "/notify",
  ],
  operator: [
    "/health", "/people", "/people/{id}", "/tokens", "/mail", "/sessions", "/feeds", "/office-changes", "/law", "/law/{rule}",
    "/law/article/{n}", "/looks", "/me",
  ],
};

/** A path with what is one of many taken out, so that one of each kind of page is looked at. */
const kind = (path) =>
  path
    .replace(/\?.*$/, "")
    .replace(/\/enter\/(?!upload).+/, "/enter/{action}")
    .replace(/\/cases\/[A-Z0-9-]+/, "/cases/{case}")
    .replace(/\/law\/article\/.+/, "/law/article/{n}")
    .replace(/\/law\/(?!article\/)[^/]+/, "/law/{rule}")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "{id}");

/** Paths of the pages to which this one leads. */
async function ways(page) {
  const all = await page.locator("a[href^='/']").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  return all.map((path) => path.replace(/#.*$/, "")).filter((path) => path && !/^\/(language|assets|api)|\.(csv|json|xlsx)/.test(path));
}

/** The pages that are the same for whoever reads them; each is looked at once in a language. */
const seenByAll = new Set();
const isForAll = (kind) => /^\/(law|me|looks)/.test(kind);

/** Looks at one page of each kind that a role reaches. */
async function walk(login, language) {
  const page = await open(demo, language);
  await enter(page, login);
  const [seen, gone] = [new Set(), new Set()];
  const waiting = [new URL(page.url()).pathname];
  while (waiting.length > 0) {
    const path = waiting.shift();
    if (seen.has(kind(path)) || gone.has(path)) continue;
    gone.add(path);
    const answer = await page.goto(path);
    assert.equal(answer.status(), 200, `${login}: ${path}`);
    // Where it led: the first page of an operator is another one.
    const what = kind(new URL(page.url()).pathname);
    if (seen.has(what)) continue;
    seen.add(what);
    if (!seenByAll.has(`${language} ${what}`)) await look(page, `${login}-${language}-${what}`, language);
    if (isForAll(what)) seenByAll.add(`${language} ${what}`);
    waiting.push(...(await ways(page)));
  }
  await page.context().close();
  return [...seen].sort();
}

test("every page that a role reaches passes in both languages", async (t) => {
  for (const [login, reached] of Object.entries(REACHED)) {
    await Promise.all(
      LANGUAGES.map((language) =>
        t.test(`${login}, ${language}`, async () => assert.deepEqual(await walk(login, language), [...reached].sort())),
      ),
    );
  }
});

/** Fills the fields of a form and sends it, past what the browser itself would refuse. */
async function send(page, form, fields) {
  for (const [name, value] of Object.entries(fields)) await page.locator(`${form} [name="${name}"]`).first().fill(value);
  await page.locator(form).evaluate((form) => (form.noValidate = true));
  await page.locator(`${form} button`).last().click();
  await page.locator(".errors, .err").first().waitFor();
}

/** The forms that refuse, by role; "-" is somebody who is not logged in. */
const REFUSED = [
  ["-", "/login", 'form[action="/login"]', { u: "nobody-here", p: "wrong" }],
  ["clerk", "/me", 'form[action="/me/password"]', { old: "wrong", new: "a new sentence to enter by", again: "another" }],
  ["supervisor", "/look", 'form[action="/look"]', { reference: "VTE-2026-9999", reason: "" }],
  ["operator", "/people", 'form[action="/people"]', { name: "", login: "clerk" }],
  ["operator", "/mail", 'form[action="/mail"]', { to: "nobody", digest: "25:00" }],
  ["operator", "/tokens", 'form[action="/tokens"]', { name: "", until: "yesterday" }],
  ["operator", "/office-changes", 'form[action="/office-changes"]', {}],
  ["clerk", "/feeds", 'form[action="/feeds"]', { name: "" }],
  ["clerk", "/cases/VTE-2026-0002", "form.act", { known: "32/13/2026" }],
];
/** Forms that are looked at in every state: empty, refused, with what they would change, and with what has to be confirmed. */
const FORMS = ["case_opened", "custody_started", "remand_ordered", "hearing_held", "case_voided", "action_withdrawn"];
/** Pages in a state that only an address leads to: nothing found, a filter that is none, no page. */
const ODD = [
  ["clerk", "/docket?q=VTE-1999", 200],
  ["clerk", "/docket?child=nowhere&rule=none", 200],
  ["clerk", "/cases/VTE-2026-0002?known=1%2F3%2F2026", 200],
  ["clerk", "/confirm", 200],
  ["clerk", "/office-changes", 200],
  ["clerk", "/cases/XYZ-2026-0001", 404],
  ["operator", "/docket", 404],
  ["operator", "/inbox", 404],
  ["supervisor", "/shift", 404],
  ["-", "/no-such-page", 404],
];

test("every kind of form, refused or not, and what it would change pass in both languages", async (t) => {
  const fill = (language) =>
    t.test(language, async () => {
      const page = await open(demo, language, { script: true });
      await enter(page, "clerk");
      for (const action of FORMS) {
        await page.goto(`/enter/${action}?case=VTE-2026-0002`);
        await look(page, `form-${language}-${action}`, language);
        await page.locator('main button[value="preview"]').click();
        await page.locator(".errors").waitFor();
        await lookAtError(page, `form-refused-${language}-${action}`, language);
      }
      await page.goto("/enter/custody_started?case=VTE-2026-0002&date=13/5/2026");
      for (const name of ["evidence_firm", "necessary", "place.children_only", "place.sexes_separated"]) {
        await page.locator(`input[name="${name}"][value="no"]`).check();
      }
      await page.locator('main button[value="preview"]').click();
      await page.locator("#result").waitFor();
      await look(page, `difference-${language}`, language);
      await page.locator('button[value="record"]').click();
      await page.locator("#sure-e").waitFor();
      await lookAtError(page, `unconfirmed-${language}`, language);
      await page.context().close();
    });
  await Promise.all(LANGUAGES.map(fill));
});

test("a feed is made, its address shown once, and its calendar read", async () => {
  const page = await open(demo, "en");
  await enter(page, "prosecutor");
  await page.goto("/me");
  await page.getByRole("link", { name: "Feeds of your office" }).click();
  await page.getByLabel("What it is for").fill("Duty phone");
  await page.getByRole("button", { name: "Make a feed" }).click();
  const address = await page.locator("p.num").innerText();
  assert.match(address, /^http:\/\/[^/]+\/feed\/[\w-]{43}\/limits\.ics$/);
  await look(page, "feed-made-en", "en");
  const calendar = await fetch(address);
  assert.equal(calendar.headers.get("content-type"), "text/calendar; charset=utf-8");
  assert.match(await calendar.text(), /BEGIN:VEVENT[^]*BEGIN:VALARM/);
  await page.goto("/feeds");
  assert.equal(await page.getByText(address).count(), 0);
  await look(page, "feeds-en", "en");
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("cell", { name: "Revoked" }).waitFor();
  assert.equal((await fetch(address)).status, 404);
  await page.context().close();
});

test("switching the language of a form keeps what was typed, before and behind its preview", async () => {
  for (const script of [true, false]) {
    const page = await open(demo, "en", { script });
    await enter(page, "clerk");
    await page.goto("/enter/medical_check?case=VTE-2026-0002");
    const is = async (language, date) => {
      assert.equal(await page.locator("html").getAttribute("lang"), language);
      assert.equal(await page.locator('[name="date"]').first().inputValue(), date);
    };
    const change = () => page.locator('button[name="switch"]').click();
    await page.locator('[name="date"]').first().fill("32/5/2026");
    await change();
    await is("lo", "32/5/2026");
    assert.equal(await page.locator(".errors").count(), 0, "nothing was looked at yet");
    await page.locator('[name="date"]').first().fill("13/5/2026");
    await page.locator('main button[value="preview"]').click();
    await page.locator("#result").waitFor();
    await change();
    await is("en", "13/5/2026");
    await page.locator("#result").waitFor();
    await page.context().close();
  }
});

test("an alert is taken, and every state of the form passes in both languages", async (t) => {
  const take = (language, role) =>
    t.test(language, async () => {
      const page = await open(demo, language);
      await enter(page, role);
      await page.goto("/inbox");
      await page.locator("a[href*='form=takes']").first().click();
      await look(page, `take-${language}`, language);
      await page.locator("#form button").click();
      await page.locator(".errors").waitFor();
      await lookAtError(page, `take-refused-${language}`, language);
      await page.locator("#what").fill("call the station");
      await page.locator("#until").fill("tomorrow 9:00");
      await page.locator("#form button").click();
      await page.locator(".done").waitFor();
      assert.match(await page.locator("#taken").innerText(), /\(1\)/);
      await look(page, `taken-${language}`, language);
      await page.context().close();
    });
  await Promise.all([take("lo", "prosecutor"), take("en", "investigator")]);
});

test("a shift sheet that moved is refused, and one that is handed over passes in both languages", async (t) => {
  const hand = (language) =>
    t.test(language, async () => {
      const page = await open(demo, language);
      await enter(page, "investigator");
      await page.goto("/shift");
      // The list on the page is no longer the list as it stands.
      await page.locator('#confirm [name="list"]').evaluate((list) => (list.value = "00000000-0000-0000-0000-000000000000"));
      await page.locator("#confirm button").click();
      await page.locator(".errors").waitFor();
      await lookAtError(page, `shift-moved-${language}`, language);
      await page.locator("#confirm button").click();
      await page.locator(".done").waitFor();
      await look(page, `shift-given-${language}`, language);
      await page.context().close();
    });
  await Promise.all(LANGUAGES.map(hand));
});

test("every refused form and every odd state passes in both languages", async (t) => {
  const refuse = (language) =>
    t.test(language, async () => {
      for (const login of ["-", "clerk", "supervisor", "operator"]) {
        const page = await open(demo, language);
        if (login !== "-") await enter(page, login);
        for (const [, path, form, fields] of REFUSED.filter(([of]) => of === login)) {
          await page.goto(path);
          await send(page, form, fields);
          await lookAtError(page, `refused-${login}-${language}-${kind(path)}`, language);
        }
        for (const [, path, status] of ODD.filter(([of]) => of === login)) {
          const answer = await page.goto(path);
          assert.equal(answer.status(), status, path);
          await lookAtError(page, `odd-${login}-${language}-${path}`, language);
        }
        await page.context().close();
      }
    });
  await Promise.all(LANGUAGES.map(refuse));
});
