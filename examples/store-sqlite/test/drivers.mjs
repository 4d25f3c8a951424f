// What opens an SQLite database here: by name, a function or why there is none.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

function driver(module, open) {
  try {
    const opening = open(require(module));
    opening(":memory:").close(); // better-sqlite3 loads its library only now
    return { open: opening };
  } catch (error) {
    return { skip: `no ${module} in Node ${process.versions.node}: ${error.message.split("\n")[0]}` };
  }
}

export const drivers = {
  "node:sqlite": driver("node:sqlite", ({ DatabaseSync }) => (path) => new DatabaseSync(path)),
  "better-sqlite3": driver("better-sqlite3", (Database) => (path) => new Database(path)),
};
