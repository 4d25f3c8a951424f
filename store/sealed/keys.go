package sealed

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/seal"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// keys are what the data key stands for: one key for each purpose.
type keys struct {
	values  *seal.Sealer
	names   *sha2.HMAC256 // of records
	indexes *sha2.HMAC256 // of texts in indexes
	sums    *sha2.HMAC256 // of what is added up in totals
}

func deriveKeys(data *[32]byte) *keys {
	var derived [4 * 32]byte
	defer secret.Wipe(derived[:])
	sha2.HKDF256(derived[:], data[:], nil, []byte("mudpuppy sealed store v1"))
	return &keys{
		values:  seal.NewSealer((*[32]byte)(derived[:32])),
		names:   sha2.NewHMAC256(derived[32:64]),
		indexes: sha2.NewHMAC256(derived[64:96]),
		sums:    sha2.NewHMAC256(derived[96:]),
	}
}

func (k *keys) wipe() {
	k.values.Wipe()
	k.names.Wipe()
	k.indexes.Wipe()
	k.sums.Wipe()
}

// name is the keyed hash that stands for a key, or a text in an index, in the
// store below. The zero name is none.
type name [16]byte

// nameLen is the length of a name as text.
const nameLen = 22

func (n *name) text() string { return base64.Encode(n[:]) }

func parseName(text string) (n name, ok bool) {
	b, err := base64.Decode(text)
	if err != nil || len(b) != len(n) {
		return n, false
	}
	return name(b), true
}

// name returns the name of a record.
func (k *keys) name(r store.Ref) name {
	return hash(k.names, string(r.Table), r.Key)
}

// slot is where a record of the user lies: its name, also as the store below has
// it.
type slot struct {
	store.Ref
	name name
}

func (k *keys) slot(r store.Ref) slot {
	n := k.name(r)
	return slot{Ref: store.Ref{Table: r.Table, Key: n.text()}, name: n}
}

// index returns what stands for a text in an index.
func (k *keys) index(t store.Table, i store.Index, value string) name {
	return hash(k.indexes, string(t), string(i), value)
}

// hash returns the start of the MAC of some texts, each after its length.
func hash(mac *sha2.HMAC256, texts ...string) name {
	all := make([]byte, 0, 128) // enough for most, on the stack
	for _, text := range texts {
		all = appendText(all, text)
	}
	var sum [32]byte
	mac.Sum(&sum, all)
	return name(sum[:16])
}

// appendText appends a text after its length.
func appendText(b []byte, text string) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(len(text)))
	return append(b, text...)
}
