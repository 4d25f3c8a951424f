// Plays the page: in a window where there is a screen, and without one, with
// its lines printed here, otherwise. `make demo` has built and packed Mudpuppy.
import { fileURLToPath } from "node:url";
import { findChromium, launch } from "../../web/test/browsers/chromium.mjs";
import { serve } from "../../web/test/serve.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const executable = findChromium();
const server = await serve({ "/mudpuppy/": path("../../web/test/node_modules/mudpuppy"), "/": path(".") });

if (!executable) {
  console.log("The page is not played, for want of a Chromium: install it, or set CHROME_BIN.");
  server.close();
} else if (process.env.DISPLAY || process.env.WAYLAND_DISPLAY) {
  const browser = await launch(executable, { headless: false });
  const page = await browser.newPage();
  await page.goto(server.url);
  console.log("Load the page again to see both go on. Close the window to end it.");
  await new Promise((resolve) => browser.on("disconnected", resolve));
  server.close();
} else {
  const browser = await launch(executable);
  const page = await browser.newPage();
  for (const what of ["The page is loaded:", "It is loaded again:"]) {
    await page.goto(server.url);
    await page.waitForFunction(() => document.body?.dataset.outcome);
    console.log(`\n${what}`);
    for (const line of await page.locator("#lines li").allTextContents()) console.log(`  ${line}`);
  }
  await browser.close();
  server.close();
}
