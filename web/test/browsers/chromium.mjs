// Chromium, by playwright-core.
import { chromium } from "playwright-core";
import { findProgram } from "./find.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The path of a Chromium, if there is one. */
export const findChromium = () => findProgram("CHROME_BIN", names);

/** Starts it, without a window unless the options say otherwise. */
export function launch(executablePath, options = {}) {
  const quiet = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update"];
  if (process.getuid?.() === 0) quiet.push("no-sandbox"); // which root cannot have
  return chromium.launch({ executablePath, args: quiet.map((name) => `--${name}`), ...options });
}

/** @type {import("./suite.mjs").Browser} */
export default {
  name: "chromium",
  missing: "not installed: install chromium, or set CHROME_BIN",
  find: findChromium,
  async open(executable) {
    const browser = await launch(executable);
    return {
      version: browser.version(),
      async newPage() {
        const context = await browser.newContext();
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
