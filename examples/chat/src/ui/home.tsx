// The chat: rooms, the conversation, and a panel beside it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Session } from "../client/session";
import type { RoomEvent } from "../matrix/types";
import { Banner } from "./banner";
import { Conversation } from "./conversation";
import { Invitation } from "./invitation";
import { Members } from "./members";
import { MessageDetails } from "./details";
import { RoomList } from "./room-list";
import { Security } from "./security";
import { Shortcuts } from "./shortcuts";

/** What the panel shows. */
export type PanelView = undefined | { show: "members" } | { show: "security" } | { show: "message"; event: RoomEvent };

export function Home({ session }: { session: Session }) {
  const selected = useSignal<string | undefined>(undefined);
  const panel = useSignal<PanelView>(undefined);
  session.rooms.changed.value; // looks again when rooms change
  const room = selected.value === undefined ? undefined : session.rooms.byId.get(selected.value);
  const choose = (roomId: string | undefined) => {
    selected.value = roomId;
    panel.value = undefined;
  };
  const unread = session.rooms.sorted.reduce((sum, other) => sum + other.unread(session.userId), 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Mudpuppy Chat` : "Mudpuppy Chat";
  }, [unread]);
  const view = panel.value;
  const close = () => (panel.value = undefined);
  return (
    <div class="home" data-room={room ? "yes" : "no"} data-panel={view ? "yes" : "no"}>
      <Banner session={session} />
      <RoomList session={session} selected={room?.roomId} onSelect={choose} onSecurity={() => (panel.value = { show: "security" })} />
      {!room && <Welcome />}
      {room?.membership === "invite" && <Invitation session={session} room={room} onBack={() => choose(undefined)} />}
      {room?.membership === "join" && (
        <Conversation key={room.roomId} session={session} room={room} onBack={() => choose(undefined)} onPanel={(next) => (panel.value = next)} />
      )}
      {view?.show === "members" && room && <Members session={session} room={room} onClose={close} onLeft={() => choose(undefined)} />}
      {view?.show === "security" && <Security session={session} onClose={close} />}
      {view?.show === "message" && room && <MessageDetails session={session} room={room} event={view.event} onClose={close} />}
      <Shortcuts session={session} selected={room?.roomId} onSelect={choose} onEscape={close} />
    </div>
  );
}

function Welcome() {
  return (
    <main class="welcome">
      <img src="./icon.svg" alt="" width="72" height="72" />
      <p>Choose a room, or start one.</p>
      <p class="quiet">Press <kbd>?</kbd> for what the keyboard can do.</p>
    </main>
  );
}
