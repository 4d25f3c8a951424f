package machine

import (
	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/record"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// crossSigning are the private cross-signing keys that are here, as the seeds that
// Matrix keeps and shares them as.
type crossSigning struct {
	seeds map[event.Usage]secret.Box[[32]byte]
}

const (
	crossSigningKey     = "cross_signing"
	crossSigningVersion = 1
)

var usages = []event.Usage{event.Master, event.SelfSigning, event.UserSigning}

func newCrossSigning() *crossSigning {
	return &crossSigning{seeds: make(map[event.Usage]secret.Box[[32]byte])}
}

// generate makes all three keys.
func (c *crossSigning) generate() {
	for _, usage := range usages {
		seed := secret.New[[32]byte]()
		random.Fill(seed.Array()[:])
		c.seeds[usage] = seed
	}
}

func (c *crossSigning) has(usage event.Usage) bool { _, ok := c.seeds[usage]; return ok }

// public is the public half of a key, zero if the key is not here.
func (c *crossSigning) public(usage event.Usage) keys.Ed25519PublicKey {
	seed, ok := c.seeds[usage]
	if !ok {
		return noKey
	}
	k := curve25519.NewSigningKey(seed.Array())
	defer k.Wipe()
	return k.Public
}

// sign signs a JSON object with a key that is here.
func (c *crossSigning) sign(usage event.Usage, json []byte) (keys.Ed25519Signature, error) {
	seed, ok := c.seeds[usage]
	if !ok {
		return keys.Ed25519Signature{}, ErrNoIdentity
	}
	k := curve25519.NewSigningKey(seed.Array())
	defer k.Wipe()
	return event.Sign(json, func(message []byte) keys.Ed25519Signature { return k.Sign(message) })
}

func (c *crossSigning) wipe() {
	for _, seed := range c.seeds {
		seed.Wipe()
	}
	clear(c.seeds)
}

// keep is described at keeper.
func (c *crossSigning) keep(w *work) {
	r := record.New(crossSigningVersion)
	for _, usage := range usages {
		seed, ok := c.seeds[usage]
		if r.Bool(ok); ok {
			r.Key(*seed.Array())
		}
	}
	w.put(store.Secrets, crossSigningKey, r.Done())
}

// takeSecrets takes the private cross-signing keys, as far as they are here.
func (w *work) takeSecrets(page store.Page) {
	w.state.secrets = newCrossSigning()
	w.takeKeys([]string{crossSigningKey}, func(rec store.Record) bool {
		r := record.Read(rec.Value, crossSigningVersion)
		for _, usage := range usages {
			if r.Bool() {
				seed := r.Key()
				w.state.secrets.seeds[usage] = secret.Of(&seed)
				secret.Wipe(seed[:])
			}
		}
		if !r.Done() {
			w.state.secrets.wipe()
			return false // put aside as it is
		}
		secret.Wipe(rec.Value)
		return true
	}, page)
}
