// What finds leaks must find them.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { filesWith } from "./leaks.mjs";

const text = "the frog is green";
const hidden = {
  "as it is": (around) => `${around}${text}${around}`,
  "in UTF-16, little end first": (around) => Buffer.from(around + text + around, "utf16le"),
  "in UTF-16, big end first": (around) => Buffer.from(around + text + around, "utf16le").swap16(),
  "in base64": (around) => Buffer.from(around + text + around).toString("base64"),
  "in UTF-16 in base64": (around) => Buffer.from(around + text + around, "utf16le").toString("base64"),
};

for (const [how, hide] of Object.entries(hidden)) {
  test(`a text is found ${how}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "mudpuppy-leaks-"));
    for (const around of ["", "x", "xy", "xyz"]) {
      await writeFile(join(folder, "file"), hide(around));
      assert.equal((await filesWith(folder, text)).length, 1, `with “${around}” around it`);
    }
    await writeFile(join(folder, "file"), hide("x").slice(0, 10));
    assert.deepEqual(await filesWith(folder, text), []);
    await rm(folder, { recursive: true });
  });
}
