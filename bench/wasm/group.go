//go:build js && wasm

package main

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

//go:wasmexport outbound_create
func outboundCreate(session int32) int32 {
	return do(func() error {
		objects[session] = megolm.NewOutboundSession(megolm.Version1)
		return nil
	})
}

//go:wasmexport outbound_session_key
func outboundSessionKey(session int32) int32 {
	return reply(func() (string, error) {
		key, err := object[*megolm.OutboundSession](session).SessionKey()
		if err != nil {
			return "", err
		}
		defer key.Wipe()
		return key.Base64(), nil
	})
}

//go:wasmexport outbound_encrypt
func outboundEncrypt(session, plaintext int32) int32 {
	return reply(func() (string, error) {
		message, err := object[*megolm.OutboundSession](session).Encrypt(argument(0, plaintext))
		return base64.Encode(message), err
	})
}

//go:wasmexport inbound_create
func inboundCreate(session, sessionKey int32) int32 {
	return do(func() error {
		key, err := megolm.ParseSessionKey(text(0, sessionKey))
		if err != nil {
			return err
		}
		defer key.Wipe()
		objects[session], err = megolm.NewInboundSession(key, megolm.Version1)
		return err
	})
}

//go:wasmexport inbound_import
func inboundImport(session, exported int32) int32 {
	return do(func() error {
		key, err := megolm.ParseExportedSessionKey(text(0, exported))
		if err != nil {
			return err
		}
		objects[session], err = megolm.ImportInboundSession(key, megolm.Version1)
		return err
	})
}

//go:wasmexport inbound_export
func inboundExport(session, index int32) int32 {
	return reply(func() (string, error) {
		key, err := object[*megolm.InboundSession](session).ExportAt(uint32(index))
		if err != nil {
			return "", err
		}
		return key.Base64(), nil
	})
}

// messageIndex is that of the latest message decrypted.
var messageIndex uint32

//go:wasmexport inbound_message_index
func inboundMessageIndex() int32 { return int32(messageIndex) }

//go:wasmexport inbound_decrypt
func inboundDecrypt(session, message int32) int32 {
	return reply(func() (plaintext []byte, err error) {
		body, err := base64.Decode(text(0, message))
		if err != nil {
			return nil, err
		}
		plaintext, messageIndex, err = object[*megolm.InboundSession](session).Decrypt(body)
		return plaintext, err
	})
}
