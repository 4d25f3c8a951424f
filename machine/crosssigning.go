package machine

import (
	"context"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/event"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// CrossSigningStatus says which private cross-signing keys are here.
type CrossSigningStatus struct{ Master, SelfSigning, UserSigning bool }

// CrossSigningStatus says which private cross-signing keys are here.
func (m *Machine) CrossSigningStatus(ctx context.Context) (CrossSigningStatus, error) {
	w, err := m.begin(ctx)
	if err != nil {
		return CrossSigningStatus{}, err
	}
	defer w.end()
	s := w.state.secrets
	return CrossSigningStatus{s.has(event.Master), s.has(event.SelfSigning), s.has(event.UserSigning)}, nil
}

// SetUpCrossSigning makes an identity for the user, and has it signed and published
// by outgoing requests; this device is signed by it. The homeserver may ask the user
// to authenticate: see [SigningUpload].
//
// It returns [ErrIdentityExists] if the user has an identity, and [ErrOutdated] as long as
// that is not known: send the outgoing requests first. Should another device make one at
// the same time, and be first, that one stays, and this one is dropped before it is
// published; an [IdentityEvent] tells. With reset that which there is is replaced: all
// who had verified it will be warned, whom it had verified must be verified again, and
// other own devices must be signed anew.
//
// https://spec.matrix.org/latest/client-server-api/#cross-signing
func (m *Machine) SetUpCrossSigning(ctx context.Context, reset bool) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	own := w.userNamed(w.user)
	if (own.identity != nil || w.state.secrets.has(event.Master)) && !reset {
		return ErrIdentityExists
	}
	if !reset && w.state.outdated.has(w.user) {
		return ErrOutdated
	}
	w.dropIdentity()
	w.state.secrets.generate()
	body, master, err := w.signingKeys()
	if err != nil {
		return err
	}
	w.enqueue(SigningUpload, newID(), "POST", clientAPI+"keys/device_signing/upload", body, subject{replaces: reset})
	s := w.state.secrets
	i := &identity{pinned: s.public(event.Master), selfSigning: s.public(event.SelfSigning),
		userSigning: s.public(event.UserSigning), wasVerified: true, json: master}
	i.master, i.vouched = i.pinned, i.pinned
	own.identity = i
	w.keep(own)
	if err := w.signDevice(w.deviceKeys(), w.user, w.device); err != nil {
		return err
	}
	w.state.changes++
	w.emit(IdentityEvent{w.user})
	return w.commit(ctx)
}

// outTime is how long an upload that may be under way is waited for at a time, in
// milliseconds: the user may have to find a password.
const outTime = 60_000

// dropIdentity forgets the private cross-signing keys, and what they were to sign.
func (w *work) dropIdentity() {
	for _, r := range slices.Clone(w.state.queue.order) {
		if r.Kind == SigningUpload || r.Kind == SignaturesUpload {
			w.dequeue(r.ID)
		}
	}
	w.state.secrets.wipe()
	w.keep(w.state.secrets)
}

// supersede drops an identity of the own user that was made here and not published yet,
// if there is another one already, which it is not to replace. It is left alone while its
// upload may be under way: so own keys are asked for before it is given out, and again
// when the homeserver has refused it.
func (w *work) supersede(u *user, p published) {
	if u.id != w.user || u.identity == nil || p.master == nil || p.master.Key == u.identity.master {
		return
	}
	for _, r := range w.state.queue.order {
		if r.Kind == SigningUpload && !r.about.replaces {
			if r.out {
				u.failed(failure{after: outTime}, w.now()) // ask again then
				return
			}
			w.log(Warning, "another device has made an identity; that which was made here is dropped")
			w.dropIdentity()
			u.identity = nil
			return
		}
	}
}

// signingKeys is the body of device_signing/upload, and the master key in it.
func (w *work) signingKeys() (body, master []byte, err error) {
	s := w.state.secrets
	unsigned := func(usage event.Usage) *object {
		key := s.public(usage).String()
		o := newObject(512).open("keys").text(ed25519+key, key).close()
		return o.raw("usage", textArray([]string{string(usage)})).text("user_id", w.user)
	}
	o := newObject(2048)
	for _, usage := range usages {
		signer, sign := ed25519+s.public(event.Master).String(), s.sign
		signature, err := keys.Ed25519Signature{}, error(nil)
		if usage == event.Master {
			// This device vouches for it, until others do.
			signer = ed25519 + w.device
			signature, err = event.Sign(unsigned(usage).done(), w.state.own.account.Sign)
		} else {
			signature, err = sign(event.Master, unsigned(usage).done())
		}
		if err != nil {
			return nil, nil, err
		}
		key := unsigned(usage).signatures(w.user, signer, signature).done()
		if usage == event.Master {
			master = key
		}
		o.raw(string(usage)+"_key", key)
	}
	return o.done(), master, nil
}

