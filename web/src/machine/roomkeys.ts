// Importing and exporting room keys.
import { checkText, fieldsOf, refuse } from "../bridge/arguments.js";
import { MudpuppyError } from "../bridge/errors.js";
import type { ImportedKeys, Machine, RefusedKey } from "./client.js";
import { deriveKey } from "./keyfile.js";
import { checkAborted, type File, lengthOf, openFile, piecesOfList } from "./keysource.js";

/** How far an import or an export has come. */
export interface KeyProgress {
  /** How many keys were dealt with so far. */
  keys: number;
  /** How much of the source was: bytes of a file, characters of a text, items of a list. Of an export, keys. */
  done: number;
  /** Of how much; undefined if that is not known. */
  total: number | undefined;
}

/** How room keys are imported. */
export interface ImportOptions {
  /** That of an encrypted file. Without it, the source is JSON. */
  passphrase?: string | undefined;
  /** Is told now and then how far it has come. What it throws is logged. */
  onProgress?: ((progress: KeyProgress) => void) | undefined;
  /** Gives up. What was imported until then stays. */
  signal?: AbortSignal | undefined;
}

/** What became of the keys that were imported. */
export interface ImportResult {
  /** How many are new here, or begin earlier than what was here. */
  imported: number;
  /** How many were here already, at least as good. */
  kept: number;
  /** Those that could not be taken. None of them holds up another. */
  failed: RefusedKey[];
  /** How many there were altogether. */
  total: number;
}

/** How room keys are exported. */
export interface ExportOptions {
  /** Encrypts the file. Whoever has both can read every message. */
  passphrase?: string | undefined;
  /** How often the passphrase is hashed, 500,000 times if left out. */
  rounds?: number | undefined;
  /** Asks for plain JSON instead, which anybody can read. */
  unencrypted?: boolean | undefined;
  /** The room whose keys are exported; those of all if left out. */
  roomId?: string | undefined;
  /** Is told now and then how far it has come. What it throws is logged. */
  onProgress?: ((progress: KeyProgress) => void) | undefined;
  /** Gives up. */
  signal?: AbortSignal | undefined;
}

/** What importing and exporting needs of a machine. */
export interface Host {
  machine: Machine;
  /** Takes what a function of the caller has thrown. */
  report(what: string, error: unknown): void;
}

/** How much of a file is read at a time: some hundred keys. */
const PIECE = 256 << 10;

/** The beginning of a file in which its head stands. */
const HEAD = 1 << 10;

const DEFAULT_ROUNDS = 500_000;

/** @internal */
export async function importRoomKeys(host: Host, source: unknown, options: unknown): Promise<ImportResult> {
  const [passphrase, onProgress, signal] = fieldsOf("the options", options, "passphrase", "onProgress", "signal") as [string?, ProgressListener?, AbortSignal?];
  checkCommon(passphrase, onProgress);
  const run = new Import(host, tell(host, onProgress), signal);
  const file = await openFile(source, signal);
  if (file) await (passphrase === undefined ? run.plainFile(file) : run.encryptedFile(file, passphrase));
  else if (passphrase === undefined) await run.list(source);
  else throw refuse("source", "a file, since there is a passphrase");
  return run.result;
}

type ProgressListener = (progress: KeyProgress) => void;

function checkCommon(passphrase: unknown, onProgress: unknown): void {
  if (passphrase !== undefined) checkText("passphrase", passphrase);
  if (onProgress !== undefined && typeof onProgress !== "function") throw refuse("onProgress", "a function");
}

/** A listener that cannot throw. */
function tell(host: Host, onProgress: ProgressListener | undefined): ProgressListener {
  return (progress) => {
    try {
      onProgress?.(progress);
    } catch (error) {
      host.report("onProgress", error);
    }
  };
}

/** A part of a source, in UTF-8. */
interface Piece {
  piece: Uint8Array;
  last: boolean;
}

function* encoded(list: unknown): Generator<Piece> {
  const encoder = new TextEncoder();
  for (const { text, last } of piecesOfList(list)) yield { piece: encoder.encode(text), last };
}

class Import {
  readonly result: ImportResult = { imported: 0, kept: 0, failed: [], total: 0 };
  readonly #host: Host;
  readonly #tell: ProgressListener;
  readonly #signal: AbortSignal | undefined;

  constructor(host: Host, tell: ProgressListener, signal: AbortSignal | undefined) {
    this.#host = host;
    this.#tell = tell;
    this.#signal = signal;
  }

  async encryptedFile(file: File, passphrase: string): Promise<void> {
    const { salt, rounds } = await this.#host.machine._readFileHead(await file.read(0, HEAD));
    const secret = new TextEncoder().encode(passphrase);
    const key = await deriveKey(this.#host.machine, secret, salt, rounds, this.#signal).finally(() => secret.fill(0));
    await this.#with(key, async (number) => {
      this.#progress(0, file.size);
      for await (const { piece, last } of this.#pieces(file)) await this.#host.machine._verifyKeyFile(number, piece, last);
      await this.#importFile(file, number);
    });
  }

