// Chromium, by playwright-core, which has rules of its own for roles and names.
import { chromium } from "playwright-core";
import { findChromium } from "../../../../web/test/browsers/chromium.mjs";
import { LIMIT } from "./driver.mjs";

const quiet = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update"];
export const args = [...quiet, ...(process.getuid?.() === 0 ? ["no-sandbox"] : [])].map((name) => `--${name}`);

/** The locator of something. */
export function locate(page, what) {
  if (what.text !== undefined) return page.getByText(what.text).last();
  if (what.role === "password") return page.getByLabel(what.name, { exact: true });
  if (what.role === "file") return page.getByLabel(what.name, { exact: true });
  const name = what.pattern === undefined ? what.name : new RegExp(what.pattern);
  return page.getByRole(what.role, { ...(name && { name }), exact: true }).first();
}

/** A page as a driver: see driver.mjs. */
export function drive(page, close = () => page.close()) {
  page.setDefaultTimeout(LIMIT);
  return {
    page,
    goto: (url) => page.goto(url),
    reload: () => page.reload(),
    async click(what) {
      const found = locate(page, what);
      // What is beside a message appears when one points at it.
      if (what.role === "button") await found.focus();
      await found.click();
    },
    fill: (what, text) => locate(page, what).fill(text),
    press: (key) => page.keyboard.press(key),
    choose: (what, path) => locate(page, what).setInputFiles(path),
    has: (what) => locate(page, what).isVisible(),
    read: (what) => locate(page, what).innerText(),
    evaluate: (expression) => page.evaluate(expression),
    close,
  };
}

export default {
  name: "chromium",
  missing: "not installed: install chromium, or set CHROME_BIN",
  find: findChromium,
  async open(executablePath) {
    const browser = await chromium.launch({ executablePath, args });
    return {
      version: browser.version(),
      /** A person's own browser. */
      async newPage(options) {
        const context = await browser.newContext(options);
        return drive(await context.newPage(), () => context.close());
      },
      close: () => browser.close(),
    };
  },
};
