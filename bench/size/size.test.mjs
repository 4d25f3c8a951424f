import assert from "node:assert/strict";
import { test } from "node:test";

import { byPackage } from "./packages.mjs";
import { functions, sections } from "./sections.mjs";

const text = (s) => [s.length, ...Buffer.from(s)];
const section = (id, ...content) => [id, content.length, ...content];

// One imported function, and two of its own of 4 and 2 bytes with their lengths.
const module = new Uint8Array([
  ...Buffer.from("\0asm"), 1, 0, 0, 0,
  ...section(1, 1, 0x60, 0, 0),
  ...section(2, 1, ...text("env"), ...text("f"), 0, 0),
  ...section(3, 2, 0, 0),
  ...section(10, 2, 3, 0, 1, 0x0b, 2, 0, 0x0b),
  ...section(0, ...text("name"), 1, 25, 3, 0, ...text("env.f"), 1, ...text("a_b.One"), 2, ...text("a.Two2")),
]);

test("the made-up module is one", () => assert.ok(WebAssembly.validate(module)));

test("sections", () => {
  assert.deepEqual(
    sections(module).map(({ name, size }) => [name, size]),
    [["type", 6], ["import", 11], ["function", 5], ["code", 10], ["name", 34]],
  );
});

test("lengths above 127 take several bytes", () => {
  const long = new Uint8Array([...module.subarray(0, 8), 0, 0x85, 2, ...text("long"), ...Array(256).fill(7)]);
  assert.deepEqual(sections(long).map(({ name, size }) => [name, size]), [["long", 264]]);
});

test("functions have the names of their numbers", () => {
  assert.deepEqual(functions(module), [{ name: "a_b.One", size: 4 }, { name: "a.Two2", size: 3 }]);
});

test("functions belong to the longest path that fits", () => {
  const measured = [
    { name: "example.com_x_y.F", size: 1 },
    { name: "example.com_x_y_z.__T_.M", size: 2 },
    { name: "example.com_x_y.G_go.shape.int_", size: 4 },
    { name: "type_.eq.T", size: 8 },
    { name: "main.main", size: 16 },
  ];
  assert.deepEqual(byPackage(measured, ["example.com/x-y", "example.com/x-y/z"]), [
    { name: "main", size: 16 },
    { name: "(compiler and exports)", size: 8 },
    { name: "example.com/x-y", size: 5 },
    { name: "example.com/x-y/z", size: 2 },
  ]);
});
