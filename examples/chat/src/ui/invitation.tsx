import { useState } from "preact/hooks";
import type { Session } from "../client/session";
import type { Room } from "../matrix/room";
import { join, leave } from "../matrix/rooms";

export function Invitation({ session, room, onBack }: { session: Session; room: Room; onBack(): void }) {
  const [problem, setProblem] = useState("");
  const act = async (what: typeof join) => {
    try {
      await what(session.http, room.roomId);
      if (what === leave) onBack();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const inviter = room.inviter(session.userId);
  return (
    <main class="welcome" aria-label="Invitation">
      <h1>{room.name(session.userId)}</h1>
      <p>{inviter ? `${room.nameOf(inviter)} invites you.` : "You are invited."}</p>
      {room.isEncrypted && <p class="quiet">The room is encrypted. You can read what is written from when you were invited, or later.</p>}
      {problem && <p class="error" role="alert">{problem}</p>}
      <div class="actions">
        <button class="primary" onClick={() => act(join)}>Accept</button>
        <button onClick={() => act(leave)}>Decline</button>
        <button class="link" onClick={onBack}>Later</button>
      </div>
    </main>
  );
}
