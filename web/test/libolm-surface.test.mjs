// mudpuppy/libolm has all that @matrix-org/olm has, in the same form.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { before, describe, test } from "node:test";
import original from "@matrix-org/olm";
import Olm, * as named from "mudpuppy/libolm";
import * as inline from "mudpuppy/libolm/inline";
import * as olm from "mudpuppy/olm";

const required = createRequire(import.meta.url)("mudpuppy/libolm");
// They appear in the original only once it is loaded.
const classes = "Account InboundGroupSession OutboundGroupSession PkDecryption PkEncryption PkSigning SAS Session Utility".split(" ");
const surfaces = { "the default export": Olm, "the named exports": named, "require": required, "the inline entry": inline };

test("before init everything says that it has to come first", () => {
  for (const library of [Olm, required]) {
    for (const name of classes) assert.throws(() => new library[name](), { code: "ERR_NOT_READY", message: /await init\(\)/ });
  }
});

for (const [name, surface] of Object.entries(surfaces)) {
  describe(name, () => {
    before(() => Promise.all([original.init(), surface.init()]));

    test("has every name, of the same type", () => {
      assert.deepEqual(Object.keys(original).filter((key) => original[key].prototype?.free).sort(), classes);
      for (const [key, value] of Object.entries(original)) assert.equal(typeof surface[key], typeof value, key);
      assert.equal(surface.PRIVATE_KEY_LENGTH, original.PRIVATE_KEY_LENGTH);
      assert.deepEqual(surface.get_library_version(), original.get_library_version());
    });

    for (const key of classes) {
      test(`${key} has every method, callable alike`, () => {
        const { prototype } = original[key];
        for (const method of Object.keys(prototype)) {
          assert.equal(typeof surface[key].prototype[method], "function", method);
        }
        const extra = Object.getOwnPropertyNames(surface[key].prototype).filter((method) => !(method in prototype));
        assert.deepEqual(extra, [], "methods of ours alone");
        assert.equal(surface[key].length, 0);
        assert.equal(surface[key].name, key);
        const object = new surface[key]();
        assert.deepEqual(Object.keys(object), []);
        object.free();
      });
    }
  });
}

// The original wraps its methods, so that only a few of them know how many
// arguments they take; its types say it of all.
test("every method takes as many arguments as the types of the original say", async () => {
  const types = await readFile(createRequire(import.meta.url).resolve("@matrix-org/olm/index.d.ts"), "utf8");
  let count = 0;
  for (const [, name, body] of types.matchAll(/declare class (\w+) \{(.*?)\n\}/gs)) {
    for (const [, method, parameters] of body.matchAll(/^ {4}(\w+)\(([^)]*)\)/gm)) {
      if (method === "constructor") continue;
      const wanted = parameters.split(",").filter((parameter) => parameter.includes(":")).length;
      assert.equal(Olm[name].prototype[method].length, wanted, `${name}.${method}`);
      count++;
    }
  }
  assert.equal(count, 69, "methods were found");
});

test("it shares the module with mudpuppy/olm, and options of Emscripten do not matter", async () => {
  await Olm.init({ locateFile: () => "/nowhere.wasm" });
  await Olm.init(null);
  new olm.Account().free();
});
