// Package probe has functions that do nothing, to measure the bridge with. It
// stands on internal/bridge and bridgegen as jsbridge does, so that what is left
// is the cost of the call. Nothing of it is shipped.
package probe

//go:generate go -C ../../tools run ./bridgegen -package ../bench/probe -exports ../bench/probe/exports.go -client ../bench/probe/client.ts -bridge ../../web/src/bridge/index.js
