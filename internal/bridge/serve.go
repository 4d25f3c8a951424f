//go:build js

package bridge

// Serve lets JavaScript call the exports. It never returns.
func Serve() { select {} }
