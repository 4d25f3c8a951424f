import * as olm from "../olm/client.js";
import { checkLength } from "./base64.js";
import { olmError, run } from "./errors.js";
import { checkLoaded } from "./slot.js";
import { base64Of, dataOf, wiping } from "./text.js";

const KEY_LENGTH = 43;

/** Hashes and signatures. */
export class Utility {
  constructor() {
    checkLoaded();
  }

  free(): void {} // there is nothing to free

  sha256(input: string | Uint8Array): string {
    return wiping(input, () => olm.sha256(dataOf(input)));
  }

  /** Throws unless the signature holds. */
  ed25519_verify(key: string | Uint8Array, message: string | Uint8Array, signature: string | Uint8Array): void {
    const [keyText, data, signatureText] = [base64Of(key), dataOf(message), base64Of(signature)];
    wiping(message, () => {
      if (keyText.length !== KEY_LENGTH) throw olmError("INVALID_BASE64");
      checkLength(signatureText);
      const bad = { ERR_KEY: "BAD_MESSAGE_MAC", ERR_SIGNATURE: "BAD_MESSAGE_MAC" };
      run(() => olm.ed25519Verify(keyText, data, signatureText), bad);
    });
  }
}
