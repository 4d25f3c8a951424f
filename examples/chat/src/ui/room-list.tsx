import { useState } from "preact/hooks";
import { recently } from "../client/dates";
import type { Session } from "../client/session";
import type { Room } from "../matrix/room";
import { Avatar } from "./avatar";
import { NewRoom } from "./new-room";

interface Props {
  session: Session;
  selected: string | undefined;
  onSelect(roomId: string): void;
  onSecurity(): void;
}

export function RoomList({ session, selected, onSelect, onSecurity }: Props) {
  const [isMaking, setMaking] = useState(false);
  const [filter, setFilter] = useState("");
  const wanted = (room: Room) => room.name(session.userId).toLowerCase().includes(filter.toLowerCase());
  const rooms = session.rooms.sorted.filter(wanted);
  return (
    <nav class="rooms" aria-label="Rooms">
      <header>
        <button class="account" onClick={onSecurity} aria-label="Security and account">
          <Avatar id={session.userId} name={session.userId.slice(1)} />
          <span>{session.userId}</span>
        </button>
        <button class="icon" aria-label="New room" onClick={() => setMaking(true)}>+</button>
      </header>
      <input id="find-room" type="search" aria-label="Find a room" placeholder="Find a room" value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
      <ul>
        {rooms.map((room) => (
          <li key={room.roomId}>
            <Entry session={session} room={room} selected={room.roomId === selected} onSelect={onSelect} />
          </li>
        ))}
      </ul>
      {rooms.length === 0 && <p class="quiet empty">{filter ? "No room is called so." : "No rooms yet. Start one with +."}</p>}
      {isMaking && <NewRoom session={session} onClose={() => setMaking(false)} onMade={onSelect} />}
    </nav>
  );
}

function Entry({ session, room, selected, onSelect }: { session: Session; room: Room; selected: boolean; onSelect(roomId: string): void }) {
  const name = room.name(session.userId);
  const unread = room.unread(session.userId);
  const invited = room.membership === "invite";
  const mark = invited ? ", invitation" : unread > 0 ? `, ${unread} unread` : "";
  return (
    <button class="room" aria-current={selected ? "page" : undefined} aria-label={name + mark} onClick={() => onSelect(room.roomId)}>
      <Avatar id={room.roomId} name={name} />
      <span class="room-name">{name}</span>
      <span class="room-time">{recently(room.latest)}</span>
      <span class="room-hint">{invited ? "You are invited" : room.isEncrypted ? "Encrypted" : "Not encrypted"}</span>
      {(invited || unread > 0) && <span class="unread">{invited ? "!" : unread > 99 ? "99+" : unread}</span>}
    </button>
  );
}
