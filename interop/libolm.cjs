"use strict";

// Drives libolm by JSON. A request is one of
//
//   {"new": "Account"}                                   its answer is {"object": 1}
//   {"object": 1, "method": "sign", "args": ["hello"]}
//   {"free": 1}
//   {"seed": "7"}                                        randomness, from now on
//
// and is answered by {"result": …} or {"error": "OLM.…"}. Among arguments and
// results, {"object": 1} is an object and {"bytes": "AQID"} a Uint8Array.

const crypto = require("node:crypto");
const Olm = require("@matrix-org/olm");
const Stream = require("./stream.cjs");

const objects = new Map();
let last = 0;

function make(name) {
  objects.set(++last, new Olm[name]());
  return { object: last };
}

function free(object) {
  objects.get(object).free();
  objects.delete(object);
}

// libolm looks randomBytes up at each call, so that it can be replaced.
function seed(seed) {
  const stream = new Stream(seed);
  crypto.randomBytes = (n) => stream.read(n);
}

function decode(value) {
  if (value?.object) return objects.get(value.object);
  if (value?.bytes !== undefined) return new Uint8Array(Buffer.from(value.bytes, "base64"));
  return value;
}

function encode(value) {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("base64") };
  return value ?? null;
}

function run(request) {
  if (request.new) return make(request.new);
  if (request.free) return free(request.free);
  if (request.seed) return seed(request.seed);
  const object = objects.get(request.object);
  return object[request.method](...request.args.map(decode));
}

function call(request) {
  try {
    return JSON.stringify({ result: encode(run(JSON.parse(request))) });
  } catch (error) {
    return JSON.stringify({ error: String(error?.message ?? error) });
  }
}

// open resolves to the function that takes a request and returns its answer.
exports.open = () => Olm.init().then(() => call);
