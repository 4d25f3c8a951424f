// Who is in the room, with which devices, and who is who they seem to be.
import { useState } from "preact/hooks";
import type { Session } from "../client/session";
import type { Member, Room } from "../matrix/room";
import { invite, leave, remove } from "../matrix/rooms";
import { Avatar } from "./avatar";
import { Devices } from "./devices";
import { userIds } from "./new-room";
import { Panel } from "./panel";

interface Props {
  session: Session;
  room: Room;
  onClose(): void;
  onLeft(): void;
}

export function Members({ session, room, onClose, onLeft }: Props) {
  const [problem, setProblem] = useState("");
  const attempt = (act: Promise<unknown>) => act.then(() => setProblem(""), (error: Error) => setProblem(error.message));
  return (
    <Panel title="People" onClose={onClose}>
      <Invite onInvite={(userId) => attempt(invite(session.http, room.roomId, userId))} session={session} />
      {problem && <p class="error" role="alert">{problem}</p>}
      <ul class="people">
        {room.members.map((member) => (
          <li key={member.userId}>
            <Person session={session} member={member} onRemove={() => attempt(remove(session.http, room.roomId, member.userId))} />
          </li>
        ))}
      </ul>
      <button class="danger" onClick={() => attempt(leave(session.http, room.roomId).then(onLeft))}>Leave the room</button>
      <p class="quiet">Who has left reads nothing that is written afterwards.</p>
    </Panel>
  );
}

function Person({ session, member, onRemove }: { session: Session; member: Member; onRemove(): void }) {
  const own = member.userId === session.userId;
  return (
    <details>
      <summary>
        <Avatar id={member.userId} name={member.name} />
        <span>
          <b>{own ? `${member.name} (you)` : member.name}</b>
          <small>{member.membership === "invite" ? "invited" : member.userId}</small>
        </span>
      </summary>
      <Devices session={session} userId={member.userId} name={member.name} />
      {!own && <button class="link" onClick={onRemove}>Remove {member.name} from the room</button>}
    </details>
  );
}

function Invite({ session, onInvite }: { session: Session; onInvite(userId: string): void }) {
  const [typed, setTyped] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    for (const userId of userIds(typed, session.userId)) onInvite(userId);
    setTyped("");
  };
  return (
    <form class="row" onSubmit={submit}>
      <input aria-label="User to invite" placeholder="@carol:example.org" value={typed} required autocapitalize="none" spellcheck={false} onInput={(event) => setTyped(event.currentTarget.value)} />
      <button>Invite</button>
    </form>
  );
}
