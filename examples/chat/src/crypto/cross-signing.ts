// Whether the own device is signed by its user, which others ask for before they give
// it keys. The first device of a user makes the keys to sign with.
import { MudpuppyError } from "mudpuppy";
import type { Device } from "./device";

/**
 * How this device stands: not signed by its user; signed, by keys that were not compared
 * here; or signed by keys that are certainly the user's own.
 */
export type Standing = "unknown" | "unsigned" | "signed" | "verified";

/** Tells how this device stands, after having made the user's keys if there are none. */
export async function ensureSigned({ machine, connection }: Device): Promise<Standing> {
  const devices = await machine.devices(machine.userId);
  const own = devices.find(({ deviceId }) => deviceId === machine.deviceId);
  if (!own) return "unknown"; // the homeserver has not said yet who there is
  try {
    const { verified } = await machine.identity(machine.userId);
    if (!own.crossSigned) return "unsigned";
    return verified ? "verified" : "signed";
  } catch (error) {
    if (!(error instanceof MudpuppyError && error.code === "ERR_UNKNOWN_USER")) throw error;
  }
  await machine.setUpCrossSigning(false);
  await connection.pump();
  return "unknown"; // until the homeserver tells of the signature
}
