import { fileURLToPath } from "node:url";

// Next writes scripts into its pages: else this would be as strict as elsewhere.
const policy = "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src 'self'";

const root = fileURLToPath(new URL("..", import.meta.url)); // where node_modules is

export default {
  headers: () => [{ source: "/:path*", headers: [{ key: "content-security-policy", value: policy }] }],
  turbopack: { root },
  outputFileTracingRoot: root,
  // With webpack, Next does not give the server what it copies for browsers.
  serverExternalPackages: process.env.BUNDLER === "webpack" ? ["mudpuppy"] : [],
};
