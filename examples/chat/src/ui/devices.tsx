// The devices of a person, to be compared, verified or blocked.
import type { Device, Identity } from "mudpuppy";
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../client/session";
import { inGroups } from "../crypto/words";
import { Compare } from "./compare";

export interface Subject {
  session: Session;
  userId: string;
  name: string;
}

/** What is known of a person's keys, and looks again when that changes. */
export function useKeys({ session, userId }: Omit<Subject, "name">): { devices: Device[]; identity: Identity | undefined } {
  const [found, setFound] = useState<{ devices: Device[]; identity: Identity | undefined }>({ devices: [], identity: undefined });
  const changed = session.devicesChanged.value;
  useEffect(() => {
    const { machine } = session.device;
    const identity = machine.identity(userId).catch(() => undefined);
    Promise.all([machine.devices(userId), identity]).then(([devices, identity]) => setFound({ devices, identity }), () => {});
  }, [changed, userId]);
  return found;
}

export function Devices(subject: Subject) {
  const { session, userId, name } = subject;
  const { devices, identity } = useKeys(subject);
  const own = userId === session.userId;
  const there = devices.filter(({ deleted }) => !deleted);
  return (
    <div class="devices">
      {identity && !own && <Person subject={subject} identity={identity} />}
      <ul aria-label={`Devices of ${name}`}>
        {there.map((device) => (
          <li key={device.deviceId}>
            <DeviceView subject={subject} device={device} isVouchedFor={device.crossSigned && identity?.verified === true} />
          </li>
        ))}
      </ul>
      {there.length === 0 && <p class="quiet">No encrypting device is known.</p>}
    </div>
  );
}

function Person({ subject: { session, userId, name }, identity }: { subject: Subject; identity: Identity }) {
  const [comparing, setComparing] = useState(false);
  const { machine } = session.device;
  const verify = () => session.change(() => machine.verifyUser(userId, identity.masterKey));
  return (
    <div class="identity">
      <Badge good={identity.verified} bad={identity.changed}>
        {identity.verified ? "You have verified this person" : identity.changed ? "The keys of this person have changed" : "Not verified yet"}
      </Badge>
      {identity.changed && <button onClick={() => session.change(() => machine.acceptIdentity(userId))}>Accept the new keys</button>}
      {!identity.verified && <button onClick={() => setComparing(true)}>Verify {name}</button>}
      {comparing && (
        <Compare
          title={`Verify ${name}`}
          question={`Ask ${name}, by voice or in person, for the key under “Your identity” on their security page. Is it this one?`}
          fingerprint={identity.masterKey}
          onSame={verify}
          onClose={() => setComparing(false)}
        />
      )}
    </div>
  );
}

/** A device. If the verified identity of its owner vouches for it, there is nothing to verify here, or to take back. */
function DeviceView({ subject: { session, userId }, device, isVouchedFor }: { subject: Subject; device: Device; isVouchedFor: boolean }) {
  const [comparing, setComparing] = useState(false);
  const { machine } = session.device;
  const { deviceId, displayName, ed25519, blocked } = device;
  const isThis = userId === session.userId && deviceId === machine.deviceId;
  const name = displayName ? `${displayName}, ${deviceId}` : deviceId;
  return (
    <section class="device" aria-label={`Device ${deviceId}`}>
      <b>{isThis ? `${name} (this one)` : name}</b>
      <DeviceBadge device={device} />
      <p class="fingerprint">{inGroups(ed25519)}</p>
      {!isThis && (
        <div class="actions">
          {!device.verified && !blocked && <button aria-label={`Verify ${deviceId}`} onClick={() => setComparing(true)}>Verify</button>}
          {device.verified && !isVouchedFor && (
            <button aria-label={`Unverify ${deviceId}`} onClick={() => session.change(() => machine.unverifyDevice(userId, deviceId))}>Unverify</button>
          )}
          <button aria-label={`${blocked ? "Unblock" : "Block"} ${deviceId}`} onClick={() => session.change(() => machine.blockDevice(userId, deviceId, !blocked))}>
            {blocked ? "Unblock" : "Block"}
          </button>
        </div>
      )}
      {comparing && (
        <Compare
          title={`Verify ${deviceId}`}
          question="Look at the fingerprint that the other device shows of itself. Is it this one?"
          fingerprint={ed25519}
          onSame={() => session.change(() => machine.verifyDevice(userId, deviceId, ed25519))}
          onClose={() => setComparing(false)}
        />
      )}
    </section>
  );
}

function DeviceBadge({ device: { blocked, verified, crossSigned } }: { device: Device }) {
  if (blocked) return <Badge bad>Blocked: it gets no keys</Badge>;
  if (verified) return <Badge good>Verified</Badge>;
  return crossSigned ? <Badge>Signed by its owner</Badge> : <Badge bad>Not signed by its owner: it gets no keys</Badge>;
}

function Badge({ good, bad, children }: { good?: boolean; bad?: boolean; children: preact.ComponentChildren }) {
  return <span class={`badge ${bad ? "bad" : good ? "good" : ""}`}>{children}</span>;
}
