// The same as in migrate.test.mjs, in a worker.
process.env.MACHINES = "worker";
await import("./migrate.test.mjs");
