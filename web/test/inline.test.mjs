// The entry that holds everything in one file, and shares all else with the
// others.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import Olm from "mudpuppy/libolm";
import * as olm from "mudpuppy/olm";
import * as mudpuppy from "mudpuppy";
import * as inlineDevice from "mudpuppy/inline";
import * as inline from "mudpuppy/olm/inline";
import { checkSteps } from "./scenario/check.mjs";
import { playSteps } from "./scenario/steps.mjs";

test("the scenario, loaded by the inline entry for the other entry too", async (t) => {
  assert.equal(inline.Account, olm.Account);
  await checkSteps(t, await playSteps({ ...olm, init: inline.init }, Olm, { ...mudpuppy, init: inlineDevice.init }));
});

test("short texts are converted as TextEncoder and TextDecoder would", () => {
  for (let length = 0; length <= 140; length++) {
    for (const character of ["x", "\x7f", "\x80", "é", "☃", "🐾", "\0"]) {
      for (const at of [0, length >> 1, length]) {
        const text = "a".repeat(at) + character + "z".repeat(length - at);
        assert.equal(olm.sha256(text), createHash("sha256").update(text).digest("base64").slice(0, 43));
      }
    }
  }
  const [sas, other] = [new olm.Sas(), new olm.Sas()];
  sas.setTheirKey(other.publicKey);
  other.setTheirKey(sas.publicKey);
  const seen = new Set();
  for (let i = 0; i < 100; i++) {
    for (const { symbol, description } of sas.emoji(`${i}`)) {
      assert.match(symbol, /^\p{Emoji}\u{fe0f}?$/u);
      assert.match(description, /^[A-Z][a-z]+( [A-Z][a-z]+)*$/);
      seen.add(symbol);
    }
  }
  assert.ok(seen.size > 32, `only ${seen.size} of 64 emoji were seen`);
});
