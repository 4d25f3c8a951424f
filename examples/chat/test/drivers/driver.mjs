// What a person does with a page, whatever the browser.
import { setTimeout as sleep } from "node:timers/promises";

/** How long something may take on a busy machine, in milliseconds. */
export const LIMIT = Number(process.env.CHAT_LIMIT ?? 60_000);

/**
 * @typedef {{ role: string, name?: string, pattern?: string } | { text: string }} What
 *
 * @typedef Driver
 * @property {(url: string) => Promise<unknown>} goto
 * @property {() => Promise<unknown>} reload
 * @property {(what: What) => Promise<unknown>} click waits until it is there
 * @property {(what: What, text: string) => Promise<unknown>} fill
 * @property {(key: string) => Promise<unknown>} press
 * @property {(what: What, path: string) => Promise<unknown>} choose gives a file to a field
 * @property {(what: What) => Promise<boolean>} has whether it is there now
 * @property {(what: What) => Promise<string>} read its text
 * @property {(expression: string) => Promise<any>} evaluate
 * @property {() => Promise<unknown>} close
 */

/** What has a role and a name: all of it, or a part of it as a regular expression. */
export const by = (role, name) => (name instanceof RegExp ? { role, pattern: name.source } : { role, ...(name && { name }) });
export const byText = (text) => ({ text });

/** Waits until something holds. */
export async function until(what, holds, limit = LIMIT) {
  for (const end = Date.now() + limit; ; await sleep(100)) {
    const result = await holds();
    if (result) return result;
    if (Date.now() > end) throw new Error(`after ${limit / 1000} s, still not: ${what}`);
  }
}

/** The methods that can be made of a few, for browsers that have no locators of their own. */
export class Finding {
  /** Waits for something, and returns it. */
  async found(what) {
    return until(JSON.stringify(what), () => this.find(what));
  }

  async has(what) {
    return Boolean(await this.find(what));
  }
}
