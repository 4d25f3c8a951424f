// A message that cannot be read, and why.
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../client/session";
import type { Unreadable } from "../crypto/decryptor";
import { whyUnreadable } from "../crypto/words";
import type { Room } from "../matrix/room";

/** Keys and messages travel apart, so for a while there is nothing to worry about. */
const PATIENCE = 4000;

interface Props {
  session: Session;
  room: Room;
  eventId: string;
  reading: Unreadable;
}

export function Unread({ session, room, eventId, reading }: Props) {
  const isMissing = reading.code === "ERR_UNKNOWN_SESSION";
  const mayCome = isMissing || reading.code === "ERR_UNKNOWN_INDEX";
  const [, look] = useState(0);
  const isWaiting = isMissing && !reading.withheld && Date.now() - reading.since < PATIENCE;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => {
      look(Date.now());
      session.decryptor.tryOnceMore(eventId);
    }, PATIENCE);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  const canAsk = session.standing.value === "verified"; // else it knows nobody to ask
  const isBarred = reading.withheld?.code === "m.blacklisted"; // which asking others would go round
  useEffect(() => {
    if (mayCome && !isWaiting && canAsk && !isBarred) session.askForKey(room.roomId, reading.sessionId);
  }, [mayCome, isWaiting, canAsk, isBarred]);

  if (isWaiting) return <p class="unreadable">Waiting for the key of this message…</p>;
  const { text, link } = whyUnreadable(reading.code, reading.withheld);
  return (
    <p class="unreadable">
      {text} <a href={link} target="_blank" rel="noreferrer noopener">Why, and what helps</a>
    </p>
  );
}
