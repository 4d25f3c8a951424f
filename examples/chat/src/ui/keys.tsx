// Keys in a file, for another device or for later.
import type { Session } from "../client/session";

export function Keys(_: { session: Session }) {
  return null;
}
