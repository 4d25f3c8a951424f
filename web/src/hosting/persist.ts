import type { Persistence } from "../machine/client.js";

/** How long the browser may take, in milliseconds. */
const LIMIT = 3000;

/** Asks the browser to keep the databases of this origin, as the program does: workers cannot. Some browsers never answer. */
export async function askToPersist(): Promise<Persistence> {
  try {
    const asked = globalThis.navigator?.storage?.persist?.();
    if (!asked) return "unknown";
    const granted = await Promise.race([asked, new Promise<undefined>((resolve) => setTimeout(resolve, LIMIT))]);
    return granted === undefined ? "unknown" : granted ? "persistent" : "evictable";
  } catch {
    return "unknown";
  }
}
