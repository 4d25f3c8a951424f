// Takes out of a Go program what only its stack traces need: the names of functions,
// and from which line of which file each instruction comes. Nobody sees these traces
// (src/loader/program.ts), and they would be a seventh of what a browser loads.
//
// All of it lies in the table by which the runtime finds its way on the stack. Its
// layout stands in Go's source, in runtime/symtab.go (pcHeader) and runtime/runtime2.go
// (_func). Where it looks otherwise than it should, this fails: then a version of Go
// has changed it.
import { Module } from "./lean/module.mjs";
import { Table } from "./lean/table.mjs";

/** Returns a program without names and lines. */
export function lean(wasm) {
  const module = new Module(wasm);
  const table = new Table(module.memory);
  table.dropNames();
  table.dropLines();
  return module.encode();
}
