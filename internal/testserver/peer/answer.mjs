// Answers commands, which are lines of JSON, with lines of JSON:
//
//	{"command":"send","arguments":["!room:test","hello"]}
//	{"result":"$event"} or {"error":"what went wrong"}
import { Peer } from "./peer.mjs";

/** Returns a function that gives each command to the same client. */
export function answerer(useIndexedDB) {
  const peer = new Peer(useIndexedDB);
  return async (line) => {
    try {
      const { command, arguments: values } = JSON.parse(line);
      const result = await peer[command](...values);
      return JSON.stringify({ result: result ?? null }, plain);
    } catch (error) {
      return JSON.stringify({ error: String(error?.stack ?? error) });
    }
  };
}

/** Makes objects of maps, which JSON does not have. */
const plain = (_key, value) => (value instanceof Map ? Object.fromEntries(value) : value);
