// Adds up functions by the Go package that they come from.

/** In the name section Go writes "_" for what is neither letter, digit nor dot. */
const mangle = (path) => path.replace(/[^A-Za-z0-9.]/g, "_");

const GLUE = "(compiler and exports)";

/**
 * The size of each package's functions, as { name, size }, the largest first.
 * Given are functions under their mangled names, and the paths of all packages.
 */
export function byPackage(functions, packages) {
  // The longest path first: internal/aessha2 begins like internal/aes.
  const prefixes = [...packages, "main"]
    .map((path) => [`${mangle(path)}.`, path])
    .sort(([a], [b]) => b.length - a.length);
  const sizes = new Map();
  for (const { name, size } of functions) {
    const [, path] = prefixes.find(([prefix]) => name.startsWith(prefix)) ?? [undefined, GLUE];
    sizes.set(path, (sizes.get(path) ?? 0) + size);
  }
  return [...sizes].map(([name, size]) => ({ name, size })).sort((a, b) => b.size - a.size);
}
