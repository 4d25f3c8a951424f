import { play } from "../../scenario/play.mjs";

export const runtime = "edge";

// Where it is deployed, nothing can be compiled; here it could.
for (const name of ["compile", "compileStreaming", "Module"]) {
  WebAssembly[name] = new Proxy(WebAssembly[name], { apply: forbidden, construct: forbidden });
}

function forbidden() {
  throw new Error("this platform does not compile WebAssembly");
}

export const GET = async () => Response.json(await play());
