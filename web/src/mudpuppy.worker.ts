// A worker that hosts machines for a page: Mudpuppy's own, or imported by one of
// the application.
import { isGreeting, serve } from "./hosting/serve.js";
import { full } from "./machine/slot.js";
import { init } from "./mudpuppy.browser.js";

globalThis.addEventListener("message", ({ data }: MessageEvent) => {
  if (isGreeting(data)) void serve({ init, hasCrashed: full.hasCrashed }, data);
});
