// One request to the homeserver, and what it answers.
import { MudpuppyError } from "../bridge/errors.js";
import type { OutgoingRequest } from "../machine/client.js";

/** The homeserver refused a request, or did not answer. */
export class RequestError extends MudpuppyError {
  /** The HTTP status, 0 if there was no answer. */
  readonly status: number;
  /** The `errcode` of the answer, such as M_LIMIT_EXCEEDED, if it had one. */
  readonly errcode: string | undefined;
  /** What the request was for. */
  readonly kind: OutgoingRequest["kind"];

  /** @internal */
  constructor(kind: OutgoingRequest["kind"], { status, body }: Answer, cause?: unknown) {
    const errcode = textOf(body, "errcode");
    super("ERR_REQUEST", `${kind}: ${status === 0 ? "no answer" : `${status} ${errcode ?? ""}`.trim()}`, cause);
    this.name = "RequestError";
    this.status = status;
    this.errcode = errcode;
    this.kind = kind;
  }
}

/** What the homeserver answered. */
export interface Answer {
  /** 0 if there was no answer. */
  status: number;
  /** The JSON that came, undefined if it was none. */
  body: unknown;
  /** For how many milliseconds the homeserver asks us to wait. */
  retryAfter: number | undefined;
  /** Why there was no answer. */
  cause?: unknown;
}

/** How to reach the homeserver. */
export interface Server {
  baseUrl: string;
  accessToken: string | (() => string | Promise<string>);
  fetch: typeof fetch;
}

/** Sends a request. It does not throw: what fails is an answer with status 0. */
export async function send(server: Server, request: OutgoingRequest, body: unknown, signal: AbortSignal): Promise<Answer> {
  try {
    const token = typeof server.accessToken === "function" ? await server.accessToken() : server.accessToken;
    const { fetch } = server; // called as nobody's method, as it must be in browsers
    const response = await fetch(server.baseUrl + request.path, {
      method: request.method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    const answer = await response.json().catch(() => undefined);
    if (response.ok && answer === undefined) throw new Error("something else answers than the homeserver"); // a login page of a network, say
    return { status: response.status, body: answer, retryAfter: retryAfter(response.headers, answer) };
  } catch (cause) {
    return { status: 0, body: undefined, retryAfter: undefined, cause };
  }
}

/** The header counts seconds, or names a time; servers of before Matrix 1.10 say it in the body. */
function retryAfter(headers: Headers, body: unknown): number | undefined {
  const header = headers.get("retry-after");
  if (header !== null && header !== "") {
    const ms = /^\d+$/.test(header) ? 1000 * Number(header) : Date.parse(header) - Date.now();
    if (Number.isFinite(ms)) return Math.max(ms, 0);
  }
  const ms = (body as { retry_after_ms?: unknown } | undefined)?.retry_after_ms;
  return typeof ms === "number" && ms >= 0 ? ms : undefined;
}

/** A text in a JSON object, if there is one. */
export function textOf(body: unknown, name: string): string | undefined {
  const text = typeof body === "object" && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof text === "string" ? text : undefined;
}
