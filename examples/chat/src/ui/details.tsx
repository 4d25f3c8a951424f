// How a message was encrypted, and what others see of it.
import { useEffect, useState } from "preact/hooks";
import { fullTimeOf } from "../client/dates";
import type { Session } from "../client/session";
import type { Encryption } from "../crypto/decryptor";
import type { Recipient } from "../crypto/recipients";
import { whyShield, whyUnreadable } from "../crypto/words";
import type { Room } from "../matrix/room";
import type { RoomEvent } from "../matrix/types";
import { useReading } from "./message";
import { Panel } from "./panel";

interface Props {
  session: Session;
  room: Room;
  event: RoomEvent;
  onClose(): void;
}

export function MessageDetails({ session, room, event, onClose }: Props) {
  const reading = useReading(session, room, event);
  const isEncrypted = event.type === "m.room.encrypted";
  const { content, type, sender, origin_server_ts, event_id } = event;
  return (
    <Panel title="How this message was encrypted" onClose={onClose}>
      <ol class="way">
        <Step title={sender === session.userId ? "You wrote" : `${room.nameOf(sender)} wrote`} note={fullTimeOf(origin_server_ts)}>
          {reading.state === "clear" && <Code label="Plaintext" value={{ type: reading.type, content: reading.content }} />}
          {reading.state === "unreadable" && <p class="unreadable">{whyUnreadable(reading.code, reading.withheld).text}</p>}
        </Step>
        {isEncrypted && <Megolm content={content} reading={reading.state === "clear" ? reading.encryption : undefined} />}
        {reading.state === "clear" && reading.encryption && <Keys session={session} room={room} event={event} encryption={reading.encryption} />}
        <Step title="The server saw" note={isEncrypted ? "and it keeps this, which it cannot read" : "and could read it, as it was not encrypted"}>
          <Code label="Ciphertext" value={{ type, sender, event_id, content }} />
        </Step>
        {reading.state === "clear" && reading.encryption && (
          <Step title="How far it can be believed" note={reading.encryption.trust.reason.replaceAll("_", " ")}>
            <p>
              {whyShield(reading.encryption.trust.reason).text}{" "}
              <a href={whyShield(reading.encryption.trust.reason).link} target="_blank" rel="noreferrer noopener">More</a>
            </p>
          </Step>
        )}
      </ol>
    </Panel>
  );
}

function Megolm({ content, reading }: { content: RoomEvent["content"]; reading: Encryption | undefined }) {
  return (
    <Step title="Megolm encrypted it" note="with a key of this message alone, from a session of the sender's device">
      <dl>
        <dt>Session</dt>
        <dd><code>{String(content["session_id"])}</code></dd>
        {reading && (
          <>
            <dt>Message of the session</dt>
            <dd>number {reading.index + 1} (index {reading.index})</dd>
            <dt>Device</dt>
            <dd>{reading.deviceId ?? "unknown"}</dd>
            <dt>Its key</dt>
            <dd><code>{reading.senderKey}</code></dd>
          </>
        )}
      </dl>
    </Step>
  );
}

function Keys({ session, room, event, encryption }: Omit<Props, "onClose"> & { encryption: Encryption }) {
  const [recipients, setRecipients] = useState<Recipient[]>([]);
  useEffect(() => {
    session.device.recipients.of(room.roomId, encryption.sessionId).then(setRecipients, () => {});
  }, [encryption.sessionId]);
  const fromHere = event.sender === session.userId && encryption.deviceId === session.credentials.deviceId;
  if (!fromHere) {
    const unsure = encryption.trust.reason === "unauthenticated";
    return (
      <Step title="The key of the session came here" note={unsure ? "from a file, or from another device than that which made it" : "over Olm, from device to device"}>
        <p>{unsure ? "So it is not certain who wrote the message." : `Device ${encryption.deviceId ?? "unknown"} encrypted it for this device alone.`}</p>
      </Step>
    );
  }
  return (
    <Step title="The key of the session went out" note="over Olm, encrypted for each device alone">
      <ul class="recipients" aria-label="Devices that got the key">
        {recipients.map((recipient) => (
          <li key={`${recipient.userId} ${recipient.deviceId} ${recipient.at}`} class={recipient.how === "withheld" ? "withheld" : ""}>
            <b>{room.nameOf(recipient.userId)}</b> {recipient.deviceId}
            <small>{recipient.how === "withheld" ? `got no key: ${recipient.reason ?? ""}` : `over Olm, ${recipient.how}`}</small>
          </li>
        ))}
      </ul>
      {recipients.length === 0 && <p class="quiet">To nobody else, or that was not noted.</p>}
    </Step>
  );
}

function Step({ title, note, children }: { title: string; note: string; children: preact.ComponentChildren }) {
  return (
    <li>
      <h3>{title}</h3>
      <p class="quiet">{note}</p>
      {children}
    </li>
  );
}

function Code({ label, value }: { label: string; value: unknown }) {
  return <pre aria-label={label} tabIndex={0}>{JSON.stringify(value, undefined, 2)}</pre>;
}
