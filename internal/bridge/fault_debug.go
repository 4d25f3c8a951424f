//go:build js && bridgedebug

package bridge

import "runtime"

// DescribeFault returns the panic with its stack, for development only.
func DescribeFault(fault any) string {
	message := "panic"
	switch v := fault.(type) {
	case error:
		message = v.Error()
	case string:
		message = v
	}
	stack := make([]byte, 8<<10)
	return message + "\n" + string(stack[:runtime.Stack(stack, false)])
}
