// Mudpuppy in the shape of libolm's JavaScript API, as far as the benchmark
// needs it. Provisional, like the exports that it calls: see wasm/main.go.

// This defines Go; it is copied from the Go that built the module.
import "../dist/bench/wasm_exec.js";

import { wasmHost } from "../internal/wasmhost/host.mjs";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

// Lengths of the first two parts of a PkEncryption message, in base64.
const KEY_LENGTH = 43;
const MAC_LENGTH = 11;

let go; // the exports
let memory; // all of Go's memory
let input; // the part that arguments go to
let inputAddress, outputAddress, bufferSize;

/** Starts Mudpuppy from its compiled module and the bytes of its vector kernel. */
export async function start({ module, kernel }) {
  const runtime = new globalThis.Go();
  const host = wasmHost(kernel);
  runtime.env = host.env;
  const instance = await WebAssembly.instantiate(module, { ...runtime.importObject, mudpuppy: host.imports });
  await host.attach(instance.exports.mem);
  runtime.run(instance); // never ends
  go = instance.exports;
  inputAddress = go.input_address() >>> 0;
  outputAddress = go.output_address() >>> 0;
  bufferSize = go.buffer_size();
  view();
}

// Growing the memory detaches the views of it.
function view() {
  memory = new Uint8Array(go.mem.buffer);
  input = memory.subarray(inputAddress, inputAddress + bufferSize);
}

/** Writes a string or bytes to the input, from an offset on, and returns its length there. */
function write(value, offset = 0) {
  if (memory.buffer !== go.mem.buffer) view();
  if (typeof value !== "string") {
    input.set(value, offset);
    return value.length;
  }
  const { read, written } = encoder.encodeInto(value, offset === 0 ? input : input.subarray(offset));
  if (read < value.length) throw new Error("the input buffer is too small");
  return written;
}

/** The bytes that an export returned by their length, or the error it returned instead. */
function bytes(result) {
  if (memory.buffer !== go.mem.buffer) view();
  if (result >= 0) return memory.subarray(outputAddress, outputAddress + result);
  throw new Error(decoder.decode(memory.subarray(outputAddress, outputAddress - 1 - result)));
}

const text = (result) => decoder.decode(bytes(result));

/** Throws the error that an export returned, if any. */
function check(result) {
  if (result < 0) bytes(result);
}

class GoObject {
  constructor() {
    this.handle = go.object_new();
  }

  free() {
    check(go.object_free(this.handle));
  }
}

export class Account extends GoObject {
  create() {
    check(go.account_create(this.handle));
  }

  identity_keys() {
    const curve25519 = text(go.account_curve25519_key(this.handle));
    const ed25519 = text(go.account_ed25519_key(this.handle));
    return JSON.stringify({ curve25519, ed25519 });
  }

  sign(message) {
    return text(go.account_sign(this.handle, write(message)));
  }

  generate_one_time_keys(count) {
    check(go.account_generate_one_time_keys(this.handle, count));
  }

  generate_fallback_key() {
    check(go.account_generate_fallback_key(this.handle));
  }

  unpublished_fallback_key() {
    return JSON.stringify({ curve25519: { fallback: text(go.account_fallback_key(this.handle)) } });
  }

  pickle(key) {
    return bytes(go.account_pickle(this.handle, write(key))).slice();
  }

  unpickle(key, pickle) {
    const keyLength = write(key);
    check(go.account_unpickle(this.handle, keyLength, write(pickle, keyLength)));
  }

  /** pickle, in the format of libolm. */
  pickle_libolm(key) {
    return text(go.account_pickle_libolm(this.handle, write(key)));
  }

  /** unpickle, in the format of libolm. */
  unpickle_libolm(key, pickle) {
    const keyLength = write(key);
    check(go.account_unpickle_libolm(this.handle, keyLength, write(pickle, keyLength)));
  }
}

export class Session extends GoObject {
  create_outbound(account, identityKey, oneTimeKey) {
    const length = write(identityKey);
    check(go.session_create_outbound(this.handle, account.handle, length, write(oneTimeKey, length)));
  }

  /** Unlike libolm's it decrypts the message as well, and returns the plaintext. */
  create_inbound_from(account, identityKey, body) {
    const length = write(identityKey);
    return text(go.session_create_inbound(this.handle, account.handle, length, write(body, length)));
  }

  encrypt(plaintext) {
    const body = text(go.session_encrypt(this.handle, write(plaintext)));
    return { type: go.session_message_type(), body };
  }

  decrypt(type, body) {
    return text(go.session_decrypt(this.handle, type, write(body)));
  }
}

export class OutboundGroupSession extends GoObject {
  create() {
    check(go.outbound_create(this.handle));
  }

  session_key() {
    return text(go.outbound_session_key(this.handle));
  }

  encrypt(plaintext) {
    return text(go.outbound_encrypt(this.handle, write(plaintext)));
  }
}

export class InboundGroupSession extends GoObject {
  create(sessionKey) {
    check(go.inbound_create(this.handle, write(sessionKey)));
  }

  import_session(exported) {
    check(go.inbound_import(this.handle, write(exported)));
  }

  export_session(index) {
    return text(go.inbound_export(this.handle, index));
  }

  decrypt(message) {
    const plaintext = text(go.inbound_decrypt(this.handle, write(message)));
    return { plaintext, message_index: go.inbound_message_index() >>> 0 };
  }
}

export class PkEncryption extends GoObject {
  set_recipient_key(key) {
    check(go.pk_encryption_set_recipient_key(this.handle, write(key)));
  }

  encrypt(plaintext) {
    const message = text(go.pk_encryption_encrypt(this.handle, write(plaintext)));
    return {
      ephemeral: message.slice(0, KEY_LENGTH),
      mac: message.slice(KEY_LENGTH, KEY_LENGTH + MAC_LENGTH),
      ciphertext: message.slice(KEY_LENGTH + MAC_LENGTH),
    };
  }
}

export class PkDecryption extends GoObject {
  generate_key() {
    return text(go.pk_decryption_generate_key(this.handle));
  }

  decrypt(ephemeral, mac, ciphertext) {
    const keyLength = write(ephemeral);
    const macLength = write(mac, keyLength);
    const length = write(ciphertext, keyLength + macLength);
    return text(go.pk_decryption_decrypt(this.handle, keyLength, macLength, length));
  }
}

export class PkSigning extends GoObject {
  init_with_seed(seed) {
    return text(go.pk_signing_init_with_seed(this.handle, write(seed)));
  }

  sign(message) {
    return text(go.pk_signing_sign(this.handle, write(message)));
  }
}

export class SAS extends GoObject {
  constructor() {
    super();
    this.publicKey = text(go.sas_create(this.handle));
  }

  get_pubkey() {
    return this.publicKey;
  }

  set_their_key(key) {
    check(go.sas_set_their_key(this.handle, write(key)));
  }

  generate_bytes(info, length) {
    return bytes(go.sas_generate_bytes(this.handle, write(info), length)).slice();
  }
}

export class Utility {
  sha256(message) {
    return text(go.utility_sha256(write(message)));
  }

  ed25519_verify(key, message, signature) {
    const keyLength = write(key);
    const messageLength = write(message, keyLength);
    const length = write(signature, keyLength + messageLength);
    check(go.utility_ed25519_verify(keyLength, messageLength, length));
  }

  free() {}
}
