// Finding a homeserver by what people type.
import { Http, MatrixError, path } from "./http";
import { type Content, objectIn, textIn } from "./types";

/** Finds the homeserver of an address such as example.org or https://matrix.example.org. */
export async function discover(typed: string): Promise<string> {
  const address = typed.trim().replace(/\/+$/, "");
  if (!address) throw new Error("Type the address of a homeserver, such as matrix.org.");
  const origin = /^https?:\/\//.test(address) ? address : `https://${address}`;
  if (!URL.canParse(origin)) throw new Error(`“${address}” is no address.`);
  const named = await wellKnown(origin);
  for (const candidate of named && named !== origin ? [named, origin] : [origin]) {
    if (await isHomeserver(candidate)) return candidate;
  }
  throw new Error(`There is no Matrix homeserver at ${address}, or it cannot be reached.`);
}

/** The homeserver that a domain names for its users. */
async function wellKnown(origin: string): Promise<string | undefined> {
  try {
    const answer = await new Http(origin).json<Content>("GET", "/.well-known/matrix/client", { timeout: 10_000 });
    const url = textIn(objectIn(answer, "m.homeserver"), "base_url")?.replace(/\/+$/, "");
    return url && URL.canParse(url) ? url : undefined;
  } catch {
    return undefined;
  }
}

async function isHomeserver(url: string): Promise<boolean> {
  try {
    const answer = await new Http(url).json<Content>("GET", path("versions"), { timeout: 10_000 });
    return Array.isArray(answer["versions"]);
  } catch (error) {
    return error instanceof MatrixError && error.status === 429;
  }
}
