// Firefox, by puppeteer-core and WebDriver BiDi.
import puppeteer from "puppeteer-core";
import firefox from "../../../../web/test/browsers/firefox.mjs";
import { Finding } from "./driver.mjs";
import { find } from "./find.js";

class FirefoxPage extends Finding {
  #page;
  #context;

  constructor(page, context) {
    super();
    this.#page = page;
    this.page = page;
    this.#context = context;
  }

  async find(what) {
    const handle = await this.#page.evaluateHandle(find, what);
    return handle.asElement() ?? undefined;
  }

  goto(url) {
    return this.#page.goto(url);
  }

  reload() {
    return this.#page.reload();
  }

  async click(what) {
    await this.#page.bringToFront(); // only one page has the focus
    const element = await this.found(what);
    await element.focus();
    await element.click();
  }

  async fill(what, text) {
    await this.#page.bringToFront();
    const element = await this.found(what);
    await element.focus();
    await element.evaluate((field) => field.select());
    await this.#page.keyboard.type(text);
  }

  press(key) {
    return this.#page.keyboard.press(key);
  }

  async choose(what, path) {
    await (await this.found(what)).uploadFile(path);
  }

  async read(what) {
    return (await this.found(what)).evaluate((element) => element.innerText);
  }

  evaluate(expression) {
    return this.#page.evaluate(expression);
  }

  close() {
    return this.#context.close();
  }
}

export default {
  ...firefox,
  async open(executablePath) {
    const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
    return {
      version: /\d.*/.exec(await browser.version())[0],
      async newPage() {
        const context = await browser.createBrowserContext();
        return new FirefoxPage(await context.newPage(), context);
      },
      close: () => browser.close(),
    };
  },
};
