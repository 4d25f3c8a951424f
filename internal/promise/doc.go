// Package promise carries calls from JavaScript that take their time: each
// answers with a promise. It is to package bridge what goroutines are to
// functions.
//
// JavaScript writes all arguments to the input buffer of package bridge, each
// with its length before it, and calls the export, which copies them, hands the
// call to a goroutine and returns. Nothing runs before JavaScript lets Go's
// scheduler go on, which it does once for all the calls that were begun
// meanwhile. The results come back by one call of the host, which reads them
// where they lie.
//
//	//go:wasmexport machine_encrypt
//	func exportMachineEncrypt(call, size, self uint32) {
//		o := bridge.Object[*Machine](self)
//		promise.Start(call, size, o, func(ctx context.Context, c *promise.Call) error {
//			result, err := o.Encrypt(ctx, c.Text(), c.Text(), c.JSON())
//			if err != nil {
//				return err
//			}
//			c.PutJSON(result)
//			return nil
//		})
//	}
//
// Programs with this package need the host of the npm package, which has the
// functions of host.go.
//
// Neither package locks anything: there is one thread, and goroutines change
// places only where they wait.
package promise
