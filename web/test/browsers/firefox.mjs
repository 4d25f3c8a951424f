// Firefox, by puppeteer-core and WebDriver BiDi.
import puppeteer from "puppeteer-core";
import { findProgram } from "./find.mjs";

/** Starts it, without a window. */
export const launch = (executablePath) => puppeteer.launch({ browser: "firefox", executablePath, headless: true });

/** @type {import("./suite.mjs").Browser} */
export default {
  name: "firefox",
  missing: "not installed: install firefox (in Debian firefox-esr), or set FIREFOX_BIN",
  find: () => findProgram("FIREFOX_BIN", ["firefox-esr", "firefox"]),
  async open(executablePath) {
    const browser = await launch(executablePath);
    return {
      version: /\d.*/.exec(await browser.version())[0],
      async newPage() {
        const context = await browser.createBrowserContext();
        const page = await context.newPage();
        return {
          goto: (url) => page.goto(url),
          reload: () => page.reload(),
          evaluate: (expression) => page.evaluate(expression),
          close: () => context.close(),
        };
      },
      close: () => browser.close(),
    };
  },
};