  async plainFile(file: File): Promise<void> {
    if (new TextDecoder().decode(await file.read(0, 64)).trimStart().startsWith("-----")) {
      throw new MudpuppyError("ERR_PASSPHRASE", "the file is encrypted: its passphrase is missing");
    }
    await this.#with(new Uint8Array(), (number) => this.#importFile(file, number));
  }

  async list(list: unknown): Promise<void> {
    const total = lengthOf(list);
    await this.#with(new Uint8Array(), (number) => this.#importAll(number, encoded(list), () => this.#progress(this.result.total, total)));
  }

  async #with(key: Uint8Array, f: (file: number) => Promise<void>): Promise<void> {
    const { machine } = this.#host;
    const number = await machine._openKeyFile(key).finally(() => key.fill(0));
    await f(number).finally(() => close(machine, number));
  }

  #importFile(file: File, number: number): Promise<void> {
    return this.#importAll(number, this.#pieces(file), ({ end }) => this.#progress(end, file.size));
  }

  /** Imports pieces, of which one is read while the one before it is on its way to the store. */
  async #importAll<P extends Piece>(file: number, pieces: Iterable<P> | AsyncIterable<P>, done: (piece: P) => void): Promise<void> {
    let last = Promise.resolve();
    try {
      for await (const piece of pieces) {
        checkAborted(this.#signal);
        const before = last;
        last = this.#import(file, piece).then(() => done(piece));
        last.catch(() => {}); // it is waited for below
        await before;
      }
      await last;
    } catch (error) {
      await last.catch(() => {});
      throw error;
    }
    this.result.failed.sort((a, b) => a.index - b.index);
  }

  /** Goes through a file. */
  async *#pieces(file: File): AsyncGenerator<Piece & { end: number }> {
    let end = 0;
    do {
      checkAborted(this.#signal);
      const from = end;
      end = Math.min(from + PIECE, file.size);
      yield { piece: await file.read(from, end), end, last: end === file.size };
    } while (end < file.size);
  }

  async #import(file: number, { piece, last }: Piece): Promise<void> {
    const { imported, kept, failed }: ImportedKeys = await this.#host.machine._importKeyFile(file, piece, last, this.#signal);
    const { result } = this;
    result.imported += imported;
    result.kept += kept;
    for (const one of failed) result.failed.push(one);
    result.total += imported + kept + failed.length;
  }

  #progress(done: number, total: number | undefined): void {
    this.#tell({ keys: this.result.total, done, total });
  }
}

/** @internal */
export async function exportRoomKeys(host: Host, options: unknown): Promise<Blob> {
  const read = fieldsOf("the options", options, "passphrase", "unencrypted", "rounds", "roomId", "onProgress", "signal");
  const [passphrase, unencrypted, rounds = DEFAULT_ROUNDS, roomId = "", onProgress, signal] = read as [string?, boolean?, number?, string?, ProgressListener?, AbortSignal?];
  checkCommon(passphrase, onProgress);
  if ((passphrase === undefined || passphrase === "") !== (unencrypted === true)) {
    throw new MudpuppyError("ERR_ARGUMENT", "give either a passphrase that is not empty, or unencrypted: true");
  }
  if (!(Number.isInteger(rounds) && rounds >= 1)) throw refuse("rounds", "a positive integer");
  const progress = tell(host, onProgress);
  checkAborted(signal);
  const { machine } = host;
  const { file, salt } = await machine._writeKeyFile(passphrase === undefined ? 0 : rounds);
  try {
    return new Blob(await exportAll(), { type: passphrase === undefined ? "application/json" : "text/plain" });
  } finally {
    await close(machine, file);
  }

  async function exportAll(): Promise<Blob[]> {
    const key = await keyOf(machine, passphrase, salt, rounds, signal);
    const parts = [blobOf(await machine._beginKeyFile(file, key).finally(() => key.fill(0)))];
    let keys = 0;
    for (let position = "", isFirst = true; isFirst || position !== ""; isFirst = false) {
      checkAborted(signal);
      const { text, count, next } = await machine._exportToKeyFile(file, roomId, position);
      parts.push(blobOf(text));
      position = next;
      progress({ keys: (keys += count), done: keys, total: next === "" ? keys : undefined });
    }
    parts.push(blobOf(await machine._endKeyFile(file)));
    return parts;
  }
}

/** Lets go of a file. If that fails, the machine is gone, and the file with it. */
const close = (machine: Machine, file: number) => machine._closeKeyFile(file).catch(() => {});

/** A Blob, since the platform need not keep these in memory. */
const blobOf = (bytes: Uint8Array): Blob => new Blob([bytes as Uint8Array<ArrayBuffer>]);

async function keyOf(machine: Machine, passphrase: string | undefined, salt: Uint8Array, rounds: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (passphrase === undefined) return new Uint8Array();
  const secret = new TextEncoder().encode(passphrase);
  return deriveKey(machine, secret, salt, rounds, signal).finally(() => secret.fill(0));
}
