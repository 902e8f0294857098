// What an office asks for beyond the law: a second look. And the password of a training room. In both languages.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LANGUAGES, begin, enter, open } from "./demo.mjs";
import { lookAtError } from "./look.mjs";

const OFFICES = `
[vte-investigation]
kind = "investigator"
name = { en = "Investigation, Vientiane Capital", lo = "ອົງການສືບສວນ ນະຄອນຫຼວງ" }
province = { en = "Vientiane Capital", lo = "ນະຄອນຫຼວງວຽງຈັນ" }
second_look = true
`;
const PASSWORD = "rice field at noon";

let demo, folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kamnot-"));
  writeFileSync(join(folder, "offices.toml"), OFFICES);
  writeFileSync(join(folder, "room"), `${PASSWORD}\n`, { mode: 0o600 });
  demo = await begin(["--offices", join(folder, "offices.toml"), "--room-password", join(folder, "room")]);
});
after(async () => {
  await demo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Gives the password of the room. */
async function enterTheRoom(page) {
  await page.goto("/");
  await page.locator('form[action="/room"] input[name="p"]').fill(PASSWORD);
  await page.locator('form[action="/room"] button').click();
  await page.waitForURL((url) => url.pathname === "/login");
}

/** Whatever has to be confirmed is, and the paper is recorded. */
async function record(page) {
  await page.locator("#result").waitFor();
  for (const box of await page.locator('input[name="sure"]').all()) await box.check();
  await page.locator('button[value="record"]').click();
  await page.waitForURL((url) => url.pathname.startsWith("/cases/"));
}

test("the room's password comes before everything, and what was entered waits for a second person", async (t) => {
  for (const language of LANGUAGES) {
    await t.test(language, async () => {
      const page = await open(demo, language);
      page.complaints.length = 0;
      const shut = await page.goto("/docket");
      assert.equal(shut.status(), 403);
      await page.locator('form[action="/room"]').waitFor();
      await lookAtError(page, `room-${language}`, language);
      await enterTheRoom(page);
      await enter(page, "investigator");
      assert.equal(await page.locator('a[href="/confirm"]').count(), 1, "the head leads to it");
      if (language === LANGUAGES[0]) {
        await page.goto("/enter/custody_started?case=VTE-2026-0002&date=13/5/2026");
        for (const name of ["evidence_firm", "necessary", "place.children_only", "place.sexes_separated"]) {
          await page.locator(`input[name="${name}"][value="no"]`).check();
        }
        await page.locator('main button[value="preview"]').click();
        await record(page);
      }
      await page.goto("/confirm");
      assert.equal(await page.locator("main li.card").count(), 1);
      assert.equal(await page.locator('form[action="/confirm"]').count(), 0, "not by the same person");
      await lookAtError(page, `confirm-${language}`, language);
      await page.locator("main li.card a").first().click();
      assert.ok((await page.locator("tr:target .st.today").count()) > 0, "the row is marked");
      await page.context().close();
    });
  }
});
