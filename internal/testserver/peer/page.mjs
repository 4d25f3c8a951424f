// The client in a page, with its state in IndexedDB.
import { answerer } from "./answer.mjs";

globalThis.answer = answerer(true);
