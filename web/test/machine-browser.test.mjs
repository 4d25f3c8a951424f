// Whole devices in browsers, over sealed IndexedDB.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import chromium from "./browsers/chromium.mjs";
import firefox from "./browsers/firefox.mjs";
import { outcomeOf } from "./browsers/page.mjs";
import Olm from "@matrix-org/olm";
import { Homeserver } from "./machines/homeserver.mjs";
import { LibolmClient, PICKLE_KEY } from "./machines/libolm.mjs";
import { siteOfMachines } from "./machines/site.mjs";

const wheres = { "": "", "?worker": ", in a worker" };

for (const [{ name, missing, find, open }, where] of [chromium, firefox].flatMap((browser) => Object.keys(wheres).map((where) => [browser, where]))) {
  const executable = find();
  describe(`machines, in ${name}${wheres[where]}`, { skip: executable ? false : missing }, () => {
    let browser, homeserver, server, page;
    const call = (method, ...given) => page.evaluate(`window.machines.${method}(${given.map((value) => JSON.stringify(value))}).catch((error) => "" + error.stack)`);

    before(async () => {
      homeserver = new Homeserver();
      server = await siteOfMachines(homeserver);
      browser = await open(executable);
      page = await browser.newPage();
      await page.goto(`${server.url}/page.html${where}`);
      await outcomeOf(page);
    });
    after(async () => {
      await page?.close();
      await browser?.close();
      server?.close();
      homeserver?.close();
    });

    test("two devices talk, the page is reloaded, and they go on", async () => {
      const [read, persistence] = await call("begin");
      assert.deepEqual(read, ["before the page was reloaded"]);
      assert.match(persistence, /^(persistent|evictable|unknown)$/);
      await page.reload();
      await outcomeOf(page);
      assert.deepEqual(await call("goOn"), [["before the page was reloaded", "and after it"], 0, true]);
    });

    test("after it was opened, Chromium begins a new log for its databases", async () => {
      const other = await browser.newPage(); // in which no machine was opened before
      await other.goto(`${server.url}/page.html`);
      await outcomeOf(other);
      const [deleted, expected] = await other.evaluate(newLog);
      await other.close();
      assert.deepEqual(deleted, expected);
    });

    test("a device that matrix-js-sdk has kept with libolm is taken over", async () => {
      const a = await LibolmClient.open(homeserver, `@old:${name}.org`, "OLD");
      await a.meet(await LibolmClient.open(homeserver, `@other:${name}.org`, "OTHER"));
      const kept = a.kept();
      const [session, inbound] = [new Olm.OutboundGroupSession(), new Olm.InboundGroupSession()];
      for (let i = 0; i < 450; i++) {
        session.create();
        inbound.create(session.session_key());
        kept.groupSessions.push({
          ...{ senderCurve25519Key: a.keys.curve25519, sessionId: session.session_id() },
          session: { room_id: "!old:example.org", session: inbound.pickle(PICKLE_KEY), keysClaimed: { ed25519: a.keys.ed25519 }, forwardingCurve25519KeyChain: [] },
        });
      }
      kept.rooms = [["!old:example.org", { algorithm: "m.megolm.v1.aes-sha2", rotation_period_msgs: 9 }]];
      const count = (taken) => ({ taken, surplus: 0, failed: 0 });
      assert.deepEqual(await call("takeOver", kept, a.userId, a.deviceId), {
        ...{ found: [], made: false, keys: a.keys, rotationPeriodMessages: 9, deleted: true },
        asked: ["@followed:example.org", a.userId],
        report: { alreadyDone: false, failures: [], sessions: count(1), groupSessions: count(450), rooms: count(1), users: count(1) },
      });
    });

    test("T37: of several who want a store, one has it, and the others are told", async () => {
      assert.deepEqual(await call("share"), {
        roles: ["first owner", "second waiting", "second owner", "second robbed"],
        busy: "ERR_STORE_BUSY",
        aborted: "ERR_ABORTED",
        closed: "ERR_CLOSED",
        left: false,
      });
    });
  });
}

/** Opens a store, and returns which databases are deleted then, and which should be. */
const newLog = `(async () => {
  const { OlmMachine, indexedDBStore } = await import("/mudpuppy/dist/mudpuppy.browser.js");
  const { deleteDatabase } = IDBFactory.prototype;
  const deleted = [];
  IDBFactory.prototype.deleteDatabase = function (name) {
    deleted.push(name);
    return deleteDatabase.call(this, name);
  };
  const expected = "dataLoss" in IDBVersionChangeEvent.prototype ? ["mudpuppy: scratch", "mudpuppy: scratch"] : [];
  try {
    const machine = await OlmMachine.open({ userId: "@log:example.org", deviceId: "LOG", store: indexedDBStore("log"), unsealed: true, persist: false });
    for (let n = 0; n < 500 && deleted.length < expected.length; n++) await new Promise((resolve) => setTimeout(resolve, 10));
    await machine.close();
  } finally {
    IDBFactory.prototype.deleteDatabase = deleteDatabase;
  }
  return [deleted, expected];
})()`;
