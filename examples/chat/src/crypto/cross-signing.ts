// Whether the own device is signed by its user, which others ask for before they give
// it keys. The first device of a user makes the keys to sign with.
import { MudpuppyError } from "mudpuppy";
import type { Device } from "./device";

/** Signed by its user, not signed, or not known yet. */
export type Standing = "unknown" | "signed" | "unsigned";

/** Tells how this device stands, after having made the user's keys if there are none. */
export async function ensureSigned({ machine, connection }: Device): Promise<Standing> {
  const devices = await machine.devices(machine.userId);
  const own = devices.find(({ deviceId }) => deviceId === machine.deviceId);
  if (own?.crossSigned) return "signed";
  try {
    await machine.identity(machine.userId);
    return own ? "unsigned" : "unknown";
  } catch (error) {
    if (!(error instanceof MudpuppyError && error.code === "ERR_UNKNOWN_USER")) throw error;
  }
  if (!own) return "unknown"; // the homeserver has not said yet who there is
  await machine.setUpCrossSigning(false);
  await connection.pump();
  return "unknown"; // until the homeserver tells of the signature
}
