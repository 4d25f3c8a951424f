package bot

import (
	"errors"
	"strings"
	"testing"
	"time"
)

const good = `{"homeserver":"https://matrix.example.org/","user_id":"@a:example.org","device_id":"D","access_token":"t",
	"key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","secret":"sixteen letters!","allowed":["@b:example.org"]}`

func TestConfig(t *testing.T) {
	c, err := ParseConfig([]byte(good))
	if err != nil || c.Homeserver != "https://matrix.example.org" || c.Busy != 2 || c.Quiet != 4 {
		t.Errorf("%+v, %v", c, err)
	}
	for old, new := range map[string]string{
		"https://":         "ftp://",
		"matrix.":          " ",
		"@a:example.org":   "",
		`"device_id":"D",`: "",
		`"t"`:              `""`,
		"AAAA=":            "AAA=",
		"AAAAA=":           "=",
		"sixteen letters!": "fifteen letters",
		`"allowed"`:        `"alowed"`,
		`"t",`:             `"t","busy":10,"quiet":5,`,
		`"device_id"`:      `"quiet":3601,"device_id"`,
		"{":                "",
	} {
		bad := strings.Replace(good, old, new, 1)
		if c, err := ParseConfig([]byte(bad)); err == nil {
			t.Errorf("%s: %+v", bad, c)
		} else if strings.Contains(err.Error(), "sixteen") {
			t.Errorf("the error tells the secret: %v", err)
		}
	}
}

func TestPace(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p := pace{now: func() time.Time { return now }, busy: 2 * time.Second, quiet: 4 * time.Second}
	wants := func(what string, err error, least, most time.Duration) {
		t.Helper()
		if got := p.next(err); got < least || got > most {
			t.Errorf("%s: %v", what, got)
		}
	}
	wants("quiet", nil, 4*time.Second, 4*time.Second)
	p.stir()
	wants("busy", nil, 2*time.Second, 2*time.Second)
	if p.soon() != 2*time.Second {
		t.Errorf("soon is %v", p.soon())
	}
	for i := range 30 {
		wait := min(2*time.Second<<i, maxPause)
		if i > 20 {
			wait = maxPause
		}
		wants("a failure", errAway, wait, wait*5/4)
	}
	if p.soon() != maxPause {
		t.Errorf("while it fails, soon is %v", p.soon())
	}
	wants("a pause that is asked for", &away{cause: errors.New(""), pause: time.Hour}, time.Hour, 2*time.Hour)
	wants("busy again", nil, 2*time.Second, 2*time.Second)
	now = now.Add(calm)
	wants("quiet again", nil, 4*time.Second, 4*time.Second)
}
