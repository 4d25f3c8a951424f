import { useEffect } from "preact/hooks";
import { fullTimeOf, timeOf } from "../client/dates";
import { redaction } from "../client/drafts";
import type { Outgoing } from "../client/outbox";
import type { Session } from "../client/session";
import { type MessageRow, relation } from "../client/timeline";
import type { Clear, Reading } from "../crypto/decryptor";
import { whatHappened } from "../crypto/words";
import type { Room } from "../matrix/room";
import { objectIn, type RoomEvent, textIn } from "../matrix/types";
import { Avatar } from "./avatar";
import { FileView } from "./file";
import { Quote } from "./quote";
import { Shield } from "./shield";
import { Unread } from "./unreadable";

interface Props {
  row: MessageRow;
  session: Session;
  room: Room;
  onReply(event: RoomEvent): void;
  onEdit(event: RoomEvent, latest: RoomEvent): void;
  onDetails(event: RoomEvent): void;
}

/** Reads a message for as long as it is on the screen. */
export function useReading(session: Session, room: Room, event: RoomEvent): Reading {
  useEffect(() => session.decryptor.watch(event.event_id), [event.event_id]);
  return session.decryptor.read(room.roomId, event).value;
}

export function Message(props: Props) {
  const { row, session, room } = props;
  const { event, startsGroup, outgoing, removal } = row;
  const own = event.sender === session.userId;
  const name = room.nameOf(event.sender);
  const gone = event.unsigned?.redacted_because !== undefined;
  return (
    <li class={`message ${own ? "own" : ""} ${startsGroup ? "first" : ""}`} data-key={row.key}>
      {startsGroup && <Avatar id={event.sender} name={name} />}
      <article tabIndex={-1} aria-label={`${own ? "You" : name}, ${timeOf(event.origin_server_ts)}`}>
        {startsGroup && (
          <header>
            <b>{own ? "You" : name}</b>
          </header>
        )}
        {gone ? <p class="gone">This message was deleted.</p> : <Body {...props} />}
        {outgoing && <OnItsWay session={session} outgoing={outgoing} refused="Not sent" again="Send again" />}
        {removal && <OnItsWay session={session} outgoing={removal} refused="Not deleted" again="Try again" />}
      </article>
    </li>
  );
}

function Body(props: Props) {
  const { row, session, room } = props;
  const { event, edits, outgoing } = row;
  const first = useReading(session, room, event);
  const edited = useReading(session, room, edits.at(-1) ?? event);
  const reading = edited.state === "clear" ? edited : first;
  const isEdited = edits.length > 0 && edited.state === "clear";
  const answered = relation(event.content, "m.in_reply_to");
  return (
    <>
      {answered && <Quote session={session} room={room} eventId={answered} />}
      {reading.state === "reading" && <p class="reading" aria-busy="true">…</p>}
      {reading.state === "unreadable" && <Unread session={session} room={room} eventId={event.event_id} reading={reading} />}
      {reading.state === "clear" && <Said session={session} reading={reading} isEdited={isEdited} />}
      <footer>
        <time dateTime={new Date(event.origin_server_ts).toISOString()} title={fullTimeOf(event.origin_server_ts)}>{timeOf(event.origin_server_ts)}</time>
        {isEdited && <span>edited</span>}
        {!outgoing && <Shield reading={reading} />}
      </footer>
      {!outgoing && <Actions {...props} />}
    </>
  );
}

/** What a message says, by its kind. */
function Said({ session, reading, isEdited }: { session: Session; reading: Clear; isEdited: boolean }) {
  const content = (isEdited && objectIn(reading.content, "m.new_content")) || reading.content;
  const body = textIn(content, "body") ?? "";
  switch (textIn(content, "msgtype")) {
    case "m.image":
    case "m.file":
    case "m.audio":
    case "m.video":
      return <FileView http={session.http} content={content} />;
    case "m.emote":
      return <p class="said"><i>{body}</i></p>;
  }
  if (reading.type !== "m.room.message") return <p class="gone">Something that this chat does not show ({reading.type}).</p>;
  return <p class="said">{withoutFallback(body, reading)}</p>;
}

/** Older clients put what they answer before the answer, in lines with ">". */
function withoutFallback(body: string, { content }: Clear): string {
  return relation(content, "m.in_reply_to") && body.startsWith("> ") ? body.replace(/^(?:> .*\n?)+\n?/, "") : body;
}

function Actions({ row, session, room, onReply, onEdit, onDetails }: Props) {
  const { event, edits } = row;
  const reading = session.decryptor.read(room.roomId, event).value;
  const own = event.sender === session.userId;
  const isText = reading.state === "clear" && textIn(reading.content, "msgtype") === "m.text";
  const remove = () => session.say(room.roomId, redaction(event.event_id)).catch((error) => (session.trouble.value = whatHappened(error)));
  const said = reading.state === "clear" ? excerpt(textIn(reading.content, "body") ?? "") : timeOf(event.origin_server_ts);
  const labelled = (action: string) => ({ "aria-label": `${action}: ${said}`, children: action });
  return (
    <div class="message-actions">
      <button onClick={() => onReply(event)} {...labelled("Reply")} />
      {own && isText && <button onClick={() => onEdit(event, edits.at(-1) ?? event)} {...labelled("Edit")} />}
      {own && <button onClick={remove} {...labelled("Delete")} />}
      <button onClick={() => onDetails(event)} {...labelled("How encrypted")} />
    </div>
  );
}

/** So much of a message as tells it from others. */
function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** What becomes of something that was sent, until the homeserver has it. */
function OnItsWay({ session, outgoing: { id, state, problem }, refused, again }: { session: Session; outgoing: Outgoing; refused: string; again: string }) {
  if (state === "sent") return null;
  if (state === "waiting") return <p class="on-its-way">{problem ? "Waiting for the server" : "Sending…"}</p>;
  return (
    <p class="on-its-way error" role="alert">
      {refused}: {problem}
      <button class="link" onClick={() => session.outbox.retry(id)}>{again}</button>
      <button class="link" onClick={() => session.outbox.cancel(id)}>Drop</button>
    </p>
  );
}
