// The message that is answered.
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../client/session";
import type { Room } from "../matrix/room";
import { fetchEvent } from "../matrix/rooms";
import { type RoomEvent, textIn } from "../matrix/types";
import { useReading } from "./message";

interface Props {
  session: Session;
  room: Room;
  eventId: string;
}

export function Quote({ session, room, eventId }: Props) {
  const known = room.event(eventId);
  const [fetched, setFetched] = useState<RoomEvent | undefined>(undefined);
  useEffect(() => {
    if (!known) fetchEvent(session.http, room.roomId, eventId).then(setFetched, () => {});
  }, [known, eventId]);
  const event = known ?? fetched;
  if (!event) return <blockquote class="quote">An older message</blockquote>;
  return <Quoted session={session} room={room} event={event} />;
}

export function Quoted({ session, room, event }: { session: Session; room: Room; event: RoomEvent }) {
  const reading = useReading(session, room, event);
  const name = event.sender === session.userId ? "You" : room.nameOf(event.sender);
  const text = reading.state === "clear" ? (textIn(reading.content, "body") ?? "A deleted message") : "A message that cannot be read";
  return (
    <blockquote class="quote">
      <b>{name}</b> {text}
    </blockquote>
  );
}
