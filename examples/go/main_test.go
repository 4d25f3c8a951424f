package main

import (
	"strings"
	"testing"
)

func TestStory(t *testing.T) {
	var told strings.Builder
	if err := tell(&told); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`Bob reads:       "Hello Bob. Nobody else can read this."`,
		`Alice reads:     "Hello Alice. Shall we open a room?"`,
		`Bob reads:       "Welcome to our room!"`,
		`Bob refuses:     megolm: `,
		`Bob reads:       "See you at eight."`,
		`Bob's device:    reads "Hello Bob, from my device to yours."`,
		`trust:           shield none: pinned`,
		`Bob's device:    cannot read it: machine: another event had this index`,
		`Bob's device:    reads "Are we alone?"`,
		`the spy:         cannot read it: machine: the key for this event has not come`,
		`it is told:      The sender does not send to devices that their user has not signed.`,
	} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("the story lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(told.String())
	}
}