// signDevice has an own device signed by the identity.
func (w *work) signDevice(json []byte, user, device string) error {
	self := w.state.secrets
	signature, err := self.sign(event.SelfSigning, json)
	if err != nil {
		return err
	}
	signed, err := addSignature(json, w.user, ed25519+self.public(event.SelfSigning).String(), signature)
	if err != nil {
		return err
	}
	w.uploadSignature(user, device, signed)
	if d := w.userNamed(user).devices[device]; d != nil {
		d.signedBy, d.json = self.public(event.SelfSigning), signed
		w.keep(w.userNamed(user))
	}
	return nil
}

// addSignature is an object with one more signature, and without what the homeserver
// added.
func addSignature(json []byte, user, keyID string, s keys.Ed25519Signature) ([]byte, error) {
	v := parseObject(json)
	unsigned, err := strictjson.AppendCanonical(nil, v, "signatures", "unsigned")
	if err != nil {
		return nil, ErrFormat
	}
	o := object{unsigned[:len(unsigned)-1]}
	o.open("signatures")
	mine := false
	for signer, signatures := range v.Get("signatures").Members() {
		o.open(signer)
		for id, signature := range signatures.Members() {
			if signer != user || id != keyID {
				o.raw(id, signature.Raw())
			}
		}
		if signer == user {
			o.text(keyID, s.String())
			mine = true
		}
		o.close()
	}
	if !mine {
		o.open(user).text(keyID, s.String()).close()
	}
	return o.close().done(), nil
}

// uploadSignature queues what was signed: a device by its id, or a master key.
//
// https://spec.matrix.org/latest/client-server-api/#post_matrixclientv3keyssignaturesupload
func (w *work) uploadSignature(user, id string, signed []byte) {
	body := newObject(len(signed)+256).open(user).raw(id, signed).close().done()
	w.enqueue(SignaturesUpload, newID(), "POST", clientAPI+"keys/signatures/upload", body, subject{})
}

// signingUploaded is called when the homeserver has the identity: it is asked for
// then like that of others, so that what is known of it is what others see.
func (w *work) signingUploaded() { w.outdate(w.userNamed(w.user)) }

// VerifyDevice notes that the fingerprint of a device, its Ed25519 key, was compared,
// and is the one given here. A device of the own user is signed by the user's identity as well, if its private keys are here,
// so that others trust it, too; outgoing requests publish that. Blocking it ends. It
// returns [ErrUnknownDevice], [ErrMismatchedKeys] if the fingerprint is another one, or
// [ErrFormat] for a user id that cannot be.
func (m *Machine) VerifyDevice(ctx context.Context, userID, deviceID, fingerprint string) error {
	w, u, err := m.beginUser(ctx, userID)
	if err != nil {
		return err
	}
	defer w.end()
	d := u.device(deviceID)
	if d == nil {
		return ErrUnknownDevice
	}
	if d.ed25519.String() != fingerprint {
		return ErrMismatchedKeys
	}
	d.verified, d.blocked = true, false
	w.keep(u)
	if userID == w.user && w.state.secrets.has(event.SelfSigning) && w.verifiedIdentity(u) {
		if err := w.signDevice(d.json, userID, deviceID); err != nil {
			return err
		}
	}
	w.state.changes++
	w.emit(DevicesChanged{[]string{userID}})
	return w.commit(ctx)
}

// UnverifyDevice takes back what [Machine.VerifyDevice] has noted. A signature of the
// user's identity that was published stays, and with it the trust that others, and this
// device, have in one of the user's own: block that, or log it out. It returns
// [ErrUnknownDevice], also for this device itself, or [ErrFormat] for a user id that
// cannot be.
func (m *Machine) UnverifyDevice(ctx context.Context, userID, deviceID string) error {
	w, u, err := m.beginUser(ctx, userID)
	if err != nil {
		return err
	}
	defer w.end()
	d := u.device(deviceID)
	if d == nil || userID == w.user && deviceID == w.device {
		return ErrUnknownDevice
	}
	if !d.verified {
		return nil
	}
	d.verified = false
	w.keep(u)
	w.state.changes++
	w.emit(DevicesChanged{[]string{userID}})
	return w.commit(ctx)
}

