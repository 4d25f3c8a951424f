// What is the matter, if something is.
import type { ComponentChildren } from "preact";
import type { Session } from "../client/session";
import { inGroups } from "../crypto/words";

export function Banner({ session }: { session: Session }) {
  const { reach, standing, trouble, device } = session;
  return (
    <div class="banners" role="status">
      {reach.value === "offline" && <Line kind="warning">You are offline. What you write is sent when you are back.</Line>}
      {reach.value === "connecting" && <Line kind="quiet">Connecting to the server…</Line>}
      {standing.value === "unsigned" && (
        <Line kind="warning">
          <details>
            <summary>This device is not verified, so nobody gives it keys yet. Verify it from another of your devices.</summary>
            <p>
              There, open the list of people in a room, find this device, <b>{device.machine.deviceId}</b>, under your name, and compare its fingerprint:
            </p>
            <p class="fingerprint">{inGroups(device.machine.identityKeys.ed25519)}</p>
          </details>
        </Line>
      )}
      {trouble.value && <Line kind="warning">{trouble.value}</Line>}
    </div>
  );
}

function Line({ kind, children }: { kind: "warning" | "quiet"; children: ComponentChildren }) {
  return <div class={`banner ${kind}`}>{children}</div>;
}
