// What Mudpuppy keeps in this browser, in numbers.
import type { OlmMachine, Persistence } from "mudpuppy";
import { type Inspection, inspectIndexedDB } from "mudpuppy/inspect";
import type { Credentials } from "../matrix/types";
import { storeName } from "./device";

export interface StoreState {
  persistence: Persistence;
  inspection: Inspection;
  /** Bytes of all that this page keeps, if the browser says. */
  usage: number | undefined;
  /** Bytes of the memory of WebAssembly, in the worker of the tab that has the machine. */
  memory: number;
}

export async function storeState(machine: OlmMachine, credentials: Credentials): Promise<StoreState> {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  return {
    persistence: await machine.persistence,
    inspection: await inspectIndexedDB(storeName(credentials)),
    usage: estimate?.usage,
    memory: await machine.memoryUse(),
  };
}
