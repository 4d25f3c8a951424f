"use strict";

// Answers requests, one JSON text a line, from standard input on standard
// output: node pipe.cjs ./libolm.cjs

const { createInterface } = require("node:readline");

async function main(module) {
  const call = await require(module).open();
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write((await call(line)) + "\n");
  }
}

main(process.argv[2]);
