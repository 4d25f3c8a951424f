import * as olm from "../olm/client.js";
import { forkSas } from "./client.js";
import { olmError, run } from "./errors.js";
import { Slot } from "./slot.js";
import { base64Of, dataOf } from "./text.js";

const KEY_LENGTH = 43;

/**
 * One side of a verification by short authentication strings. Unlike the Sas of
 * mudpuppy/olm it lets the other side's key be set again.
 */
export class SAS {
  readonly #own = new Slot<olm.Sas>("SAS"); // of which no key is ever set
  readonly #ready = new Slot<olm.Sas>("SAS");

  constructor() {
    this.#own.fill(new olm.Sas());
  }

  free(): void {
    this.#own.free();
    this.#ready.free();
  }

  get_pubkey(): string {
    return this.#own.handle.publicKey;
  }

  set_their_key(their_key: string | Uint8Array): void {
    const key = base64Of(their_key);
    if (key.length < KEY_LENGTH) throw olmError("OLM_INPUT_BUFFER_TOO_SMALL");
    const fork = forkSas(this.#own.handle);
    try {
      run(() => fork.setTheirKey(key.slice(0, KEY_LENGTH)));
    } catch (error) {
      fork.free();
      throw error;
    }
    this.#ready.fill(fork);
  }

  is_their_key_set(): boolean {
    return this.#ready.filled;
  }

  generate_bytes(info: string | Uint8Array, length: number): Uint8Array {
    const data = dataOf(info);
    if (length === undefined || length === null) throw new TypeError("the length is missing");
    return this.#sas.bytes(data, length >>> 0);
  }

  /** The MAC with the old, faulty base64. */
  calculate_mac(input: string | Uint8Array, info: string | Uint8Array): string {
    return this.#mac("hkdf-hmac-sha256", input, info);
  }

  calculate_mac_fixed_base64(input: string | Uint8Array, info: string | Uint8Array): string {
    return this.#mac("hkdf-hmac-sha256.v2", input, info);
  }

  /** The MAC with the old, faulty base64 and a key of 256 bytes. */
  calculate_mac_long_kdf(input: string | Uint8Array, info: string | Uint8Array): string {
    return this.#mac("hmac-sha256", input, info);
  }

  #mac(method: olm.SasMacMethod, input: string | Uint8Array, info: string | Uint8Array): string {
    const [inputData, infoData] = [dataOf(input), dataOf(info)];
    return this.#sas.mac(method, inputData, infoData);
  }

  get #sas(): olm.Sas {
    if (this.#own.filled && !this.#ready.filled) throw olmError("OLM_SAS_THEIR_KEY_NOT_SET");
    return this.#ready.handle;
  }
}
