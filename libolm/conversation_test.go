package libolm

import (
	"errors"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

type conversationCase struct {
	ID, What   string
	Key        vectors.Hex `json:"pickle_key_hex"`
	Alice, Bob conversationParty
	Steps      []conversationStep
}

type conversationParty struct {
	Random            vectors.Hex  `json:"random_hex"`
	OneTimeKeysRandom vectors.Hex  `json:"one_time_keys_random_hex"`
	OneTimeKeys       *publicKeys  `json:"one_time_keys"`
	IdentityKeys      identityKeys `json:"identity_keys"`
	AccountPickle     string       `json:"account_pickle_b64"`
}

type conversationStep struct {
	Op, By, What   string
	Random         vectors.Hex `json:"random_hex"`
	OutboundRandom vectors.Hex `json:"outbound_random_hex"` // of an outbound session that is not recorded
	IdentityKey    string      `json:"identity_key_b64"`
	TheirIdentity  string      `json:"their_identity_key_b64"`
	TheirOneTime   string      `json:"their_one_time_key_b64"`
	SessionID      string      `json:"session_id_b64"`
	Count          int
	Message        *int   // the number of an encrypt step
	MessageType    *int   `json:"message_type"`
	Body           string `json:"message_b64"`
	Plaintext      string
	Expect         string
	LibolmError    string `json:"libolm_error"`
	Matches        *bool  `json:"matches_inbound"`
	Result         bool   // of matches_inbound_from
	Received       *bool  `json:"has_received_message"`
	SessionPickle  string `json:"session_pickle_b64"`
	AccountPickle  string `json:"account_pickle_after_removal_b64"`
	Describe       string
}

// party is one side of a conversation.
type party struct {
	account *olm.Account
	session *olm.Session

	// libolm makes a session without decrypting, and so has a further step for
	// the message that made it.
	first     int
	plaintext []byte
}

type conversation struct {
	*testing.T
	id       string
	key      []byte
	parties  map[string]*party
	messages map[int]olm.Message
}

// TestConversations repeats with the same random bytes what two sides that
// used libolm did, and compares messages, plaintexts, errors and pickles.
func TestConversations(t *testing.T) {
	for _, s := range vectors.Load[strict[conversationCase]](t, "generated_by_libolm/olm_conversation.json") {
		c := s.v
		t.Run(c.ID, func(t *testing.T) {
			r := conversation{t, c.ID, c.Key, make(map[string]*party), make(map[int]olm.Message)}
			r.parties["alice"] = r.newParty(&c.Alice)
			r.parties["bob"] = r.newParty(&c.Bob)
			for i, step := range c.Steps {
				withRandom(t, step.Random, func() { r.run(&step) })
				if t.Failed() {
					t.Fatalf("at step %d: %s by %s", i, step.Op, step.By)
				}
			}
		})
	}
}

func (r *conversation) newParty(v *conversationParty) *party {
	p := &party{first: -1}
	withRandom(r.T, v.Random, func() { p.account = olm.NewAccount() })
	withRandom(r.T, v.OneTimeKeysRandom, func() {
		must[[]olm.OneTimeKey](r.T)(p.account.GenerateOneTimeKeys(len(v.OneTimeKeysRandom) / 32))
	})
	equal(r.T, "identity keys", publicIdentity(p.account), v.IdentityKeys)
	if v.OneTimeKeys != nil {
		equalKeys(r.T, "one-time keys", p.account.OneTimeKeys(), *v.OneTimeKeys)
	}
	equal(r.T, "account pickle", must[string](r.T)(PickleAccount(p.account, r.key)), v.AccountPickle)
	return p
}

func (r *conversation) run(s *conversationStep) {
	p := r.parties[s.By]
	switch s.Op {
	case "create_outbound":
		r.createOutbound(p, s)
	case "create_inbound":
		r.createInbound(p, s)
	case "create_inbound_refused", "create_inbound_from_refused":
		r.createInboundRefused(p, s)
	case "encrypt":
		r.encrypt(p, s)
	case "encrypt_many":
		for range s.Count {
			must[olm.Message](r.T)(p.session.Encrypt([]byte(s.Plaintext)))
		}
	case "decrypt":
		r.decrypt(p, s)
	case "matches_inbound_from":
		identity := must[keys.Curve25519PublicKey](r.T)(keys.ParseCurve25519(s.IdentityKey))
		equal(r.T, "matches", p.session.MatchesInboundFrom(identity, r.messages[*s.Message]), s.Result)
	case "pickle":
		equal(r.T, "session pickle", must[string](r.T)(PickleSession(p.session, r.key)), s.SessionPickle)
		equal(r.T, p.session.Describe()+" is "+s.Describe, describes(p.session.Describe(), s.Describe), true)
		// From here on it goes on as what libolm pickled.
		p.session = must[*olm.Session](r.T)(UnpickleSession(s.SessionPickle, r.key))
	default:
		r.Fatal("unknown step")
	}
}

// describes reports whether a description says of the receiving side what
// libolm's does. That has no commas, ends in dots where it grows too long, and
// shows a meaningless index where there is no sender chain.
func describes(got, libolm string) bool {
	_, got, _ = strings.Cut(strings.ReplaceAll(got, ",", ""), "receiver")
	_, want, _ := strings.Cut(libolm, "receiver")
	if cut, long := strings.CutSuffix(want, "..."); long {
		return strings.HasPrefix(got, cut)
	}
	return got == want
}

func (r *conversation) createOutbound(p *party, s *conversationStep) {
	identity := must[keys.Curve25519PublicKey](r.T)(keys.ParseCurve25519(s.TheirIdentity))
	oneTime := must[keys.Curve25519PublicKey](r.T)(keys.ParseCurve25519(s.TheirOneTime))
	p.session = must[*olm.Session](r.T)(p.account.NewOutboundSession(identity, oneTime, olm.Version1))
	equal(r.T, "session id", p.session.ID(), s.SessionID)
}

func (r *conversation) createInbound(p *party, s *conversationStep) {
	message := r.messages[*s.Message]
	sender := must[olm.SessionKeys](r.T)(message.SessionKeys()).IdentityKey
	var err error
	p.session, p.plaintext, err = p.account.NewInboundSession(sender, message, olm.Version1)
	if err != nil {
		r.Fatal(err)
	}
	p.first = *s.Message
	equal(r.T, "session id", p.session.ID(), s.SessionID)
	equal(r.T, "matches", p.session.MatchesInbound(message), *s.Matches)
	equal(r.T, "account pickle", must[string](r.T)(PickleAccount(p.account, r.key)), s.AccountPickle)
}

func (r *conversation) createInboundRefused(p *party, s *conversationStep) {
	message := must[olm.Message](r.T)(olm.ParseMessage(int(olm.PreKey), s.Body))
	sender := must[olm.SessionKeys](r.T)(message.SessionKeys()).IdentityKey
	if s.IdentityKey != "" {
		sender = must[keys.Curve25519PublicKey](r.T)(keys.ParseCurve25519(s.IdentityKey))
	}
	if s.OutboundRandom != nil {
		r.checkOutbound(s, message)
	}
	before := must[string](r.T)(PickleAccount(p.account, r.key))
	_, _, err := p.account.NewInboundSession(sender, message, olm.Version1)
	r.refused(s, err)
	equal(r.T, "account pickle", must[string](r.T)(PickleAccount(p.account, r.key)), before)
}

// checkOutbound makes the session of a message that is to be refused.
func (r *conversation) checkOutbound(s *conversationStep, message olm.Message) {
	want := must[olm.SessionKeys](r.T)(message.SessionKeys())
	withRandom(r.T, s.OutboundRandom, func() {
		bob := r.parties["bob"].account.Curve25519Key()
		session := must[*olm.Session](r.T)(r.parties["alice"].account.NewOutboundSession(bob, want.OneTimeKey, olm.Version1))
		equal(r.T, "session keys", session.Keys(), want)
	})
}

func (r *conversation) encrypt(p *party, s *conversationStep) {
	message := must[olm.Message](r.T)(p.session.Encrypt([]byte(s.Plaintext)))
	r.messages[*s.Message] = message
	equal(r.T, "type", int(message.Type), *s.MessageType)
	equal(r.T, "message", message.Base64(), s.Body)
	if s.Received != nil {
		equal(r.T, "received", p.session.HasReceivedMessage(), *s.Received)
	}
}

func (r *conversation) decrypt(p *party, s *conversationStep) {
	before := must[string](r.T)(PickleSession(p.session, r.key))
	var plaintext []byte
	var err error
	switch {
	case s.Message == nil:
		var message olm.Message
		if message, err = olm.ParseMessage(*s.MessageType, s.Body); err == nil {
			plaintext, err = p.session.Decrypt(message)
		}
	case *s.Message == p.first:
		plaintext, p.first = p.plaintext, -1
	default:
		plaintext, err = p.session.Decrypt(r.messages[*s.Message])
	}
	if s.Expect == "ok" {
		if err != nil {
			r.Fatal(err)
		}
		equal(r.T, "plaintext", string(plaintext), s.Plaintext)
		return
	}
	r.refused(s, err)
	equal(r.T, "session pickle", must[string](r.T)(PickleSession(p.session, r.key)), before)
}

// refused checks the error of a step against libolm's.
func (r *conversation) refused(s *conversationStep, err error) {
	want := map[string]error{
		"BAD_MESSAGE_MAC":     olm.ErrMAC,
		"BAD_MESSAGE_VERSION": olm.ErrVersion,
		"BAD_MESSAGE_FORMAT":  olm.ErrFormat,
		"BAD_MESSAGE_KEY_ID":  olm.ErrUnknownOneTimeKey,
		"INVALID_BASE64":      olm.ErrFormat,
	}[s.LibolmError]
	// Where libolm says BAD_MESSAGE_MAC, BAD_MESSAGE_KEY_ID for short, the
	// errors here name the reason.
	named := map[string]error{
		"skipped_out_of_order": olm.ErrMessageKeyGone,
		"skipped_key_limit":    olm.ErrMessageKeyGone,
		"message_gap_limit":    olm.ErrMessageGap,
		"altered not base64":   olm.ErrFormat,
		"one_time_key_used_up create_inbound_from_refused": olm.ErrIdentityKey,
	}
	for _, name := range []string{r.id, r.id + " " + s.What, r.id + " " + s.Op} {
		if named[name] != nil {
			want = named[name]
		}
	}
	if want == nil || !errors.Is(err, want) {
		r.Errorf("%s: got %v, want %v (libolm: %s)", s.What, err, want, s.LibolmError)
	}
}
