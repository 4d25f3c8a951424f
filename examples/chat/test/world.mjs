// What the tests play in: a homeserver and the chat, for as long as a test file runs.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findServer, password, startServer } from "../../../internal/testserver/server.mjs";
import { serveChat } from "../demo/serve.mjs";
import { picture } from "./picture.mjs";
import { Person } from "./person.mjs";

export const noServer = (await findServer()) ? false : "there is no homeserver: the sources of Dendrite cannot be downloaded";

export class World {
  static async begin() {
    const world = new World();
    world.server = await startServer();
    world.chat = await serveChat();
    world.folder = await mkdtemp(join(tmpdir(), "mudpuppy-chat-"));
    world.people = [];
    return world;
  }

  /** Registers somebody, whose name is new to the homeserver. */
  async register(name) {
    await this.server.register(name, password);
  }

  /** Logs a person in, in a browser of their own: a new device each time. */
  async enter(browser, name, options) {
    const person = await this.open(browser, name, options);
    await person.logIn(this.chat.url);
    return person;
  }

  /** Has a person register through the page, whose first choice of a name is taken. */
  async join(browser, name, taken, options) {
    const person = await this.open(browser, name, options);
    await person.register(this.chat.url, taken);
    return person;
  }

  /** A person in front of an empty browser. */
  async open(browser, name, options) {
    const person = new Person(await browser.newPage(options), { name, password, server: this.server.url });
    this.people.push(person);
    return person;
  }

  /** A picture that nobody has sent before. */
  async picture(name) {
    const path = join(this.folder, name);
    await writeFile(path, picture());
    return path;
  }

  async file(name, content) {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return path;
  }

  /** Pictures of what everybody sees, for who looks into a failure. */
  async photograph(folder) {
    await Promise.allSettled(this.people.map(({ page, name }, i) => page.page?.screenshot({ path: join(folder, `${i}-${name}.png`) })));
  }

  async end() {
    if (process.env.CHAT_PHOTOS) await this.photograph(process.env.CHAT_PHOTOS);
    await Promise.allSettled(this.people.map(async ({ page }) => page.close()));
    this.chat.close();
    await this.server.remove();
    await rm(this.folder, { recursive: true });
  }
}
