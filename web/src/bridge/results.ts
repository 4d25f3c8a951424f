// Reading the results of a call; takeText and takeUint32 stand with the call.
import { advance, memory, takeUint32 } from "./instance.js";

export function takeBool(): boolean {
  return takeUint32() !== 0;
}

export function takeBytes(): Uint8Array {
  const length = takeUint32();
  const start = advance(length);
  return memory.slice(start, start + length);
}

export function takeList<T>(take: () => T): T[] {
  const list: T[] = [];
  for (let n = takeUint32(); n > 0; n--) list.push(take());
  return list;
}
