// Pictures and files, decrypted when they are seen or asked for.
import { useEffect, useState } from "preact/hooks";
import { fileAddress, isPicture } from "../crypto/pictures";
import type { Http } from "../matrix/http";
import { type Content, objectIn, textIn } from "../matrix/types";

export function FileView({ http, content }: { http: Http; content: Content }) {
  const type = textIn(objectIn(content, "info"), "mimetype") ?? "";
  const onItsWay = content["file"] !== undefined && textIn(objectIn(content, "file"), "url") === undefined;
  if (onItsWay) return <p class="said">{nameOf(content)}</p>;
  return textIn(content, "msgtype") === "m.image" && isPicture(type) ? <Picture http={http} content={content} /> : <Download http={http} content={content} />;
}

const nameOf = (content: Content) => textIn(content, "filename") ?? textIn(content, "body") ?? "file";

function Picture({ http, content }: { http: Http; content: Content }) {
  const [address, setAddress] = useState("");
  const [problem, setProblem] = useState("");
  const file = content["file"] ?? content["url"];
  useEffect(() => void fileAddress(http, content).then(setAddress, (error: Error) => setProblem(error.message)), [JSON.stringify(file)]);
  const { w, h } = (objectIn(content, "info") ?? {}) as { w?: number; h?: number };
  const name = nameOf(content);
  if (problem) return <p class="unreadable">The picture {name} cannot be shown: {problem}</p>;
  if (!address) return <div class="picture loading" role="img" aria-label={`${name}, loading`} />;
  return (
    <a href={address} download={name} aria-label={`Save ${name}`}>
      <img class="picture" src={address} alt={name} {...(w && h && { width: w, height: h })} />
    </a>
  );
}

function Download({ http, content }: { http: Http; content: Content }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const name = nameOf(content);
  const save = async () => {
    setBusy(true);
    try {
      const link = Object.assign(document.createElement("a"), { href: await fileAddress(http, content), download: name });
      link.click();
      setProblem("");
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const size = objectIn(content, "info")?.["size"];
  return (
    <div class="file">
      <button onClick={save} disabled={busy} aria-label={`Download ${name}`}>⤓ {name}</button>
      {typeof size === "number" && <span class="quiet">{Math.ceil(size / 1024)} kB</span>}
      {problem && <p class="error" role="alert">{problem}</p>}
    </div>
  );
}
