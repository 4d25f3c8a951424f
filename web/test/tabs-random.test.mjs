// Tabs that all write and read at once, while they are opened, closed, frozen, kept
// busy and killed at random: nothing is lost, nothing doubled, and no index is used twice.
// What counts is what the homeserver and a stranger in Node have received.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import chromium from "./browsers/chromium.mjs";
import firefox, { launch } from "./browsers/firefox.mjs";
import { launchFreezable } from "./browsers/freezable.mjs";
import { Application, until } from "./machines/application.mjs";
import { Random, seed } from "./random.mjs";

/** For how long, in seconds. */
const DURATION = Number(process.env.MUDPUPPY_TABS_SECONDS || (process.env.MUDPUPPY_LONG ? 60 : 10));

/** How long a tab may wait for a call at most: the promise is 3 seconds, but not on a machine that does much else. */
const LONGEST = 15_000;

/** For how long a tab is frozen: an owner is robbed after two seconds. */
const FROST = 3500;

for (const [{ name, missing, find }, start, ofPages] of [
  [chromium, launchFreezable, ["open", "close", "kill", "freeze", "stick"]],
  [firefox, launch, ["open", "close", "stick"]], // where pages can neither be frozen nor their processes killed
]) {
  const executable = find();
  for (const [where, place] of [["", "in the pages"], ["?worker", "in workers"]]) {
    const faults = where ? [...ofPages, "endWorker"] : ofPages;
    describe(`tabs at random in ${name}, machines ${place}: ${faults.join(", ")}`, { skip: executable ? false : missing }, () => {
      test(`for ${DURATION} s, seed ${seed}`, async (t) => {
        const browser = await start(executable);
        let play;
        try {
          play = new Play(await Application.start(browser, where), new Random(seed), faults);
          await play.run();
          await play.judge(t);
        } finally {
          await browser.close();
          play?.app.close();
        }
      });
    });
  }
}

class Play {
  tabs = []; // those that live: { tab, name, frozen, from }
  ended = []; // the names of those that do not
  longest = 0;
  done = {};
  losses = []; // of an owner: { fault, at, amid: whether others could not take its place just then }
  texts = []; // what Bob has said
  names = 0;

  constructor(app, random, faults) {
    Object.assign(this, { app, random, faults });
  }

  async run() {
    for (let i = 0; i < 3; i++) await this.open();
    const end = Date.now() + 1000 * DURATION;
    const inBackground = (async () => {
      for (let n = 1; Date.now() < end; n++) {
        const text = `bob ${n}`;
        this.texts.push({ text, at: Date.now() });
        await this.app.bobSays(text);
        await this.app.sync();
        await setTimeout(200);
      }
    })();
    inBackground.catch(() => {}); // it is waited for below
    while (Date.now() < end) {
      await setTimeout(300 + this.random.below(1200));
      await this.disturb();
    }
    await inBackground;
  }

  async open() {
    const tab = await this.app.newTab();
    const role = await this.app.open(tab);
    assert.match(role, /^(owner|guest)$/);
    if (!this.app.room) await this.app.makeRoom(tab);
    const name = `tab${++this.names}`;
    const from = Date.now(); // since when it hears of the room
    await tab.talk(name);
    this.tabs.push({ tab, name, from, frozen: false });
  }

  async disturb() {
    const awake = this.tabs.filter(({ frozen }) => !frozen);
    const fault = this.random.pick(awake.length < 3 ? ["open"] : this.faults);
    const roles = await Promise.all(awake.map(({ tab }) => tab.role()));
    const owner = awake[roles.indexOf("owner")];
    const one = owner && this.random.chance(60) ? owner : this.random.pick(awake);
    if (fault === "open" && awake.length >= 4) return;
    this.done[fault] = (this.done[fault] ?? 0) + 1;
    if (one === owner && fault !== "open") this.losses.push({ fault, at: Date.now(), amid: this.tabs.some(({ frozen }) => frozen) });
    await this[fault](one);
  }

  async end(one) {
    this.tabs.splice(this.tabs.indexOf(one), 1);
    this.ended.push(one.name);
  }

  /** The tab is closed as a user does it: it hears nothing of that. */
  async close(one) {
    await this.end(one);
    await one.tab.page.close();
  }

  /** Its process ends. */
  async kill(one) {
    await this.end(one);
    const devtools = await one.tab.page.createCDPSession();
    devtools.send("Page.crash").catch(() => {}); // which is not answered
    await setTimeout(50);
    one.tab.page.close().catch(() => {});
  }

