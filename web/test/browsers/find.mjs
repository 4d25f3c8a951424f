import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The path of a program: the value of an environment variable, or else the first of the names on the PATH. */
export function findProgram(variable, names) {
  const chosen = process.env[variable];
  if (chosen) return isExecutable(chosen) ? chosen : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
