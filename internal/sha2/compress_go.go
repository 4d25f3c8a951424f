//go:build purego

package sha2

func compress256(state *[8]uint32, p []byte) { compress256Go(state, p) }

func compress512(state *[8]uint64, p []byte) { compress512Go(state, p) }
