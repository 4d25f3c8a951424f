package sha2

import "encoding/binary"

// block512 is the block size of SHA-512.
const block512 = 128

// initial512 is the initial hash value of FIPS 180-4, section 5.3.5.
var initial512 = [8]uint64{
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
}

// digest512 is a SHA-512 computation under way.
type digest512 struct {
	state  [8]uint64
	length uint64 // bytes hashed so far, those in buf included
	buf    [block512]byte
}

func (d *digest512) write(p []byte) {
	used := int(d.length % block512)
	d.length += uint64(len(p))
	if used > 0 {
		n := copy(d.buf[used:], p)
		if used+n < block512 {
			return
		}
		compress512(&d.state, d.buf[:])
		p = p[n:]
	}
	whole := len(p) - len(p)%block512
	if whole > 0 {
		compress512(&d.state, p[:whole])
	}
	copy(d.buf[:], p[whole:])
}

// sum pads the message, and writes its digest to out. The computation is over
// after that.
func (d *digest512) sum(out *[64]byte) {
	used := int(d.length % block512)
	d.buf[used] = 0x80
	clear(d.buf[used+1:])
	if used+1 > block512-16 { // no room left for the length
		compress512(&d.state, d.buf[:])
		clear(d.buf[:])
	}
	binary.BigEndian.PutUint64(d.buf[block512-8:], d.length*8)
	compress512(&d.state, d.buf[:])
	for i, s := range d.state {
		binary.BigEndian.PutUint64(out[8*i:], s)
	}
}

//go:noinline
func (d *digest512) wipe() { *d = digest512{} }
