// Files on the homeserver. What is uploaded here is encrypted already.
import { type Http, MatrixError } from "./http";

/** Uploads bytes, and returns their mxc: address. */
export async function upload(http: Http, bytes: Blob, signal?: AbortSignal): Promise<string> {
  const options = { bytes, timeout: 600_000, ...(signal && { signal }) };
  const answer = await http.json<{ content_uri: string }>("POST", "/_matrix/media/v3/upload", options);
  return answer.content_uri;
}

/** Downloads the bytes of an mxc: address: as Matrix 1.11 has it, or as it was before. */
export async function download(http: Http, address: string, signal?: AbortSignal): Promise<Blob> {
  const [, server, id] = /^mxc:\/\/([^/]+)\/([^/?#]+)$/.exec(address) ?? [];
  if (!server || !id) throw new Error("The address of the file cannot be understood.");
  const place = `${encodeURIComponent(server)}/${encodeURIComponent(id)}`;
  const options = { timeout: 600_000, ...(signal && { signal }) };
  try {
    return await (await http.send("GET", `/_matrix/client/v1/media/download/${place}`, options)).blob();
  } catch (error) {
    if (!(error instanceof MatrixError && [400, 404, 405].includes(error.status))) throw error;
    return (await http.send("GET", `/_matrix/media/v3/download/${place}`, options)).blob();
  }
}
