// One request to the homeserver.
import { type Content, textIn } from "./types";

/** The homeserver refused a request, or did not answer. */
export class MatrixError extends Error {
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  readonly errcode: string;
  /** What was answered. */
  readonly body: Content;
  /** For how many milliseconds the homeserver asks us to wait. */
  readonly retryAfter: number | undefined;

  constructor(status: number, body: Content, retryAfter?: number) {
    super(textIn(body, "error") ?? (status === 0 ? "The server does not answer." : `The server answered ${status}.`));
    this.name = "MatrixError";
    this.status = status;
    this.errcode = textIn(body, "errcode") ?? "";
    this.body = body;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed later. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface RequestOptions {
  query?: Record<string, string | undefined>;
  /** Is sent as JSON. */
  json?: unknown;
  /** Is sent as it is. */
  bytes?: Blob;
  type?: string;
  signal?: AbortSignal;
  /** How long to wait for an answer, in milliseconds. */
  timeout?: number;
}

/** A homeserver, and who speaks to it. */
export class Http {
  readonly baseUrl: string;
  readonly accessToken: string | undefined;

  constructor(baseUrl: string, accessToken?: string) {
    this.baseUrl = baseUrl.replace(/\/+$/, "");
    this.accessToken = accessToken;
  }

  /** Sends a request, and returns the answer, which must be a success. */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<Response> {
    const { query = {}, json, bytes, type, signal, timeout = 60_000 } = options;
    const url = new URL(this.baseUrl + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
    const headers = new Headers();
    if (this.accessToken) headers.set("authorization", `Bearer ${this.accessToken}`);
    if (json !== undefined) headers.set("content-type", "application/json");
    if (bytes) headers.set("content-type", type ?? "application/octet-stream");
    const limit = AbortSignal.timeout(timeout);
    const body = bytes ?? (json === undefined ? null : JSON.stringify(json));
    let response: Response;
    try {
      response = await fetch(url, { method, headers, body, signal: signal ? AbortSignal.any([signal, limit]) : limit });
    } catch {
      signal?.throwIfAborted();
      throw new MatrixError(0, {});
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  /** Sends a request, and returns the JSON that is answered. */
  async json<Answer = Content>(method: string, path: string, options?: RequestOptions): Promise<Answer> {
    const response = await this.send(method, path, options);
    try {
      return (await response.json()) as Answer;
    } catch {
      options?.signal?.throwIfAborted();
      throw new MatrixError(0, {}); // cut off, or the login page of a network
    }
  }
}

async function refusal(response: Response): Promise<MatrixError> {
  const body = (await response.json().catch(() => ({}))) as Content;
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  const inBody = body["retry_after_ms"];
  return new MatrixError(response.status, body, Number.isFinite(seconds) ? seconds * 1000 : typeof inBody === "number" ? inBody : undefined);
}

/** A path of the client-server API, with its parts escaped. */
export function path(...parts: string[]): string {
  return `/_matrix/client/${parts.map(encodeURIComponent).join("/")}`;
}