// VerifyUser notes that the master key of a user was compared, and is the one given
// here, and signs it, so that all devices of the own user trust it. For the own user it notes that the identity is
// the right one, and makes this device say so. Outgoing requests publish the
// signature. It returns [ErrUnknownUser], [ErrMismatchedKeys] if the master key is
// another one, as after somebody has exchanged it meanwhile, or [ErrNoIdentity] if the
// private key to sign with is not here.
func (m *Machine) VerifyUser(ctx context.Context, userID, masterKey string) error {
	w, u, err := m.beginUser(ctx, userID)
	if err != nil {
		return err
	}
	defer w.end()
	i := u.identity
	if i == nil {
		return ErrUnknownUser
	}
	if i.master.String() != masterKey {
		return ErrMismatchedKeys
	}
	keyID, vouched := ed25519+w.device, i.master
	var signature keys.Ed25519Signature
	if userID == w.user {
		signature, err = event.Sign(i.json, w.state.own.account.Sign)
	} else {
		own := w.userNamed(w.user).identity
		vouched = w.state.secrets.public(event.UserSigning)
		if own == nil || vouched == noKey || vouched != own.userSigning {
			return ErrNoIdentity // or that of an identity which is no more
		}
		keyID = ed25519 + vouched.String()
		signature, err = w.state.secrets.sign(event.UserSigning, i.json)
	}
	if err != nil {
		return err
	}
	signed, err := addSignature(i.json, w.user, keyID, signature)
	if err != nil {
		return err
	}
	w.uploadSignature(userID, i.master.String(), signed)
	i.json, i.pinned, i.vouched, i.wasVerified = signed, i.master, vouched, true
	w.state.changes++
	w.keep(u)
	w.emit(IdentityEvent{userID})
	return w.commit(ctx)
}

// abandon forgets what a step has changed in memory.
func (w *work) abandon(err error) error {
	w.forget()
	return err
}

// ExportCrossSigningKeys returns the seeds of the private cross-signing keys, 32 bytes
// each, nil for one that is not here. Matrix keeps and shares them in base64. They are
// secrets, by which their holder becomes the user; the caller wipes them.
func (m *Machine) ExportCrossSigningKeys(ctx context.Context) (master, selfSigning, userSigning []byte, err error) {
	w, err := m.begin(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	defer w.end()
	var all [3][]byte
	for n, usage := range usages {
		if seed, ok := w.state.secrets.seeds[usage]; ok {
			all[n] = append([]byte(nil), seed.Array()[:]...)
		}
	}
	return all[0], all[1], all[2], nil
}

// ImportCrossSigningKeys takes over private cross-signing keys, as the seeds that
// another own device exported; nil for one that is not there. They must belong to
// the identity that the user has: else it returns [ErrMismatchedKeys], or
// [ErrUnknownUser] if none is known yet, or [ErrFormat] for a seed that has not 32
// bytes. With the master key the identity counts as verified; with the self-signing
// key this device is signed, which outgoing requests publish. The caller wipes what it
// passed.
func (m *Machine) ImportCrossSigningKeys(ctx context.Context, master, selfSigning, userSigning []byte) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	own := w.userNamed(w.user)
	if own.identity == nil {
		return ErrUnknownUser
	}
	given := newCrossSigning()
	for n, seed := range [][]byte{master, selfSigning, userSigning} {
		if len(seed) == 32 {
			given.seeds[usages[n]] = secret.Of((*[32]byte)(seed))
		} else if seed != nil {
			given.wipe()
			return ErrFormat
		}
	}
	i := own.identity
	for n, public := range []keys.Ed25519PublicKey{i.master, i.selfSigning, i.userSigning} {
		if given.has(usages[n]) && given.public(usages[n]) != public {
			given.wipe()
			return ErrMismatchedKeys
		}
	}
	for usage, seed := range given.seeds {
		w.state.secrets.seeds[usage] = seed
	}
	w.keep(w.state.secrets)
	if given.has(event.Master) {
		i.vouched, i.pinned, i.wasVerified = i.master, i.master, true
		w.keep(own)
	}
	if given.has(event.SelfSigning) {
		if err := w.signDevice(w.deviceKeys(), w.user, w.device); err != nil {
			return w.abandon(err)
		}
	}
	w.state.changes++
	w.emit(IdentityEvent{w.user})
	return w.commit(ctx)
}
