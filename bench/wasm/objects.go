//go:build js && wasm

package main

// objects are what JavaScript holds, by number. No object has number 0.
var (
	objects = []any{nil}
	freed   []int32
)

// hold returns the number of a new object.
func hold(object any) int32 {
	if last := len(freed) - 1; last >= 0 {
		handle := freed[last]
		freed = freed[:last]
		objects[handle] = object
		return handle
	}
	objects = append(objects, object)
	return int32(len(objects) - 1)
}

// object returns the object of a number. It panics if that is of another type,
// which reply recovers from.
func object[T any](handle int32) T { return objects[handle].(T) }

//go:wasmexport object_new
func objectNew() int32 { return hold(nil) }

// objectFree wipes an object and forgets it.
//
//go:wasmexport object_free
func objectFree(handle int32) int32 {
	return do(func() error {
		if o, ok := objects[handle].(interface{ Wipe() }); ok {
			o.Wipe()
		}
		objects[handle] = nil
		freed = append(freed, handle)
		return nil
	})
}
