package strictjson

import "bytes"

// walker goes through a text that was checked before, so that it need not expect
// anything else.
type walker struct {
	text []byte
	at   int
}

// more moves to the next value, past a comma, and reports whether there is one
// before the end.
func (w *walker) more(end byte) bool {
	w.space()
	w.skip(',')
	return w.text[w.at] != end
}

// skip moves past a byte, if it comes next, and the space around it.
func (w *walker) skip(c byte) {
	w.space()
	if w.text[w.at] == c {
		w.at++
		w.space()
	}
}

func (w *walker) space() {
	for {
		switch w.text[w.at] {
		case ' ', '\t', '\n', '\r':
			w.at++
		default:
			return
		}
	}
}

// next returns the value that comes next, and moves past it.
func (w *walker) next() Value {
	start := w.at
	switch w.text[w.at] {
	case '"':
		w.quoted()
	case '{', '[':
		w.nested()
	default:
		w.word()
	}
	return Value{w.text[start:w.at:w.at]}
}

func (w *walker) quoted() {
	w.at++
	for {
		rest := w.text[w.at:]
		end := bytes.IndexByte(rest, '"')
		escape := bytes.IndexByte(rest[:end], '\\')
		if escape < 0 {
			w.at += end + 1
			return
		}
		w.at += escape + 2
	}
}

// nested moves past an array or an object, of which it counts the brackets.
func (w *walker) nested() {
	depth := 0
	for {
		switch w.text[w.at] {
		case '"':
			w.quoted()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		w.at++
		if depth == 0 {
			return
		}
	}
}

// word moves past a number, true, false or null. At the end of the whole text
// nothing follows.
func (w *walker) word() {
	for ; w.at < len(w.text); w.at++ {
		switch w.text[w.at] {
		case ',', ']', '}', ' ', '\t', '\n', '\r':
			return
		}
	}
}
