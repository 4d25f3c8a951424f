// Keys in a file: for another device, or for later.
import type { KeyProgress } from "mudpuppy";
import { useRef, useState } from "preact/hooks";
import type { Session } from "../client/session";
import { whyKeysFailed } from "../crypto/words";
import { save } from "./save";

/** A long job: how far it is, and how to end it. */
function useJob() {
  const [progress, setProgress] = useState<KeyProgress | undefined>(undefined);
  const [outcome, setOutcome] = useState("");
  const abort = useRef<AbortController | undefined>(undefined);
  const run = async (job: (options: { signal: AbortSignal; onProgress: (progress: KeyProgress) => void }) => Promise<string>) => {
    const { signal } = (abort.current = new AbortController());
    setOutcome("");
    setProgress({ keys: 0, done: 0, total: undefined });
    try {
      setOutcome(await job({ signal, onProgress: setProgress }));
    } catch (error) {
      setOutcome(signal.aborted ? "Stopped. What was done until then stays." : whyKeysFailed(error));
    } finally {
      setProgress(undefined);
    }
  };
  return { run, progress, outcome, stop: () => abort.current?.abort() };
}

export function Keys({ session }: { session: Session }) {
  const { machine } = session.device;
  const { run, progress, outcome, stop } = useJob();
  const [passphrase, setPassphrase] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const canRun = passphrase !== "" && progress === undefined;

  const exportKeys = () =>
    run(async (options) => {
      const file = await machine.exportRoomKeys({ passphrase, ...options });
      save(file, "mudpuppy-keys.txt");
      return "The keys are in the file. Whoever has it and the passphrase can read every message.";
    });
  const importKeys = (file: File | undefined) =>
    file &&
    run(async (options) => {
      const { imported, kept, failed } = await machine.importRoomKeys(file, { passphrase, ...options });
      const broken = failed.length > 0 ? ` ${failed.length} could not be taken.` : "";
      return `${imported} ${imported === 1 ? "key is" : "keys are"} new here, ${kept} ${kept === 1 ? "was" : "were"} here before.${broken}`;
    });
  return (
    <section>
      <h3>Keys in a file</h3>
      <p class="quiet">With the keys of this device, another one can read what was said before it was there.</p>
      <label>
        Passphrase of the file
        <input type="password" autocomplete="off" value={passphrase} onInput={(event) => setPassphrase(event.currentTarget.value)} />
      </label>
      <div class="actions">
        <button disabled={!canRun} onClick={exportKeys}>Export</button>
        <button disabled={!canRun} onClick={() => input.current?.click()}>Import</button>
        <input ref={input} type="file" hidden aria-label="File with keys" onChange={(event) => importKeys(event.currentTarget.files?.[0])} />
      </div>
      {progress && <Progress progress={progress} onStop={stop} />}
      <p role="status">{outcome}</p>
    </section>
  );
}

function Progress({ progress: { keys, done, total }, onStop }: { progress: KeyProgress; onStop(): void }) {
  return (
    <div class="row">
      <progress aria-label="Progress" {...(total !== undefined && { max: Math.max(total, 1), value: done })} />
      <span class="quiet">{keys}</span>
      <button onClick={onStop}>Stop</button>
    </div>
  );
}
