// The same as in secrets.test.mjs, with the portable code for AES, as where
// there are no vector instructions.
process.env.KERNEL = "none";
await import("./secrets.test.mjs");
