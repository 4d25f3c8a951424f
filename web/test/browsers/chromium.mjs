import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The path of a Chromium, if there is one: CHROME_BIN, or on the PATH. */
export function findChromium() {
  if (process.env.CHROME_BIN) return process.env.CHROME_BIN;
  const paths = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Starts it, without a window unless the options say otherwise. */
export function launch(executablePath, options = {}) {
  const quiet = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update"];
  if (process.getuid?.() === 0) quiet.push("no-sandbox"); // which root cannot have
  return chromium.launch({ executablePath, args: quiet.map((name) => `--${name}`), ...options });
}
