// A message that cannot be read, and why.
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../client/session";
import type { Unreadable } from "../crypto/decryptor";
import { whyUnreadable } from "../crypto/words";
import type { Room } from "../matrix/room";

/** Keys and messages travel apart, so for a while there is nothing to worry about. */
const PATIENCE = 4000;

export function Unread({ session, room, reading }: { session: Session; room: Room; reading: Unreadable }) {
  const mayCome = reading.code === "ERR_UNKNOWN_SESSION";
  const [, look] = useState(0);
  const isWaiting = mayCome && !reading.withheld && Date.now() - reading.since < PATIENCE;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => look(Date.now()), PATIENCE);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  const isSigned = session.standing.value === "signed";
  useEffect(() => {
    if (mayCome && !isWaiting && isSigned) session.askForKey(room.roomId, reading.sessionId);
  }, [mayCome, isWaiting, isSigned]);

  if (isWaiting) return <p class="unreadable">Waiting for the key of this message…</p>;
  const { text, link } = whyUnreadable(reading.code, reading.withheld);
  return (
    <p class="unreadable">
      {text} <a href={link} target="_blank" rel="noreferrer noopener">Why, and what helps</a>
    </p>
  );
}
