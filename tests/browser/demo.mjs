// The program's demo and a browser to look at it with; for the tests and for the pictures of the README.

import { spawn } from "node:child_process";
import { chromium } from "playwright-core";

const CHROMIUM = process.env.KAMNOT_CHROMIUM ?? "/usr/bin/chromium";
const PROGRAM = process.env.KAMNOT_PROGRAM;
const FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const LANGUAGES = ["lo", "en"];
/** The mark of the demo, by language. */
export const MARK = { lo: /ການສາທິດ|ສົມມຸດ/, en: /Demonstration|made.up/i };

/** Starts the demo on a free port, with further options, and a browser; `stop()` ends both. */
export async function begin(more = []) {
  if (!PROGRAM) throw new Error("KAMNOT_PROGRAM has to name the built program");
  const demo = spawn(PROGRAM, ["demo", "--web", "127.0.0.1:0", ...more], { stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise((found, failed) => {
    let said = "";
    demo.stdout.on("data", (data) => {
      said += data;
      const match = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (match) found(match[0]);
    });
    demo.on("exit", (code) => failed(new Error(`the demo ended with ${code}:\n${said}`)));
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const stop = async () => {
    await browser.close();
    demo.kill("SIGTERM");
  };
  return { address, browser, stop };
}

/** A window of the browser in a language; its page notes what the browser complains about. */
export async function open({ address, browser }, language, { width = 1280, height = 900, script = true, scale = 1 } = {}) {
  const context = await browser.newContext({
    baseURL: address,
    javaScriptEnabled: script,
    viewport: { width, height },
    deviceScaleFactor: scale,
    locale: language === "en" ? "en-GB" : "lo-LA",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.complaints = [];
  page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(`/language?to=${language}`);
  return page;
}

/** Logs in by the demo's button of a role. */
export async function enter(page, login) {
  await page.goto("/login");
  await page.locator(`form[action="/demo"] button[value="${login}"]`).click();
  await page.waitForURL((url) => url.pathname !== "/login");
}
