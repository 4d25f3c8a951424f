//go:build js

package bridge

// Wiper is an object that JavaScript holds, by its number.
type Wiper interface{ Wipe() }

// No object has number 0.
var (
	objects = []Wiper{nil}
	free    []uint32 // numbers to be given again
)

// Hold returns the number under which JavaScript knows an object from now on.
func Hold(o Wiper) uint32 {
	if last := len(free) - 1; last >= 0 {
		number := free[last]
		free = free[:last]
		objects[number] = o
		return number
	}
	objects = append(objects, o)
	return uint32(len(objects) - 1)
}

// Object returns the object of a number. JavaScript has checked that there is
// one, and of which type; it panics otherwise, as an index out of range does.
func Object[T Wiper](number uint32) T { return object(number).(T) }

//go:noinline
func object(number uint32) Wiper { return objects[number] }

// bridgeFree wipes an object and forgets it. That puts nothing secret on the
// stack.
//
//go:wasmexport bridge_free
func bridgeFree(number uint32) int32 {
	return Read(func(*Call) error {
		objects[number].Wipe()
		objects[number] = nil
		free = append(free, number)
		return nil
	})
}

// bridgeObjects returns how many objects JavaScript holds, for tests that look
// for what was never freed.
//
//go:wasmexport bridge_objects
func bridgeObjects() uint32 { return uint32(len(objects) - 1 - len(free)) }
