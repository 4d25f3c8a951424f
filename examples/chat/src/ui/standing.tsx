// A device that is new to its user's others: what is to be done about it.
import { useState } from "preact/hooks";
import type { Session } from "../client/session";
import { inGroups } from "../crypto/words";
import { Compare } from "./compare";
import { useKeys } from "./devices";

/** Others do not trust this device yet. */
export function Unsigned({ session }: { session: Session }) {
  const { deviceId, identityKeys } = session.device.machine;
  return (
    <details class="banner warning">
      <summary>This device is not verified, so nobody gives it keys yet. Verify it from another of your devices.</summary>
      <p>
        There, open the people of a room, find the device <b>{deviceId}</b> under your name, and compare its fingerprint with this:
      </p>
      <p class="fingerprint">{inGroups(identityKeys.ed25519)}</p>
    </details>
  );
}

/** This device does not know yet whether those who vouch for it are really its user. */
export function Unsure({ session }: { session: Session }) {
  const [comparing, setComparing] = useState(false);
  const { identity } = useKeys({ session, userId: session.userId });
  if (!identity) return null;
  const { machine } = session.device;
  return (
    <div class="banner quiet">
      Compare your identity with what your other device shows, and this one gets the keys of what was said before.{" "}
      <button onClick={() => setComparing(true)}>Compare</button>
      {comparing && (
        <Compare
          title="Your identity"
          question="On your other device, open “Security and account”. Does it show this under “Your identity”?"
          fingerprint={identity.masterKey}
          onSame={() => session.change(() => machine.verifyUser(session.userId, identity.masterKey))}
          onClose={() => setComparing(false)}
        />
      )}
    </div>
  );
}
