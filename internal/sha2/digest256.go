package sha2

import "encoding/binary"

// block256 is the block size of SHA-256.
const block256 = 64

// initial256 is the initial hash value of FIPS 180-4, section 5.3.3.
var initial256 = [8]uint32{
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
}

// digest256 is a SHA-256 computation under way.
type digest256 struct {
	state  [8]uint32
	length uint64 // bytes hashed so far, those in buf included
	buf    [block256]byte
}

func (d *digest256) write(p []byte) {
	used := int(d.length % block256)
	d.length += uint64(len(p))
	if used > 0 {
		n := copy(d.buf[used:], p)
		if used+n < block256 {
			return
		}
		compress256(&d.state, d.buf[:])
		p = p[n:]
	}
	whole := len(p) - len(p)%block256
	if whole > 0 {
		compress256(&d.state, p[:whole])
	}
	copy(d.buf[:], p[whole:])
}

// sum pads the message, and writes its digest to out. The computation is over
// after that.
func (d *digest256) sum(out *[32]byte) {
	d.pad()
	d.putState(out)
}

// pad pads the message and hashes what is left of it: the state is its digest.
func (d *digest256) pad() {
	used := int(d.length % block256)
	d.buf[used] = 0x80
	clear(d.buf[used+1:])
	if used+1 > block256-8 { // no room left for the length
		compress256(&d.state, d.buf[:])
		clear(d.buf[:])
	}
	binary.BigEndian.PutUint64(d.buf[block256-8:], d.length*8)
	compress256(&d.state, d.buf[:])
}

func (d *digest256) putState(out *[32]byte) {
	for i, s := range d.state {
		binary.BigEndian.PutUint32(out[4*i:], s)
	}
}

//go:noinline
func (d *digest256) wipe() { *d = digest256{} }
