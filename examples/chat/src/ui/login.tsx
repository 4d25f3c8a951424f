import { useEffect, useState } from "preact/hooks";
import type { End } from "../client/session";
import { logIn, register } from "../matrix/account";
import { discover } from "../matrix/discovery";
import type { Credentials } from "../matrix/types";

interface Props {
  ended: End | undefined;
  onEnter(credentials: Credentials, password: string): Promise<void>;
}

const ends: Record<End["why"], string> = {
  "logged out": "You are logged out, and what was kept in this browser is deleted.",
  "token refused": "The server has logged this device out. Log in to go on.",
  "store lost": "The browser has deleted or lost the keys of this device. Log in anew; what comes from then on can be read.",
  "tab ended": "",
};

/** What an address may bring along, as those of the demo do. Only homeservers on this machine are entered unasked. */
function fromAddress(): { homeserver: string; user: string; password: string } {
  const given = new URLSearchParams(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
  return { homeserver: given.get("homeserver") ?? "", user: given.get("user") ?? "", password: given.get("password") ?? "" };
}

const isLocal = (homeserver: string) => /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?$/.test(homeserver);

export function Login({ ended, onEnter }: Props) {
  const [given] = useState(fromAddress);
  const [isNew, setNew] = useState(false);
  const [homeserver, setHomeserver] = useState(given.homeserver || "matrix.org");
  const [user, setUser] = useState(given.user);
  const [password, setPassword] = useState(given.password);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);

  const enter = async () => {
    setBusy(true);
    setProblem("");
    try {
      const found = await discover(homeserver);
      await onEnter(await (isNew ? register(found, user, password, help) : logIn(found, user, password)), password);
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  useEffect(() => {
    if (given.user && given.password && isLocal(given.homeserver)) void enter();
  }, []);

  const submit = (event: Event) => {
    event.preventDefault();
    void enter();
  };
  return (
    <main class="notice">
      <form class="card login" onSubmit={submit} aria-busy={busy}>
        <img src="./icon.svg" alt="" width="56" height="56" />
        <h1>Mudpuppy Chat</h1>
        <p class="quiet">Only you and those you write to can read what you write. The keys stay in this browser.</p>
        {ended && <p class="hint" role="status">{ends[ended.why]}</p>}
        <Field label="Homeserver" value={homeserver} onValue={setHomeserver} autocomplete="url" hint="such as matrix.org" />
        <Field label="User name" value={user} onValue={setUser} autocomplete="username" />
        <Field label="Password" value={password} onValue={setPassword} autocomplete={isNew ? "new-password" : "current-password"} />
        {problem && <p class="error" role="alert">{problem}</p>}
        <button class="primary" disabled={busy}>{busy ? "One moment…" : isNew ? "Register" : "Log in"}</button>
        <button type="button" class="link" onClick={() => setNew(!isNew)}>{isNew ? "I have an account" : "I have no account yet"}</button>
      </form>
    </main>
  );
}

const help = {
  token: async () => prompt("This server lets those in who have a registration token. Yours:") ?? undefined,
  visit: async (url: string, stage: string) => {
    window.open(url, "_blank", "noopener");
    return confirm(`The server wants a step to be done on a page of its own (${stage}). Press OK when it is done.`);
  },
};

interface FieldProps {
  label: string;
  value: string;
  onValue(value: string): void;
  autocomplete: "url" | "username" | "new-password" | "current-password";
  hint?: string;
}

function Field({ label, value, onValue, autocomplete, hint }: FieldProps) {
  const shared = { value, autocomplete, required: true, placeholder: hint, onInput: (event: { currentTarget: HTMLInputElement }) => onValue(event.currentTarget.value) };
  return (
    <label>
      {label}
      {autocomplete.endsWith("password") ? <input {...shared} type="password" /> : <input {...shared} autocapitalize="none" spellcheck={false} />}
    </label>
  );
}