  async freeze(one) {
    const devtools = await one.tab.page.createCDPSession();
    one.frozen = true;
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    one.thaw = setTimeout(FROST).then(async () => {
      await devtools.send("Page.setWebLifecycleState", { state: "active" });
      one.frozen = false;
    });
  }

  /** Of its machine only the worker ends. */
  async endWorker(one) {
    await one.tab.endWorker();
  }

  /** Its thread is busy for as long. */
  async stick(one) {
    one.frozen = true;
    one.thaw = one.tab.stick(FROST).then(() => (one.frozen = false));
  }

  async judge(t) {
    await Promise.all(this.tabs.map(({ thaw }) => thaw));
    const counts = new Map();
    const says = []; // of each tab
    for (const { tab, name } of this.tabs) {
      const problem = await Promise.race([tab.stop(), setTimeout(2 * LONGEST, "it does not come to an end", { ref: false })]);
      if (problem) throw new Error(`${name}: ${problem}:\n${await this.report()}`);
      const { said, longest, ...its } = await tab.stats();
      counts.set(name, said);
      says.push(its.says);
      this.longest = Math.max(this.longest, longest);
    }
    await until("Bob reads it all", async () => (await this.app.sync(), this.app.unread.size === 0)).catch((error) => {
      throw new Error(`${error.message}: ${[...this.app.unread.values()].map((event) => event.error)}`);
    });
    const read = [...this.app.read.values()];
    const summary = `${read.length} messages of ${this.names} tabs and ${this.texts.length} of Bob's; ${JSON.stringify(this.done)}; the longest wait ${this.longest} ms`;
    t.diagnostic(summary);
    for (const line of this.waits(says)) t.diagnostic(line);
    const indexes = new Set(read.map(({ sessionId, index }) => `${sessionId} ${index}`));
    assert.equal(indexes.size, read.length, "an index was used twice");
    this.judgeSaid(read.map(({ body }) => body), counts);
    await this.judgeRead();
    assert.ok(this.longest < LONGEST, `a tab waited ${this.longest} ms`);
  }

  /** What the tabs say of themselves, those that say anything. */
  async report() {
    const lines = this.tabs.map(async ({ tab, name }) => `${name} ${(await tab.roles()).join(", ")}; ${(await tab.stats()).doing}`);
    return (await Promise.all(lines.map((line) => Promise.race([line, setTimeout(5000, "silence", { ref: false })])))).join("\n");
  }

  /** How long after the loss of an owner tabs that were awake had to wait until they had said the next thing, by cause. */
  waits(says) {
    const all = {};
    for (const { fault, at, amid } of this.losses) {
      const after = says.map((its) => its.filter(([began, ended]) => ended > at && began < at + 1000).map(([began, ended]) => ended - Math.max(began, at)));
      const waits = after.filter(({ length }) => length > 0).map((its) => Math.max(...its));
      if (waits.length === 0) continue;
      const longest = Math.max(...waits);
      const another = this.losses.some((other) => other.at > at && other.at < at + longest);
      (all[amid || another ? `${fault}, amid others` : fault] ??= []).push(longest);
    }
    const usual = says.flat().map(([began, ended]) => ended - began);
    return [["everything", usual], ...Object.entries(all).sort()].map(([fault, list]) => {
      const sorted = list.toSorted((a, b) => a - b);
      return `${fault.padEnd(24)} ${String(list.length).padStart(5)} times, median ${sorted[sorted.length >> 1]} ms, worst ${sorted.at(-1)} ms`;
    });
  }

  /** Each tab has said its numbers, one after the other, each once; who has ended may have said one more than it knows. */
  judgeSaid(bodies, counts) {
    assert.equal(new Set(bodies).size, bodies.length, "something was said twice");
    for (const name of [...counts.keys(), ...this.ended]) {
      const numbers = bodies.filter((body) => body.startsWith(`${name} `)).map((body) => Number(body.split(" ")[1])).sort((a, b) => a - b);
      assert.deepEqual(numbers, Array.from({ length: counts.get(name) ?? numbers.length }, (_, i) => i + 1), `${name} has lost something: ${numbers}`);
    }
  }

  /** Each tab has read all that Bob has said since it was opened. */
  async judgeRead() {
    for (const { tab, name, from } of this.tabs) {
      const wanted = this.texts.filter(({ at }) => at > from + 1000).map(({ text }) => text);
      let missing;
      await until(`${name} reads it all`, async () => {
        const texts = new Set(await tab.texts());
        return (missing = wanted.filter((text) => !texts.has(text))).length === 0;
      }).catch(async (error) => {
        throw new Error(`${error.message}: ${missing}: ${JSON.stringify(await tab.unread())}`);
      });
    }
  }
}

