import { useState } from "preact/hooks";
import type { Session } from "../client/session";
import { createRoom } from "../matrix/rooms";
import { Dialog } from "./dialog";

/** Splits what was typed into user ids; names without a server are of one's own. */
export function userIds(typed: string, ownUserId: string): string[] {
  const server = ownUserId.slice(ownUserId.indexOf(":"));
  const names = typed.split(/[\s,;]+/).filter(Boolean);
  return names.map((name) => (name.startsWith("@") ? name : `@${name}`)).map((name) => (name.includes(":") ? name : name + server));
}

export function NewRoom({ session, onClose, onMade }: { session: Session; onClose(): void; onMade(roomId: string): void }) {
  const [name, setName] = useState("");
  const [people, setPeople] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const roomId = await createRoom(session.http, name, userIds(people, session.userId));
      onMade(roomId);
      onClose();
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <Dialog title="New room" onClose={onClose}>
      <form onSubmit={submit}>
        <label>
          Name
          <input value={name} onInput={(event) => setName(event.currentTarget.value)} placeholder="may be left out" />
        </label>
        <label>
          People to invite
          <input value={people} onInput={(event) => setPeople(event.currentTarget.value)} placeholder="@bob:example.org" autocapitalize="none" spellcheck={false} />
        </label>
        <p class="quiet">The room is private and encrypted, and stays so.</p>
        {problem && <p class="error" role="alert">{problem}</p>}
        <div class="actions">
          <button class="primary" disabled={busy}>Create room</button>
        </div>
      </form>
    </Dialog>
  );
}
