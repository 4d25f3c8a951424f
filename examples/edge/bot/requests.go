package bot

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// rounds is how often one thing may follow from another.
const rounds = 20

// pump sends what the machine has to send, until it has nothing. What fails the
// machine gives out again after a while; the error is the first that may be cured by
// waiting.
func (b *Bot) pump(ctx context.Context) error {
	for range rounds {
		requests, err := b.machine.OutgoingRequests(ctx)
		if err != nil || len(requests) == 0 {
			return err
		}
		for _, r := range requests {
			if err := b.send(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *Bot) send(ctx context.Context, r machine.Request) error {
	status, answer, err := b.homeserver.do(ctx, r.Method, r.Path, r.Body)
	if err == nil && status == 401 && r.Kind == machine.SigningUpload && b.config.Password != "" {
		status, answer, err = b.authenticate(ctx, r, answer)
	}
	if err != nil {
		return errors.Join(err, b.machine.MarkFailed(ctx, r.ID, 0, nil))
	}
	failed := failure(status, answer)
	if failed == nil {
		err := b.machine.MarkSent(ctx, r.ID, answer)
		if !errors.Is(err, machine.ErrFormat) {
			return err
		}
		failed = &away{cause: err} // what answers is no homeserver
	}
	b.log(string(r.Kind) + ": " + failed.Error())
	if err := b.machine.MarkFailed(ctx, r.ID, status, answer); err != nil {
		return err
	}
	if errors.Is(failed, errAway) {
		return failed
	}
	return nil
}

// authenticate sends a request again with the password, which the homeserver wants
// to see before it takes cross-signing keys.
//
// https://spec.matrix.org/latest/client-server-api/#user-interactive-authentication-api
func (b *Bot) authenticate(ctx context.Context, r machine.Request, challenge []byte) (int, []byte, error) {
	var asked struct {
		Session string `json:"session"`
	}
	var body map[string]any
	if err := errors.Join(json.Unmarshal(challenge, &asked), json.Unmarshal(r.Body, &body)); err != nil {
		return 0, nil, &away{cause: err}
	}
	body["auth"] = map[string]any{
		"type": "m.login.password", "session": asked.Session, "password": b.config.Password,
		"identifier": map[string]string{"type": "m.id.user", "user": b.config.UserID},
	}
	again, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	return b.homeserver.do(ctx, r.Method, r.Path, again)
}
