//go:build js && wasm

package main

import (
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

//go:wasmexport session_create_outbound
func sessionCreateOutbound(session, account, identityKey, oneTimeKey int32) int32 {
	return do(func() error {
		theirIdentityKey, err := keys.ParseCurve25519(text(0, identityKey))
		if err != nil {
			return err
		}
		theirOneTimeKey, err := keys.ParseCurve25519(text(identityKey, oneTimeKey))
		if err != nil {
			return err
		}
		objects[session], err = object[*olm.Account](account).NewOutboundSession(theirIdentityKey, theirOneTimeKey, olm.Version1)
		return err
	})
}

// sessionCreateInbound returns the plaintext of the message.
//
//go:wasmexport session_create_inbound
func sessionCreateInbound(session, account, identityKey, body int32) int32 {
	return reply(func() (plaintext []byte, err error) {
		theirIdentityKey, err := keys.ParseCurve25519(text(0, identityKey))
		if err != nil {
			return nil, err
		}
		message, err := olm.ParseMessage(int(olm.PreKey), text(identityKey, body))
		if err != nil {
			return nil, err
		}
		objects[session], plaintext, err = object[*olm.Account](account).NewInboundSession(theirIdentityKey, message, olm.Version1)
		return plaintext, err
	})
}

// messageType is that of the latest message encrypted.
var messageType olm.MessageType

//go:wasmexport session_message_type
func sessionMessageType() int32 { return int32(messageType) }

//go:wasmexport session_encrypt
func sessionEncrypt(session, plaintext int32) int32 {
	return reply(func() (string, error) {
		message, err := object[*olm.Session](session).Encrypt(argument(0, plaintext))
		messageType = message.Type
		return message.Base64(), err
	})
}

//go:wasmexport session_decrypt
func sessionDecrypt(session, messageType, body int32) int32 {
	return reply(func() ([]byte, error) {
		message, err := olm.ParseMessage(int(messageType), text(0, body))
		if err != nil {
			return nil, err
		}
		return object[*olm.Session](session).Decrypt(message)
	})
}
