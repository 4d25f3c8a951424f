// Asks for the account's password, when the homeserver wants it once more.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { Dialog } from "./dialog";

const asking = signal<((typed: string | undefined) => void) | undefined>(undefined);

export function askPassword(): Promise<string | undefined> {
  return new Promise((resolve) => {
    asking.value = (typed) => {
      asking.value = undefined;
      resolve(typed);
    };
  });
}

export function PasswordDialog() {
  const [typed, setTyped] = useState("");
  const answer = asking.value;
  if (!answer) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    setTyped("");
    answer(typed);
  };
  return (
    <Dialog title="Your password, please" onClose={() => answer(undefined)}>
      <form onSubmit={submit}>
        <p>The homeserver wants it before it publishes the keys that others know you by.</p>
        <label>
          Password
          <input type="password" autocomplete="current-password" required value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        </label>
        <div class="actions">
          <button class="primary">Go on</button>
        </div>
      </form>
    </Dialog>
  );
}
