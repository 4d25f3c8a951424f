// Checking the arguments of calls that answer with promises, and making a list of
// plain values of them. All that may run code of the caller happens here: getters,
// proxies, iterators and toJSON. Nothing is copied before all arguments are checked.
import { checkArray32, checkBytes, checkData, checkText, checkUint32, fieldsOf, refuse } from "./arguments.js";
import { MudpuppyError } from "./errors.js";

/** JSON that is long, in UTF-8, which nobody else has and is overwritten once it was copied. */
export class LongJSON {
  readonly #bytes: Uint8Array;

  constructor(text: string) {
    this.#bytes = encoder.encode(text);
  }

  /** The bytes of a value if it is one. It asks nothing that a value could answer by itself, as instanceof does. */
  static bytesOf(value: object): Uint8Array | undefined {
    return #bytes in value ? value.#bytes : undefined;
  }
}

const encoder = new TextEncoder();

/** What is written: numbers as 4 bytes, bigints as numbers of 8 bytes, all else with its length before it. */
export type Value = string | Uint8Array | LongJSON | number | bigint;

/** From which length on JSON is converted before it is written: then its size is known. */
const LONG = 1 << 14;

/** The length of the longest JSON that is taken. */
const MAX_JSON = 64 << 20;

/** How many items a list can have. */
const MAX_ITEMS = 1 << 20;

export function addText(values: Value[], label: string, value: unknown): void {
  checkText(label, value);
  values.push(value as string);
}

export function addBytes(values: Value[], label: string, value: unknown): void {
  checkBytes(label, value);
  values.push(value as Uint8Array);
}

export function addData(values: Value[], label: string, value: unknown): void {
  checkData(label, value);
  values.push(value as string | Uint8Array);
}

export function addArray32(values: Value[], label: string, value: unknown): void {
  checkArray32(label, value);
  values.push(value as Uint8Array);
}

export function addUint32(values: Value[], label: string, value: unknown): void {
  values.push(checkUint32(label, value));
}

export function addInteger(values: Value[], label: string, value: unknown): void {
  if (!Number.isSafeInteger(value)) throw refuse(label, "a safe integer");
  values.push(BigInt(value as number));
}

export function addBool(values: Value[], label: string, value: unknown): void {
  if (typeof value !== "boolean") throw refuse(label, "a boolean");
  values.push(value ? 1 : 0);
}

/** Adds one of some texts. The empty one means that it was left out. */
export function addChoice(values: Value[], label: string, value: unknown, choices: readonly string[]): void {
  if (value !== "" && !choices.includes(value as string)) throw refuse(label, `one of ${choices.join(", ")}`);
  values.push(value as string);
}

export function addJSON(values: Value[], label: string, value: unknown): void {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw refuse(label, "a value that JSON can say", cause);
  }
  if (typeof text !== "string") throw refuse(label, "a value that JSON can say");
  if (text.length > MAX_JSON) throw new MudpuppyError("ERR_SIZE", `${label} is too long: ${text.length}, of at most ${MAX_JSON}`);
  values.push(text.length < LONG ? text : new LongJSON(text));
}

export function addList(
  values: Value[],
  label: string,
  list: unknown,
  add: (label: string, item: unknown) => void,
): void {
  const items = itemsOf(label, list);
  values.push(items.length);
  for (const [i, item] of items.entries()) add(`${label}[${i}]`, item);
}

/** Reads a list, which may be anything that can be iterated. */
function itemsOf(label: string, list: unknown): unknown[] {
  if (typeof list !== "object" || list === null) throw refuse(label, "an array or another iterable");
  const items: unknown[] = [];
  try {
    for (const item of list as Iterable<unknown>) {
      if (items.push(item) > MAX_ITEMS) break;
    }
  } catch (cause) {
    throw refuse(label, "an iterable that can be read", cause);
  }
  if (items.length > MAX_ITEMS) throw new MudpuppyError("ERR_SIZE", `${label} has too many items, of at most ${MAX_ITEMS}`);
  return items;
}

export function addOptional(
  values: Value[],
  label: string,
  value: unknown,
  add: (label: string, given: unknown) => void,
): void {
  values.push(value === undefined ? 0 : 1);
  if (value !== undefined) add(label, value);
}

/** Returns an option, or what it is if it was left out. */
export function orElse(value: unknown, zero: unknown): unknown {
  return value === undefined ? zero : value;
}

export { fieldsOf };
