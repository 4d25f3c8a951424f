// The same as in faults.test.mjs, with another kind of crash at the end.
process.env.CRASH = "trap";
await import("./faults.test.mjs");
