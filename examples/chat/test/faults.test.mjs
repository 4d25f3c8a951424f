// What goes wrong in life, through the page: nothing is lost, nothing comes twice, and
// people are told in plain words.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium as playwright } from "playwright-core";
import { password } from "../../../internal/testserver/server.mjs";
import chromium, { args, drive } from "./drivers/chromium.mjs";
import { until } from "./drivers/driver.mjs";
import { by, byText, Person } from "./person.mjs";
import { noServer, World } from "./world.mjs";

const skip = noServer || (chromium.find() ? false : chromium.missing);

describe("faults", { skip }, () => {
  let world, browser, alice, bob;

  before(async () => {
    world = await World.begin();
    for (const name of ["alice", "bob", "carol"]) await world.register(name);
    browser = await chromium.open(chromium.find());
    [alice, bob] = [await world.enter(browser, "alice"), await world.enter(browser, "bob")];
    await alice.makeRoom("Pond", "bob");
    await bob.accept("Pond");
    await alice.reads("bob joined");
    await alice.write("All is well");
    await bob.reads("All is well");
  });
  after(async () => {
    await world?.end();
    await browser?.close();
  });

  /** Waits until somebody has read some texts, each of them once. */
  async function readsOnce(person, ...texts) {
    for (const text of texts) await person.reads(text);
    const all = await person.conversation();
    for (const text of texts) assert.equal(all.split(text).length - 1, 1, `${person.name} reads “${text}” once`);
  }

  test("the page runs nothing but its own code", async () => {
    const ran = `(() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.body.append(script);
      return window.ran === true;
    })()`;
    assert.equal(await alice.page.evaluate(ran), false);
  });

  test("the network is cut: it is said, and what was written leaves when it is back", async () => {
    const { page } = alice.page;
    await page.context().setOffline(true);
    await alice.sees(byText("You are offline."));
    await alice.write("Written without a network");
    await alice.sees(byText("Waiting for the server"));
    await alice.page.click(by("button", "Delete: All is well"));
    await alice.reads("This message was deleted.");
    await page.context().setOffline(false);
    await readsOnce(bob, "Written without a network", "This message was deleted.");
    await bob.cannotRead("All is well");
    await alice.seesNot(byText("You are offline."));
    await alice.seesNot(byText("Waiting for the server"));
  });

  test("the homeserver refuses to delete a message: it is said, and can be tried again", async () => {
    const { page } = alice.page;
    await alice.write("To be deleted");
    await bob.reads("To be deleted");
    const answer = { status: 403, json: { errcode: "M_FORBIDDEN", error: "Not now." }, headers: { "access-control-allow-origin": "*" } };
    await page.route("**/redact/**", (route) => route.fulfill(answer));
    await alice.page.click(by("button", "Delete: To be deleted"));
    await alice.reads("Not deleted: Not now.");
    await alice.reads("To be deleted");
    await page.unroute("**/redact/**");
    await alice.page.click(by("button", "Try again"));
    await alice.cannotRead("Not deleted");
    await until("it is deleted", async () => !(await bob.conversation()).includes("To be deleted"));
    assert.ok(!(await alice.conversation()).includes("To be deleted"));
  });

  test("the homeserver is killed in mid-conversation and started again", async () => {
    const early = ["one", "two", "three"].map((n) => `Before the server ended, ${n}`);
    for (const text of early) await alice.write(text);
    await world.server.kill();
    await alice.sees(byText("Connecting to the server…"));
    await alice.write("While the server was gone");
    await alice.reads("While the server was gone");
    await world.server.restart();
    await readsOnce(bob, ...early, "While the server was gone");
    await bob.write("The server is back");
    await readsOnce(alice, ...early, "While the server was gone", "The server is back");
    await alice.seesNot(byText("Connecting to the server…"));
  });

  test("an answer that is lost does not have a message sent twice", async () => {
    const { page } = alice.page;
    let lost = 0;
    await page.route(/\/send\/m\.room\.encrypted\//, async (route) => {
      await route.fetch(); // the homeserver takes it
      lost++;
      await route.abort(); // and nobody hears of it
      await page.unroute(/\/send\/m\.room\.encrypted\//);
    });
    await alice.write("The answer was lost");
    await readsOnce(bob, "The answer was lost");
    await until("it is sent", async () => !(await alice.conversation()).includes("Waiting"));
    assert.equal(lost, 1);
    await readsOnce(alice, "The answer was lost");
  });

  for (const [when, reaches] of [["before the homeserver has it", false], ["after the homeserver has it", true]]) {
    test(`the browser is killed while it sends, ${when}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "mudpuppy-profile-"));
      const open = async () => {
        const context = await playwright.launchPersistentContext(folder, { executablePath: chromium.find(), args: [...args, "--remote-debugging-port=0"] });
        return { context, person: new Person(drive(context.pages()[0], () => context.close()), { name: "carol", password, server: world.server.url }) };
      };
      const first = await open();
      await first.person.logIn(world.chat.url);
      const room = `Reeds, ${when}`;
      await first.person.makeRoom(room, "bob");
      await bob.accept(room);
      await first.person.reads("bob joined");
      await first.person.write("A first word");
      await bob.reads("A first word");
      const sending = new Promise((resolve) => {
        first.person.page.page.route(/\/send\/m\.room\.encrypted\//, async (route) => {
          if (reaches) await route.fetch();
          resolve();
        });
      });
      await first.person.write("A last word");
      await sending;
      await kill(folder);
      const second = await open();
      await second.person.page.goto(world.chat.url);
      await second.person.openRoom(room);
      await readsOnce(bob, "A first word", "A last word");
      await readsOnce(second.person, "A first word", "A last word");
      await until("it is sent", async () => !/Waiting|Sending/.test(await second.person.conversation()));
      await second.context.close();
      await bob.openRoom("Pond");
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    });
  }

  test("two tabs at once, and one goes on when the other is closed", async () => {
    const tab = new Person(drive(await alice.page.page.context().newPage()), alice);
    world.people.push(tab);
    await tab.page.goto(world.chat.url);
    await tab.openRoom("Pond");
    await tab.write("From the second tab");
    await alice.write("From the first tab");
    for (const person of [bob, alice, tab]) await readsOnce(person, "From the second tab", "From the first tab");
    await alice.page.page.close();
    await tab.write("From the tab that is left");
    await readsOnce(bob, "From the tab that is left");
    await bob.write("To the tab that is left");
    await readsOnce(tab, "To the tab that is left", "From the tab that is left");
    alice.page = tab.page;
  });

  test("there is no space: it is said, and what was written is not lost", async () => {
    const { page } = alice.page;
    // As the browser refuses when the disk is full.
    await page.evaluate(() => {
      const { put } = IDBObjectStore.prototype;
      window.makeSpace = () => (IDBObjectStore.prototype.put = put);
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("no space is left", "QuotaExceededError");
      };
    });
    await alice.write("Written without space");
    await alice.sees(by("alert"));
    assert.match(await alice.page.read(by("alert")), /There is no space left on this device/);
    assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "Written without space");
    await page.evaluate(() => window.makeSpace());
    await alice.page.click(by("button", "Send"));
    await readsOnce(bob, "Written without space");
  });

  test("the databases are deleted under the running page", async () => {
    await bob.page.evaluate("indexedDB.databases().then((all) => all.map(({ name }) => indexedDB.deleteDatabase(name)).length)");
    await bob.sees(byText("The browser has deleted or lost the keys of this device."));
    await bob.sees(by("button", "Log in"));
    await bob.logIn(world.chat.url);
    await bob.sees(byText("This device is not verified"));
  });
});

/** Kills the browser that has a profile, as a failing machine would. */
async function kill(folder) {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes(folder)) process.kill(Number(pid), "SIGKILL");
  }
}
