package main

import (
	"encoding/base64"
	"fmt"
	"io"
)

// narrator writes the story down.
type narrator struct{ w io.Writer }

func (n narrator) chapter(sentence string) { fmt.Fprintf(n.w, "\n%s\n", sentence) }

func (n narrator) line(sentence string) { fmt.Fprintf(n.w, "    %s\n", sentence) }

func (n narrator) fact(name string, value any) { n.line(fmt.Sprintf("%-16s %v", name+":", value)) }

func (n narrator) serverSees(ciphertext []byte) {
	text := base64.RawStdEncoding.EncodeToString(ciphertext)
	n.fact("the server sees", fmt.Sprintf("%.40s… (%d bytes)", text, len(ciphertext)))
}

func (n narrator) reads(who string, plaintext []byte) {
	n.fact(who+" reads", fmt.Sprintf("%q", plaintext))
}
