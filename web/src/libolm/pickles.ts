import { checkLength } from "./base64.js";
import { run } from "./errors.js";
import { base64Of, dataOf, wiping } from "./text.js";

/** What can be pickled in libolm's form. */
interface Picklable {
  pickleLibolm(key: string | Uint8Array): string;
}

export function pickle(object: Picklable, key: unknown): string {
  return wiping(key, () => run(() => object.pickleLibolm(dataOf(key))));
}

export function unpickle<T>(key: unknown, pickle: unknown, open: (pickle: string, key: string | Uint8Array) => T): T {
  const [data, text] = [dataOf(key), base64Of(pickle)];
  return wiping(key, () => {
    checkLength(text);
    return run(() => open(text, data), { ERR_PICKLE_BASE64: "BAD_ACCOUNT_KEY" }); // libolm reads anything
  });
}
