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
	} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("the story lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(told.String())
	}
}
