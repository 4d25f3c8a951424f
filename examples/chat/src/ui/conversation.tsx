// A room: its name, what was said, and where one writes.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Session } from "../client/session";
import { type MessageRow, rows } from "../client/timeline";
import type { Room } from "../matrix/room";
import { Composer, type Mode } from "./composer";
import type { PanelView } from "./home";
import { Timeline } from "./timeline";

interface Props {
  session: Session;
  room: Room;
  onBack(): void;
  onPanel(view: PanelView): void;
}

export function Conversation({ session, room, onBack, onPanel }: Props) {
  const mode = useSignal<Mode>({ name: "new" });
  const outgoing = session.outbox.items.value;
  const all = useMemo(() => rows(room, outgoing, session.userId), [room.events, outgoing]);
  useEffect(() => {
    const read = () => document.hasFocus() && void session.markRead(room);
    read();
    addEventListener("focus", read);
    return () => removeEventListener("focus", read);
  }, [room.events]);

  const editLast = () => {
    const last = all.findLast((row): row is MessageRow => row.kind === "message" && row.event.sender === session.userId && !row.outgoing);
    if (last && !last.event.unsigned?.redacted_because) mode.value = { name: "edit", event: last.event, latest: last.edits.at(-1) ?? last.event };
  };
  return (
    <main class="conversation" aria-label={room.name(session.userId)}>
      <header>
        <button class="icon back" aria-label="Back to the rooms" onClick={onBack}>‹</button>
        <h1>{room.name(session.userId)}</h1>
        <span class={room.isEncrypted ? "lock" : "lock open"}>{room.isEncrypted ? "Encrypted" : "Not encrypted"}</span>
        <button onClick={() => onPanel({ show: "members" })}>People</button>
      </header>
      <Timeline
        session={session}
        room={room}
        rows={all}
        onReply={(event) => (mode.value = { name: "reply", event })}
        onEdit={(event, latest) => (mode.value = { name: "edit", event, latest })}
        onDetails={(event) => onPanel({ show: "message", event })}
      />
      <Typing room={room} />
      <Composer session={session} room={room} mode={mode} onEditLast={editLast} />
    </main>
  );
}

function Typing({ room }: { room: Room }) {
  const names = room.typing.map((userId) => room.nameOf(userId));
  const text = names.length === 0 ? "" : names.length === 1 ? `${names[0]} is writing…` : `${names.join(", ")} are writing…`;
  return <p class="typing" aria-live="polite">{text}</p>;
}
