//go:build js

package owner

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
)

// What those who share a lock say to each other.
const (
	question = "owner, are you there?"
	answer   = "here is the owner"
)

// channel is a BroadcastChannel. A nil one does nothing.
type channel struct {
	value  safejs.Value
	handle safejs.Func
}

// openChannel opens the channel of a name, and calls heard with each message
// that others post. It returns nil where there are no channels.
func openChannel(name string, heard func(message string)) *channel {
	value, err := browser.Get("BroadcastChannel").New(browser.Text(name))
	if err != nil {
		return nil
	}
	handle, err := safejs.FuncOf(func(_ safejs.Value, args []safejs.Value) any {
		if message, err := args[0].Get("data"); err == nil && message.Type() == safejs.TypeString {
			text, _ := message.String()
			heard(text)
		}
		return nil
	})
	if err == nil {
		err = value.Set("onmessage", handle)
	}
	if err != nil {
		return nil
	}
	return &channel{value, handle}
}

func (c *channel) post(message string) {
	if c != nil {
		c.value.Call("postMessage", message)
	}
}

func (c *channel) close() {
	if c != nil {
		c.value.Set("onmessage", safejs.Null())
		c.value.Call("close")
		c.handle.Release()
	}
}
