// Visits pages in Chromium, each time with an empty profile, over a line that its
// developer tools slow down.

import { setTimeout as sleep } from "node:timers/promises";

import { peers } from "../peers.mjs";
import { buildPages } from "./build.mjs";
import { serveVisit } from "./server.mjs";

const LIMIT = 120_000;

/** Who is visited: a page, and what is done there, if it does not do so itself. */
const hosts = {
  mudpuppy: { page: "mudpuppy" },
  rust: { page: "rust" },
  login: { page: "chat", act: noteLogin },
  chat: { page: "chat", act: enterRoom, fragment: ({ url }) => new URLSearchParams({ homeserver: url, user: "visitor", password: "of no matter" }) },
};

/** Notes when the chat lets somebody log in. It runs in the page, before all else. */
function noteLogin() {
  new MutationObserver(() => {
    if (document.querySelector("input[type=password]")) globalThis.visited ??= { time: performance.now(), body: "a form" };
  }).observe(document, { childList: true, subtree: true });
}

/** Opens the room in the chat as soon as it is there, and notes when its message can be read. */
function enterRoom() {
  new MutationObserver(() => {
    const body = document.querySelector("article .said")?.textContent;
    if (body) globalThis.visited ??= { time: performance.now(), body };
    document.querySelector("button.room:not([aria-current])")?.click();
  }).observe(document, { childList: true, subtree: true });
}

/** Starts a browser with an empty profile, and returns what use makes of its page. */
async function inNewBrowser({ executablePath, args }, use) {
  const { default: puppeteer } = await import("puppeteer-core");
  const browser = await puppeteer.launch({ executablePath, args, headless: true });
  try {
    return await use(await browser.newPage());
  } finally {
    await browser.close();
  }
}

/** Slows down all that a page and its workers load, and counts the bytes. The files are those of the page. */
async function watchLine(page, { download, upload, latency }, files) {
  const counted = { bytes: 0 };
  const watch = async (session) => {
    session.on("Network.loadingFinished", ({ encodedDataLength }) => (counted.bytes += encodedDataLength));
    session.on("sessionattached", (worker) => watch(worker).catch(() => {})); // it may have ended
    // Of the script that a worker begins with the browser tells nobody.
    session.on("Target.attachedToTarget", ({ targetInfo }) => (counted.bytes += files[new URL(targetInfo.url).pathname.slice(1)]?.body.length ?? 0));
    await session.send("Network.enable");
    await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
    await session.send("Runtime.runIfWaitingForDebugger");
  };
  const session = await page.createCDPSession();
  await watch(session);
  // The line of a page is that of its workers, too.
  await session.send("Network.emulateNetworkConditions", { offline: false, latency, downloadThroughput: download, uploadThroughput: upload });
  return counted;
}

/** Visits somebody, and tells how long it took and what was loaded. */
async function visitOnce(browser, { files, act, fragment = () => "" }, conditions, olm) {
  const server = await serveVisit(files, olm);
  try {
    return await inNewBrowser(browser, async (page) => {
      if (act) await page.evaluateOnNewDocument(act);
      const counted = await watchLine(page, conditions, files);
      await page.goto(`${server.url}/index.html#${fragment(server)}`);
      for (const end = Date.now() + LIMIT; Date.now() < end; await sleep(50)) {
        const visited = await page.evaluate(() => globalThis.visited);
        if (!visited) continue;
        if (!visited.body) throw new Error(`nothing was read: ${visited.problem}`);
        return { time: visited.time, ...counted };
      }
      throw new Error(`nothing was read in ${LIMIT / 1000} s`);
    });
  } finally {
    server.close();
  }
}

let pages;

/** The times and bytes of visits over a line, by who is visited; they take turns. */
export async function measureVisits(browser, { conditions }, rounds) {
  pages ??= await buildPages();
  const olm = await peers.libolm({});
  const names = Object.keys(hosts);
  const result = Object.fromEntries(names.map((name) => [name, { samples: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      const host = hosts[name];
      const { time, bytes } = await visitOnce(browser, { ...host, files: pages[host.page] }, conditions, olm);
      result[name].samples.push(time);
      result[name].bytes = bytes;
    }
  }
  return result;
}
