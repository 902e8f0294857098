// Every page that each role reaches, in Chromium: both languages, a telephone's width and a desk's, magnified, without
// JavaScript, by keyboard. No accessibility violation (axe: WCAG 2.2 AA and best practice), nothing that runs out of the page
// sideways, no message in the browser's console. Screenshots stay in the folder KAMNOT_SHOTS as output.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SHOTS = process.env.KAMNOT_SHOTS ?? "shots";
const CHROMIUM = process.env.KAMNOT_CHROMIUM ?? "/usr/bin/chromium";
const PROGRAM = process.env.KAMNOT_PROGRAM;
/** What may be planted in made-up cases and must stand in no title and no address. */
const PERSONAL = /\d{4}-\d{2}-\d{2}T|birth/i;
const SIZES = [
  { name: "wide", width: 1280, height: 900, scale: 1 },
  { name: "narrow", width: 320, height: 640, scale: 1 },
  // 1280 pixels at 200 %.
  { name: "magnified", width: 640, height: 450, scale: 2 },
];

let demo, address, browser;

before(async () => {
  assert.ok(PROGRAM, "KAMNOT_PROGRAM names the built program");
  mkdirSync(SHOTS, { recursive: true });
  demo = spawn(PROGRAM, ["demo", "--web", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  address = await new Promise((found, failed) => {
    let said = "";
    demo.stdout.on("data", (data) => {
      said += data;
      const match = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (match) found(match[0]);
    });
    demo.on("exit", (code) => failed(new Error(`the demo ended with ${code}:\n${said}`)));
  });
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});

after(async () => {
  await browser?.close();
  demo?.kill("SIGTERM");
});

/** A browser's window in a language; `script`: whether pages may run JavaScript. */
async function open(size, language, script = true) {
  const context = await browser.newContext({
    baseURL: address,
    javaScriptEnabled: script,
    viewport: { width: size.width, height: size.height },
    deviceScaleFactor: size.scale,
    locale: language === "en" ? "en-GB" : "lo-LA",
  });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(`/language?to=${language}`);
  return page;
}

/** The roles that the demo offers, by the login of each button. */
async function roles() {
  const page = await open(SIZES[0], "en");
  await page.goto("/login");
  const logins = await page.locator('form[action="/demo"] button[name="login"]').evaluateAll((all) => all.map((one) => one.value));
  await page.context().close();
  assert.ok(logins.length >= 6, `the login page offers ${logins.length} roles`);
  return logins;
}

async function enter(page, login) {
  await page.goto("/login");
  await page.locator(`form[action="/demo"] button[value="${login}"]`).click();
}

/** A path with what is one of many taken out, so that one of each kind of page is looked at. */
const kind = (path) =>
  path.replace(/\?.*$/, "").replace(/[A-Z]{2,}-\d{4}-\d+/g, "{case}").replace(/(\/law\/)[^/]+/, "$1{rule}").replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "{id}");

/** Paths of the pages that lead on from here. */
async function ways(page) {
  const all = await page.locator("a[href^='/']").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  return all.map((path) => path.replace(/#.*$/, "")).filter((path) => path && !/^\/(language|assets|api)|\.(csv|json)/.test(path));
}

/** Looks at one page in the state in which it is. */
async function look(page, what, size) {
  const title = await page.title();
  assert.doesNotMatch(title, PERSONAL, `${what}: the title`);
  assert.doesNotMatch(page.url(), PERSONAL, `${what}: the address`);
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(beyond <= 0, `${what}: runs out of the page by ${beyond} pixels`);
  await page.evaluate(AXE);
  const result = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  const violations = result.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.target).slice(0, 3).join("; ")}`);
  assert.deepEqual(violations, [], what);
  assert.deepEqual(page.complaints, [], `${what}: the console`);
  await page.screenshot({ path: join(SHOTS, `${what.replace(/[^a-z0-9]+/gi, "-")}-${size.name}.png`), fullPage: true });
}

/** Looks at one page of each kind that a role reaches. */
async function walk(login, language, size) {
  const page = await open(size, language);
  await enter(page, login);
  const seen = new Set();
  const waiting = [new URL(page.url()).pathname];
  while (waiting.length > 0) {
    const path = waiting.shift();
    if (seen.has(kind(path))) continue;
    seen.add(kind(path));
    const answer = await page.goto(path);
    assert.equal(answer.status(), 200, `${login}: ${path}`);
    assert.equal(await page.locator("html").getAttribute("lang"), language, `${login}: ${path}`);
    await look(page, `${login}-${language}-${kind(path)}`, size);
    waiting.push(...(await ways(page)));
  }
  await page.context().close();
  return seen;
}

test("every page of every role passes in both languages, wide, narrow and magnified", async (t) => {
  for (const login of await roles()) {
    for (const language of ["lo", "en"]) {
      for (const size of SIZES) {
        await t.test(`${login}, ${language}, ${size.name}`, async () => {
          const seen = await walk(login, language, size);
          assert.ok(seen.size >= 2, `${login} reaches ${[...seen].join(", ")}`);
        });
      }
    }
  }
});

test("the pages in front of the login pass, and so do their errors", async (t) => {
  for (const language of ["lo", "en"]) {
    for (const size of SIZES) {
      await t.test(`${language}, ${size.name}`, async () => {
        const page = await open(size, language);
        await page.goto("/login");
        await look(page, `login-${language}`, size);
        await page.locator("#u").fill("nobody-here");
        await page.locator("#p").fill("wrong");
        await page.locator('form[action="/login"] button').click();
        page.complaints.length = 0; // The browser itself notes the status of a refused form.
        assert.ok(await page.locator(".errors").isVisible());
        await look(page, `login-refused-${language}`, size);
        await page.goto("/no-such-page");
        page.complaints.length = 0;
        await look(page, `not-found-${language}`, size);
        await page.context().close();
      });
    }
  }
});

test("without JavaScript a clerk comes from the login to a child held too long", async () => {
  const page = await open(SIZES[0], "en", false);
  await enter(page, (await roles())[0]);
  await page.goto("/docket");
  await page.locator("table.docket tbody a[href^='/cases/']").first().click();
  await page.locator(".free .say").waitFor();
  assert.match(await page.locator(".free .say").innerText(), /free/);
  await page.context().close();
});

test("by keyboard alone a clerk comes from the login to a case", async () => {
  const page = await open(SIZES[0], "en");
  await page.goto("/login");
  const press = async (reached) => {
    for (let n = 0; n < 200; n += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(reached)) return page.keyboard.press("Enter");
    }
    throw new Error("no key leads there");
  };
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await press(() => document.activeElement.form?.getAttribute("action") === "/demo");
  await page.waitForURL((url) => url.pathname !== "/login");
  await press(() => document.activeElement.getAttribute("href") === "/docket");
  await page.waitForURL("**/docket");
  await press(() => document.activeElement.getAttribute("href")?.startsWith("/cases/"));
  await page.waitForURL("**/cases/*");
  await page.context().close();
});
