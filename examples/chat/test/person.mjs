// A person at the page, who knows it by what it says: roles, names and texts.
import assert from "node:assert/strict";
import { by, byText, until } from "./drivers/driver.mjs";

export class Person {
  /** @param {import("./drivers/driver.mjs").Driver} page */
  constructor(page, { name, password, server }) {
    Object.assign(this, { page, name, password, server });
  }

  async logIn(url) {
    await this.page.goto(url);
    await this.saysWho(this.name);
    await this.page.click(by("button", "Log in"));
    await this.sees(by("button", "New room"));
  }

  /** Makes the account, after having tried a name that somebody else has. */
  async register(url, taken) {
    const { page } = this;
    await page.goto(url);
    await page.click(by("button", "I have no account yet"));
    await this.saysWho(taken);
    await page.click(by("button", "Register"));
    await this.sees(by("alert"));
    await this.saysWho(this.name);
    await page.click(by("button", "Register"));
    await this.sees(by("button", "New room"));
  }

  async saysWho(name) {
    const { page } = this;
    await page.fill(by("textbox", "Homeserver"), this.server);
    await page.fill(by("textbox", "User name"), name);
    await page.fill(by("password", "Password"), this.password);
  }

  /** Waits until something is there. */
  async sees(what) {
    await until(`${this.name} sees ${JSON.stringify(what)}`, () => this.page.has(what));
  }

  async seesNot(what) {
    await until(`${this.name} no longer sees ${JSON.stringify(what)}`, async () => !(await this.page.has(what)));
  }

  async makeRoom(name, ...people) {
    const { page } = this;
    await page.click(by("button", "New room"));
    await page.fill(by("textbox", "Name"), name);
    await page.fill(by("textbox", "People to invite"), people.join(" "));
    await page.click(by("button", "Create room"));
    await this.sees(by("main", name));
  }

  async openRoom(name) {
    // A banner that comes meanwhile moves the list, and has a click miss.
    await until(`${this.name} has opened ${name}`, async () => {
      if (await this.page.has(by("main", name))) return true;
      await this.page.click(by("button", new RegExp(`^${name}(,|$)`)));
      return false;
    });
    await this.sees(by("log", "Messages"));
  }

  async accept(name) {
    await this.page.click(by("button", `${name}, invitation`));
    await this.page.click(by("button", "Accept"));
    await this.sees(by("log", "Messages"));
  }

  async write(body) {
    await this.page.fill(by("textbox", "Message"), body);
    await this.page.click(by("button", "Send"));
  }

  async edits(before, after) {
    await this.page.click(by("button", `Edit: ${before}`));
    await this.sees(by("button", "Save"));
    await this.page.fill(by("textbox", "Message"), after);
    await this.page.click(by("button", "Save"));
  }

  /** Waits until a message can be read. */
  async reads(body) {
    await until(`${this.name} reads “${body}”`, async () => (await this.conversation()).includes(body));
  }

  /** All that is on the screen of the conversation. */
  conversation() {
    return this.page.read(by("log", "Messages"));
  }

  async sends(path) {
    await this.page.choose(by("file", "Files"), path);
  }

  /** Does what has the chat save a file, and returns the text in it. Every browser saves in its own way, so it is caught before. */
  async catches(act) {
    await this.page.evaluate("(URL.createObjectURL = ((make) => (blob) => ((window.caught = blob), make.call(URL, blob)))(URL.createObjectURL), (window.caught = undefined), 0)");
    await act();
    await until("a file is saved", () => this.page.evaluate("window.caught !== undefined"));
    return this.page.evaluate("window.caught.text()");
  }

  async openPanel(button, title) {
    await this.page.click(by("button", button));
    await this.sees(by("complementary", title));
  }

  async closePanel() {
    await this.page.click(by("button", "Close the panel"));
  }

  async cannotRead(body) {
    assert.ok(!(await this.conversation()).includes(body), `${this.name} reads “${body}”`);
  }
}

export { by, byText };
