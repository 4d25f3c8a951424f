// Where one writes.
import type { Signal } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { attachment, edit, reply, text } from "../client/drafts";
import type { Session } from "../client/session";
import { Typist } from "../client/typist";
import { whatHappened } from "../crypto/words";
import type { Room } from "../matrix/room";
import { objectIn, type RoomEvent, textIn } from "../matrix/types";
import { Quoted } from "./quote";

/** What the message will be. */
export type Mode = { name: "new" } | { name: "reply"; event: RoomEvent } | { name: "edit"; event: RoomEvent; latest: RoomEvent };

interface Props {
  session: Session;
  room: Room;
  mode: Signal<Mode>;
  onEditLast(): void;
}

export function Composer({ session, room, mode, onEditLast }: Props) {
  const input = useRef<HTMLTextAreaElement>(null);
  const [written, setWritten] = useState("");
  const [problem, setProblem] = useState("");
  const [typist] = useState(() => new Typist(session, room));
  const now = mode.value;
  useLayoutEffect(() => {
    if (now.name === "edit") setWritten(textOf(session, room, now.latest));
    if (now.name !== "new") input.current?.focus();
  }, [now]);

  const send = async () => {
    const body = written.trim();
    if (!body) return;
    setWritten("");
    mode.value = { name: "new" };
    typist.stop();
    try {
      await session.say(room.roomId, draftOf(now, body));
      setProblem("");
    } catch (error) {
      setWritten(body); // it could not be kept, and may not be lost
      setProblem(`It was not sent, as it could not be kept. ${whatHappened(error)}`);
    }
  };
  const cancel = () => {
    if (now.name === "edit") setWritten("");
    mode.value = { name: "new" };
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) void send();
    else if (event.key === "Escape" && now.name !== "new") cancel();
    else if (event.key === "ArrowUp" && !written && !event.altKey) onEditLast();
    else return;
    event.preventDefault();
  };
  return (
    <form class="composer" onSubmit={(event) => (event.preventDefault(), void send())}>
      {now.name !== "new" && <About session={session} room={room} mode={now} onCancel={cancel} />}
      {problem && <p class="error" role="alert">{problem}</p>}
      <FileButton session={session} room={room} onProblem={setProblem} />
      <textarea
        ref={input}
        rows={1}
        aria-label="Message"
        placeholder={room.isEncrypted ? "Write, encrypted" : "Write, for everybody on the way to read"}
        value={written}
        onInput={(event) => {
          setWritten(event.currentTarget.value);
          typist.write(event.currentTarget.value);
        }}
        onKeyDown={press}
      />
      <button class="primary" disabled={!written.trim()}>{now.name === "edit" ? "Save" : "Send"}</button>
    </form>
  );
}

function draftOf(mode: Mode, body: string) {
  if (mode.name === "reply") return reply(body, mode.event.event_id);
  return mode.name === "edit" ? edit(body, mode.event.event_id) : text(body);
}

function textOf(session: Session, room: Room, event: RoomEvent): string {
  const reading = session.decryptor.read(room.roomId, event).peek();
  if (reading.state !== "clear") return "";
  return textIn(objectIn(reading.content, "m.new_content") ?? reading.content, "body") ?? "";
}

function About({ session, room, mode, onCancel }: { session: Session; room: Room; mode: Exclude<Mode, { name: "new" }>; onCancel(): void }) {
  return (
    <div class="about">
      <span>{mode.name === "reply" ? "Reply to" : "Edit"}</span>
      <Quoted session={session} room={room} event={mode.event} />
      <button type="button" class="icon" aria-label={mode.name === "reply" ? "Do not reply" : "Do not edit"} onClick={onCancel}>✕</button>
    </div>
  );
}

function FileButton({ session, room, onProblem }: { session: Session; room: Room; onProblem(problem: string): void }) {
  const choose = useRef<HTMLInputElement>(null);
  const send = async (files: FileList | null) => {
    try {
      for (const file of files ?? []) await session.say(room.roomId, await attachment(file));
      onProblem("");
    } catch (error) {
      onProblem(`The file could not be sent: ${(error as Error).message}`);
    }
    if (choose.current) choose.current.value = "";
  };
  return (
    <>
      <input ref={choose} type="file" multiple hidden aria-label="Files" onChange={(event) => send(event.currentTarget.files)} />
      <button type="button" class="icon" aria-label="Send a picture or file" onClick={() => choose.current?.click()}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M8 12.5 14.5 6a3.2 3.2 0 0 1 4.5 4.5l-8.5 8.5a5 5 0 0 1-7-7L11 4.500" />
        </svg>
      </button>
    </>
  );
}
