// Comparing a key by eye or by ear.
import { useState } from "preact/hooks";
import { inGroups } from "../crypto/words";
import { Dialog } from "./dialog";

interface Props {
  title: string;
  question: string;
  fingerprint: string;
  onSame(): Promise<void>;
  onClose(): void;
}

export function Compare({ title, question, fingerprint, onSame, onClose }: Props) {
  const [problem, setProblem] = useState("");
  const [differs, setDiffers] = useState(false);
  const same = () => onSame().then(onClose, (error: Error) => setProblem(error.message));
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{question}</p>
      <p class="fingerprint large">{inGroups(fingerprint)}</p>
      {differs && <p class="error" role="alert">Then somebody may be listening in. Do not verify it, and block the device.</p>}
      {problem && <p class="error" role="alert">{problem}</p>}
      <div class="actions">
        <button class="primary" onClick={same}>It is the same</button>
        <button onClick={() => setDiffers(true)}>It differs</button>
      </div>
    </Dialog>
  );
}
