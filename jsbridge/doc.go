// Package jsbridge is what JavaScript sees of olm, megolm and libolm: the
// classes and functions of the npm package's entry mudpuppy/olm, declared once,
// here. From these declarations tools/bridgegen makes the exports of the
// WebAssembly module (exports.go) and the TypeScript client with its
// documentation (web/src/olm/client.ts).
//
//   - A type with a method Wipe is a class, of which JavaScript holds objects.
//     NewT is its constructor; another function that returns *T and whose name
//     ends in T is a static method, UnpickleAccount for instance
//     Account.unpickle. Methods marked //bridge:property take nothing, touch no
//     secret, and are read like fields. Other functions that touch no secret
//     are marked //bridge:public: no trace of them has to be cleared away.
//   - A struct of exported fields is a plain object. A pointer to one is
//     undefined if it is nil.
//   - A named string type with constants is a union of these.
//   - The functions of libolm.go have a client of their own
//     (web/src/libolm/client.ts): mudpuppy/olm does not have them.
//   - string is text, []byte a Uint8Array, *[32]byte one of 32 bytes,
//     bridge.Data either string or Uint8Array, bridge.SecretText a string made
//     of a secret.
//
// Arguments are overwritten when the call ends, so that nothing may keep a
// string or slice that came in; []byte and bridge.SecretText that go out are
// wiped, so that they must be the call's own.
//
// Any other type makes the generator fail. The comments are documentation for
// users of TypeScript, and so speak of thrown codes.
package jsbridge

//go:generate go -C ../tools run ./bridgegen -package ../jsbridge -exports ../jsbridge/exports.go -client ../web/src/olm/client.ts -part libolm.go -part-client ../web/src/libolm/client.ts
