// The whole page, from starting to being logged out.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { MudpuppyError } from "mudpuppy";
import { type End, Session } from "../client/session";
import type { Credentials } from "../matrix/types";
import { beginSession, loadSession, type SavedSession } from "../storage/session";
import { askPassword, PasswordDialog } from "./password";
import { Home } from "./home";
import { Login } from "./login";
import { Notice } from "./notice";

type Phase =
  | { name: "starting" }
  | { name: "login"; ended?: End }
  | { name: "stopped" }
  | { name: "failed"; error: unknown }
  | { name: "home"; session: Session };

const phase = signal<Phase>({ name: "starting" });

async function open(saved: SavedSession, typed?: string): Promise<void> {
  let password = typed; // for the first time that the homeserver asks, and no longer
  try {
    const session = await Session.open({
      saved,
      password: async () => {
        const known = password;
        password = undefined;
        return known ?? askPassword();
      },
      onEnd: (end) => (phase.value = end.why === "tab ended" ? { name: "stopped" } : { name: "login", ended: end }),
    });
    phase.value = { name: "home", session };
  } catch (error) {
    phase.value = { name: "failed", error };
  }
}

async function start(): Promise<void> {
  try {
    const saved = await loadSession();
    if (saved) await open(saved);
    else phase.value = { name: "login" };
  } catch (error) {
    phase.value = { name: "failed", error };
  }
}

async function enter(credentials: Credentials, password: string): Promise<void> {
  phase.value = { name: "starting" };
  await open(await beginSession(credentials), password);
}

export function App() {
  useEffect(() => void start(), []);
  return (
    <>
      <Shown />
      <PasswordDialog />
    </>
  );
}

function Shown() {
  const now = phase.value;
  switch (now.name) {
    case "starting":
      return <Notice title="One moment" text="The keys of this device are being read." busy />;
    case "login":
      return <Login ended={now.ended} onEnter={enter} />;
    case "stopped":
      return (
        <Notice title="This tab was stopped" text="It did not answer for a while, or another one runs a newer version. Nothing is lost.">
          <button class="primary" onClick={() => location.reload()}>Go on here</button>
        </Notice>
      );
    case "failed":
      return <Failed error={now.error} />;
    case "home":
      return <Home session={now.session} />;
  }
}

function Failed({ error }: { error: unknown }) {
  const code = error instanceof MudpuppyError ? error.code : "";
  const text = code === "ERR_STORE_FULL" ? "There is no space left on this device." : (error as Error).message;
  return (
    <Notice title="The chat cannot start" text={`${text} ${code}`.trim()}>
      <button class="primary" onClick={() => location.reload()}>Try again</button>
    </Notice>
  );
}
