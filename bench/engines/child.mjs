// Measures in Node or Bun: does the job given as an argument and prints the
// result, all in JSON.

import { measure } from "../measure.mjs";
import { platform } from "./files.mjs";

const result = await measure(JSON.parse(process.argv[2]), platform);
process.stdout.write(JSON.stringify(result), () => process.exit());
