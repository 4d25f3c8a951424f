//go:build !purego

package sha2

func compress256(state *[8]uint32, p []byte) {
	if len(p) >= block256 {
		blocks256(state, &p[0], len(p)/block256)
	}
}

func compress512(state *[8]uint64, p []byte) {
	if len(p) >= block512 {
		blocks512(state, &p[0], len(p)/block512)
	}
}

// blocks256 is the compression function over the n blocks, at least one, that
// begin at p.
//
//go:noescape
func blocks256(state *[8]uint32, p *byte, n int)

// blocks512 is the same for SHA-512.
//
//go:noescape
func blocks512(state *[8]uint64, p *byte, n int)
