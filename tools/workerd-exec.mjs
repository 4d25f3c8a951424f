// See workerd-exec.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { missing, startWorker } from "../internal/testworker/worker.mjs";

if (missing) {
  console.error(missing);
  process.exit(1);
}
const [program, ...args] = process.argv.slice(2);
const worker = await startWorker({
  entry: fileURLToPath(new URL("../internal/testworker/gotest/worker.mjs", import.meta.url)),
  wasm: { "test.wasm": resolve(program) },
  durableObjects: { TEST: { className: "Test", useSQLite: true } },
  d1Databases: ["DB"],
});
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("MUDPUPPY_")));
let last = "";
try {
  const response = await worker.fetch("/", { method: "POST", body: JSON.stringify({ args, env }) });
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    last += text;
    const lines = last.split("\n");
    last = lines.pop();
    if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
  }
} finally {
  await worker.remove();
}
process.exit(last === "" ? 1 : Number(last)); // the last line is the code
