// What was said in a room. However long it is, only part of it is in the page: a window
// over the rows, which moves as one scrolls.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { dayOf } from "../client/dates";
import type { Session } from "../client/session";
import type { Row } from "../client/timeline";
import type { Room } from "../matrix/room";
import type { RoomEvent } from "../matrix/types";
import { Message } from "./message";

interface Props {
  session: Session;
  room: Room;
  rows: Row[];
  onReply(event: RoomEvent): void;
  onEdit(event: RoomEvent, latest: RoomEvent): void;
  onDetails(event: RoomEvent): void;
}

/**
 * How many rows are in the page, how many come with a step, and how near to an end that
 * is, in pixels. After a step the other end must not be near, or the window would come
 * back at once: however short the rows, WINDOW - STEP of them are higher than a screen
 * and twice NEAR.
 */
const WINDOW = 160;
const STEP = 40;
const NEAR = 400;

export function Timeline({ session, room, rows, ...actions }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const [last, setLast] = useState<string | undefined>(undefined); // key of the last row in the page; the latest if undefined
  const end = lastIndex(rows, last);
  const start = Math.max(0, end - WINDOW);
  const shown = rows.slice(start, end);
  const keepPlace = usePlace(list, end === rows.length);
  const older = useOlder(session, room);

  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = list.current!;
    keepPlace.note();
    if (scrollTop < NEAR) {
      if (start > 0) setLast(rows[Math.max(end - STEP, WINDOW) - 1]?.key);
      else void older.load();
    }
    if (scrollHeight - scrollTop - clientHeight < NEAR && end < rows.length) {
      const next = end + STEP;
      setLast(next >= rows.length ? undefined : rows[next - 1]?.key);
    }
  };
  useEffect(onScroll, [shown.length, room.before]); // a short list is filled without scrolling
  const toLatest = () => {
    setLast(undefined);
    keepPlace.toBottom();
  };
  const newest = rows.at(-1);
  useEffect(() => {
    if (newest?.kind === "message" && newest.outgoing) toLatest(); // one wants to see what one writes
  }, [newest?.key]);
  return (
    <div class="timeline">
      <div class="scroller" ref={list} role="log" aria-label="Messages" tabIndex={0} onScroll={onScroll} onKeyDown={moveFocus}>
        <ol>
          {start === 0 && <Beginning more={room.before !== undefined} problem={older.problem} onRetry={older.load} />}
          {shown.map((row) => (
            <RowView key={row.key} row={row} session={session} room={room} {...actions} />
          ))}
        </ol>
      </div>
      {(end < rows.length || keepPlace.isAway) && <button class="to-latest" onClick={toLatest}>To the latest ↓</button>}
    </div>
  );
}

function lastIndex(rows: Row[], key: string | undefined): number {
  if (key === undefined) return rows.length;
  const index = rows.findIndex((row) => row.key === key);
  return index < 0 ? rows.length : index + 1;
}

/** Loads what is older, one page at a time. */
function useOlder(session: Session, room: Room) {
  const [problem, setProblem] = useState("");
  const busy = useRef(false);
  const load = async () => {
    if (busy.current || room.before === undefined) return;
    busy.current = true;
    try {
      await session.loadOlder(room);
      setProblem("");
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      busy.current = false;
    }
  };
  return { load, problem };
}

/**
 * Keeps what one looks at where it is while rows come and go: at the bottom if one was
 * there, or else the first row in sight.
 */
function usePlace(list: { current: HTMLDivElement | null }, hasLatest: boolean) {
  const atBottom = useRef(true);
  const before = useRef(0);
  const anchor = useRef<{ key: string; top: number } | undefined>(undefined);
  const [isAway, setAway] = useState(false);

  const note = () => {
    const element = list.current!;
    const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (hasLatest && distance < 60) atBottom.current = true;
    else if (!hasLatest || element.scrollTop < before.current) atBottom.current = false; // it is not that only more has come
    before.current = element.scrollTop;
    setAway(distance > element.clientHeight);
    const top = element.getBoundingClientRect().top;
    const first = [...element.querySelectorAll<HTMLElement>("[data-key]")].find((row) => row.getBoundingClientRect().bottom > top);
    anchor.current = first && { key: first.dataset["key"]!, top: first.getBoundingClientRect().top };
  };
  const restore = () => {
    const element = list.current;
    if (!element) return;
    if (atBottom.current && hasLatest) {
      element.scrollTop = element.scrollHeight;
      return;
    }
    const row = anchor.current && element.querySelector(`[data-key="${CSS.escape(anchor.current.key)}"]`);
    if (row) element.scrollTop += row.getBoundingClientRect().top - anchor.current!.top;
  };
  useLayoutEffect(restore);
  useEffect(() => {
    const observer = new ResizeObserver(() => restore()); // pictures and texts come late
    observer.observe(list.current!);
    observer.observe(list.current!.firstElementChild!);
    return () => observer.disconnect();
  });
  const toBottom = () => {
    atBottom.current = true;
    if (list.current) list.current.scrollTop = list.current.scrollHeight;
  };
  return { note, toBottom, isAway };
}

/** Goes from message to message with the arrow keys. */
function moveFocus(event: KeyboardEvent): void {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const list = event.currentTarget as HTMLElement;
  if (!by || event.altKey) return;
  const messages = [...list.querySelectorAll<HTMLElement>("article")];
  const current = messages.findIndex((message) => message.contains(document.activeElement));
  const next = messages[current < 0 ? messages.length - 1 : current + by];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function Beginning({ more, problem, onRetry }: { more: boolean; problem: string; onRetry(): void }) {
  if (problem) {
    return (
      <li class="notice-row">
        What is older could not be loaded: {problem} <button class="link" onClick={onRetry}>Try again</button>
      </li>
    );
  }
  return <li class="notice-row">{more ? "Loading what is older…" : "This is where the room begins."}</li>;
}

function RowView({ row, ...rest }: { row: Row } & Omit<Props, "rows">) {
  switch (row.kind) {
    case "day":
      return <li class="day" data-key={row.key}><span>{dayOf(row.at)}</span></li>;
    case "notice":
      return <li class="notice-row" data-key={row.key}>{row.text}</li>;
    case "message":
      return <Message row={row} {...rest} />;
  }
}
