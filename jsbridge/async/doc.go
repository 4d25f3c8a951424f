// Package async is what JavaScript sees of a machine, of its stores and of files: the part
// of the npm package's entry mudpuppy of which every call answers with a promise,
// declared once, here. From these declarations tools/bridgegen makes the exports
// of the WebAssembly module (exports.go) and the TypeScript client with its
// documentation (web/src/machine/client.ts).
//
// What package jsbridge says of its declarations holds here too. Besides:
//
//   - Every function takes a context first, and returns a promise. Those that are
//     marked //bridge:abortable take an AbortSignal.
//   - Functions and types marked //bridge:internal are not for users: a class in
//     TypeScript stands on them (web/src/machine/machine.ts).
//   - bridge.JSON is any plain value. An int64 is a safe integer.
//   - A pointer is what may be undefined. In a struct marked //bridge:options any
//     field may be left out, and then has its zero value.
//   - Arguments are copies, which calls may keep, except []byte, *[32]byte and
//     bridge.JSON, which are overwritten when the call ends.
package async

//go:generate go -C ../../tools run ./bridgegen -package ../jsbridge/async -exports ../jsbridge/async/exports.go -client ../web/src/machine/client.ts -bridge ../bridge/promises.js -async
