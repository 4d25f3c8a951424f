// What is kept in this browser, and how; and the account.
import type { Inspection } from "mudpuppy/inspect";
import { useEffect, useState } from "preact/hooks";
import type { Session } from "../client/session";
import { type StoreState, storeState } from "../crypto/store-state";
import { inGroups } from "../crypto/words";
import { useKeys } from "./devices";
import { Keys } from "./keys";
import { Panel } from "./panel";
import { chooseTheme, type Theme, theme } from "./theme";

export function Security({ session, onClose }: { session: Session; onClose(): void }) {
  return (
    <Panel title="Security and account" onClose={onClose}>
      <Own session={session} />
      <StoreView session={session} />
      <Keys session={session} />
      <Look />
      <LogOut session={session} />
    </Panel>
  );
}

function Own({ session }: { session: Session }) {
  const { identity, devices } = useKeys({ session, userId: session.userId });
  const { machine } = session.device;
  const isSigned = devices.some(({ deviceId, crossSigned }) => crossSigned && deviceId === machine.deviceId);
  return (
    <section>
      <h3>You</h3>
      <dl>
        <dt>Account</dt>
        <dd>{session.userId}</dd>
        <dt>Your identity</dt>
        <dd class="fingerprint">{identity ? inGroups(identity.masterKey) : "not known yet"}</dd>
        <dt>This device</dt>
        <dd>{machine.deviceId}, {isSigned ? "signed by you" : "not signed by you yet"}</dd>
        <dt>Its fingerprint</dt>
        <dd class="fingerprint">{inGroups(machine.identityKeys.ed25519)}</dd>
        <dt>Your devices</dt>
        <dd>{devices.filter(({ deleted }) => !deleted).length}</dd>
      </dl>
    </section>
  );
}

const persistences: Record<StoreState["persistence"], string> = {
  persistent: "The browser keeps it until you delete it.",
  evictable: "The browser may delete it when space is short.",
  unknown: "The browser does not say.",
};

function StoreView({ session }: { session: Session }) {
  const [state, setState] = useState<StoreState | undefined>(undefined);
  const [problem, setProblem] = useState("");
  const look = () => storeState(session.device.machine, session.credentials).then(setState, (error: Error) => setProblem(error.message));
  useEffect(() => void look(), []);
  return (
    <section>
      <h3>The store of the keys</h3>
      <dl>
        <dt>At rest</dt>
        <dd>Sealed under a random key of 32 bytes. That key is sealed by one that the browser gives to nobody, not even to this page.</dd>
        <dt>Persistence</dt>
        <dd>{state ? persistences[state.persistence] : "…"}</dd>
        <dt>Records</dt>
        <dd>{state ? `${count(state.inspection)}, ${kilobytes(bytes(state.inspection))}` : "…"}</dd>
        <dt>All that this page keeps</dt>
        <dd>{state?.usage === undefined ? "The browser does not say." : kilobytes(state.usage)}</dd>
        <dt>Memory of WebAssembly</dt>
        <dd>{state && kilobytes(state.memory)}</dd>
      </dl>
      {problem && <p class="error" role="alert">{problem}</p>}
      {state && <Tables inspection={state.inspection} />}
      <button onClick={look}>Look again</button>
    </section>
  );
}

function Tables({ inspection }: { inspection: Inspection }) {
  return (
    <details>
      <summary>By table</summary>
      <table>
        <thead><tr><th>Table</th><th>Records</th><th>Size</th></tr></thead>
        <tbody>
          {inspection.tables.map(({ table, records, bytes }) => (
            <tr key={table}><td>{table}</td><td>{records}</td><td>{kilobytes(bytes)}</td></tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

const count = ({ tables }: Inspection) => `${tables.reduce((sum, { records }) => sum + records, 0)} records`;
const bytes = ({ tables }: Inspection) => tables.reduce((sum, { bytes }) => sum + bytes, 0);
const kilobytes = (bytes: number) => (bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / (1 << 20)).toFixed(1)} MB`);

function Look() {
  const themes: [Theme, string][] = [["system", "as the system"], ["light", "light"], ["dark", "dark"]];
  return (
    <section>
      <h3>Look</h3>
      <div class="actions" role="radiogroup" aria-label="Look">
        {themes.map(([name, label]) => (
          <label key={name} class="choice">
            <input type="radio" name="theme" checked={theme.value === name} onChange={() => chooseTheme(name)} />
            {label}
          </label>
        ))}
      </div>
    </section>
  );
}

function LogOut({ session }: { session: Session }) {
  const [sure, setSure] = useState(false);
  return (
    <section>
      <h3>Log out</h3>
      <p class="quiet">That deletes the keys of this device. Without an exported file or another device, what was said cannot be read any more.</p>
      {sure ? (
        <div class="actions">
          <button class="danger" onClick={() => session.logOut()}>Log out and delete the keys</button>
          <button onClick={() => setSure(false)}>Stay</button>
        </div>
      ) : (
        <button onClick={() => setSure(true)}>Log out</button>
      )}
    </section>
  );
}
