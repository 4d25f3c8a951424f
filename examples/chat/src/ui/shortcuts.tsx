// What the keyboard can do.
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../client/session";
import { Dialog } from "./dialog";

interface Props {
  session: Session;
  selected: string | undefined;
  onSelect(roomId: string): void;
  onEscape(): void;
}

const keys: [string, string][] = [
  ["Ctrl K", "find a room"],
  ["Alt ↑ / Alt ↓", "room before or after"],
  ["Enter", "send; with Shift a new line"],
  ["↑ in an empty message", "edit your last message"],
  ["↑ / ↓ on a message", "message before or after"],
  ["Esc", "close the panel, or end a reply"],
  ["?", "show this"],
];

const isWriting = (target: EventTarget | null) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

export function Shortcuts({ session, selected, onSelect, onEscape }: Props) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const step = (by: number) => {
      const ids = session.rooms.sorted.map(({ roomId }) => roomId);
      const next = ids[(ids.indexOf(selected ?? "") + by + ids.length) % ids.length];
      if (next) onSelect(next);
    };
    const press = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "k") document.getElementById("find-room")?.focus();
      else if (event.altKey && event.key === "ArrowDown") step(1);
      else if (event.altKey && event.key === "ArrowUp") step(-1);
      else if (event.key === "?" && !isWriting(event.target)) setShown(true);
      else if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) return onEscape();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
  if (!shown) return null;
  return (
    <Dialog title="Keyboard" onClose={() => setShown(false)}>
      <dl class="keys">
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt><kbd>{key}</kbd></dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
