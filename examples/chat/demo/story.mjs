// The story of the demo in headless Chromium: two people in two browsers, through the
// page as anybody would do it.
import { chromium } from "playwright-core";
import { Client } from "../../../internal/testserver/client.mjs";
import { findChromium } from "../../../web/test/browsers/chromium.mjs";
import { serveChat } from "./serve.mjs";

const LIMIT = 60_000;
const messages = [
  ["alice", "Hi! Is anybody listening in here?"],
  ["bob", "The homeserver is. But all it gets is gibberish."],
];

/** Plays it, and throws where somebody cannot read what they should. */
export async function playStory(server, say) {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("there is no Chromium to play the story in: install chromium, or set CHROME_BIN");
  const chat = await serveChat();
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  try {
    const people = {};
    for (const name of ["alice", "bob"]) {
      people[name] = await enter(browser, chat.url, server, await server.person(name));
      say(`${name} has logged in, in a browser of their own`);
    }
    await meet(people, say);
    for (const [name, body] of messages) await write(people[name].page, body);
    for (const name of ["alice", "bob"]) await tellWhatIsRead(name, people[name].page, say);
    await tellWhatTheServerHolds(server, people.alice, say);
  } finally {
    await browser.close();
    chat.close();
  }
}

async function enter(browser, url, server, person) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT);
  await page.goto(url);
  await page.getByLabel("Homeserver").fill(server.url);
  await page.getByLabel("User name").fill(person.name);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("button", { name: "New room" }).waitFor();
  return { ...person, page };
}

async function meet({ alice, bob }, say) {
  await alice.page.getByRole("button", { name: "New room" }).click();
  await alice.page.getByLabel("Name").fill("The pond");
  await alice.page.getByLabel("People to invite").fill(bob.name);
  await alice.page.getByRole("button", { name: "Create room" }).click();
  await bob.page.getByRole("button", { name: "The pond" }).click();
  await bob.page.getByRole("button", { name: "Accept" }).click();
  await alice.page.getByText(`${bob.name} joined`).waitFor();
  say("alice has made an encrypted room, and bob has joined it");
}

async function write(page, body) {
  await page.getByRole("textbox", { name: "Message" }).fill(body);
  await page.getByRole("button", { name: "Send", exact: true }).click();
}

async function tellWhatIsRead(name, page, say) {
  say(`\n${name} reads:`);
  const log = page.getByRole("log", { name: "Messages" });
  for (const [author, body] of messages) {
    await log.getByText(body).waitFor();
    say(`  ${author === name ? "(own)" : author}: ${body}`);
  }
}

async function tellWhatTheServerHolds(server, { name, password }, say) {
  const request = { type: "m.login.password", identifier: { type: "m.id.user", user: name }, password };
  const client = new Client(server.url, await new Client(server.url, {}).ask("POST", "/_matrix/client/v3/login", request));
  const { rooms } = await client.sync();
  const [room] = Object.values(rooms.join);
  const events = room.timeline.events.filter(({ type }) => type === "m.room.encrypted");
  say("\nthe homeserver holds:");
  for (const { sender, content } of events) say(`  ${sender}: ${content.ciphertext.slice(0, 60)}… (${content.ciphertext.length} letters)`);
  await client.ask("POST", "/_matrix/client/v3/logout", {});
  if (events.length !== messages.length) throw new Error(`the homeserver holds ${events.length} encrypted messages, not ${messages.length}`);
  const held = JSON.stringify(rooms);
  if (messages.some(([, body]) => held.includes(body))) throw new Error("the homeserver holds a message in the clear");
  say("\nand nothing of what was written.");
}
