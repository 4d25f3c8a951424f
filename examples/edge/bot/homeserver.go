package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// What a request may cost.
const (
	requestLimit = 20 * time.Second
	maxAnswer    = 32 << 20 // bytes; a first sync can be large
)

// homeserver is where the bot has its account.
type homeserver struct {
	url   string
	token string
	http  *http.Client
}

// refusal is an answer that would be the same again: it has no use to ask once more.
type refusal struct {
	status  int
	errcode string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the homeserver refused: %d %s", r.status, r.errcode)
}

// errAway means that the homeserver cannot be reached, or cannot help itself now.
var errAway = errors.New("the homeserver does not answer")

// away is errAway with how long the homeserver asks to be left alone.
type away struct {
	cause error
	pause time.Duration
}

func (a *away) Error() string { return errAway.Error() + ": " + a.cause.Error() }
func (a *away) Unwrap() error { return errAway }

// do sends a request, and returns whatever is answered.
func (h *homeserver) do(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, h.url+path, reader)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer "+h.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := h.http.Do(req)
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return 0, nil, &away{cause: u.Err} // without the address, which holds a position in the stream
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return 0, nil, &away{cause: err}
	}
	if len(answer) > maxAnswer {
		return 0, nil, &away{cause: errors.New("its answer has no end")}
	}
	return res.StatusCode, answer, nil
}

// ask sends a request that is to succeed, and reads the answer.
func (h *homeserver) ask(ctx context.Context, method, path string, request, answer any) error {
	var body []byte
	if request != nil {
		var err error
		if body, err = json.Marshal(request); err != nil {
			return err
		}
	}
	status, text, err := h.do(ctx, method, path, body)
	if err != nil {
		return err
	}
	if err := failure(status, text); err != nil {
		return err
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return &away{cause: errors.New("something else answers")}
	}
	return nil
}

// failure says what an answer means, nil if it is a good one.
func failure(status int, answer []byte) error {
	if status >= 200 && status < 300 {
		return nil
	}
	var said struct {
		Errcode string  `json:"errcode"`
		Pause   float64 `json:"retry_after_ms"`
	}
	json.Unmarshal(answer, &said) // an answer that says nothing is one, too
	if status == http.StatusTooManyRequests || status >= 500 {
		pause := time.Duration(min(max(said.Pause, 0), 900_000)) * time.Millisecond
		return &away{cause: fmt.Errorf("%d %s", status, said.Errcode), pause: pause}
	}
	if said.Errcode == "" && status != http.StatusUnauthorized && status != http.StatusRequestEntityTooLarge {
		// A homeserver gives a code. Something in front of it does not, such as a proxy
		// while it is installed anew: no message is lost for that.
		return &away{cause: fmt.Errorf("something else answers: %d", status)}
	}
	return &refusal{status: status, errcode: said.Errcode}
}

// inRoom is the path of a request about a room.
func inRoom(room string, parts ...string) string {
	path := "/_matrix/client/v3/rooms/" + url.PathEscape(room)
	for _, p := range parts {
		path += "/" + url.PathEscape(p)
	}
	return path
}

// members are the users who are to read what is sent to a room: who has joined, and
// who is invited where they will see what came before.
func (h *homeserver) members(ctx context.Context, room string, invitedToo bool) ([]string, error) {
	var answer struct {
		Chunk []struct {
			UserID  string `json:"state_key"`
			Content struct {
				Membership string `json:"membership"`
			} `json:"content"`
		} `json:"chunk"`
	}
	if err := h.ask(ctx, "GET", inRoom(room, "members")+"?not_membership=leave", nil, &answer); err != nil {
		return nil, err
	}
	var members []string
	for _, m := range answer.Chunk {
		if is := m.Content.Membership; is == "join" || is == "invite" && invitedToo {
			members = append(members, m.UserID)
		}
	}
	return members, nil
}
