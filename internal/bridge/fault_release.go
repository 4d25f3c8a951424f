//go:build js && !bridgedebug

package bridge

// DescribeFault says nothing of the panic, in which there might be a secret.
// Build with -tags bridgedebug to learn more.
func DescribeFault(any) string { return "a fault in Mudpuppy; please report what led to it" }
