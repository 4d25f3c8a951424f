// What is measured. An operation is
//
//   { id, title, contestants, cold, rounds }
//
// where contestants holds, by the name of a peer, a function that makes the
// subject of the measurement from the peer's API and that of its opponent:
//
//   { prepare(n), run(i), check(result) }
//
// run does the operation once; in its place there may be loop(n), which does it
// n times. prepare, if there is one, is called before n
// runs, and its time does not count. check, if there is one, is given a result
// and throws if it is wrong. isAsync says that run returns a promise, to be waited for.
// cold marks what is measured in fresh processes too; rounds, if there are any, are the
// most for what takes long.

import { attachments } from "./operations/attachments.mjs";
import { bridge } from "./operations/bridge.mjs";
import { megolm } from "./operations/megolm.mjs";
import { olm } from "./operations/olm.mjs";
import { pickles } from "./operations/pickles.mjs";
import { pk } from "./operations/pk.mjs";
import { primitives } from "./operations/primitives.mjs";

export const groups = [
  { title: "Primitives", operations: primitives },
  { title: "Olm", operations: olm },
  { title: "Megolm", operations: megolm },
  { title: "Pickles of an account with 50 one-time keys", operations: pickles },
  { title: "PkEncryption", operations: pk },
  { title: "Encrypted files", operations: attachments },
  { title: "The bridge", operations: bridge },
];

export const operations = groups.flatMap((group) => group.operations);

export function find(id) {
  const operation = operations.find((operation) => operation.id === id);
  if (!operation) throw new Error(`no operation is called ${id}`);
  return operation;
}
