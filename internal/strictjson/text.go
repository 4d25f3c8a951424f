package strictjson

import (
	"unicode/utf16"
	"unicode/utf8"
)

// unescape returns the content of a text, which was checked before.
func unescape(text []byte) []byte {
	result := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if text[i] != '\\' {
			result = append(result, text[i])
			i++
			continue
		}
		if c := unescaped(text[i+1]); c != 0 {
			result = append(result, c)
			i += 2
			continue
		}
		r, n := unicodeEscape(text[i:])
		result = utf8.AppendRune(result, r)
		i += n
	}
	return result
}

// unescaped returns what a letter behind a backslash stands for, or 0.
func unescaped(c byte) byte {
	switch c {
	case '"', '\\', '/':
		return c
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return 0
}

// unicodeEscape returns the character that text begins with as \u and four
// digits, or as two of these for a pair of surrogates, and the length of that:
// 0 if it is none.
func unicodeEscape(text []byte) (r rune, n int) {
	r, ok := codeUnit(text)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	low, ok := codeUnit(text[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0 // alone, it is no character
	}
	return r, 12
}

func codeUnit(text []byte) (r rune, ok bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	for _, c := range text[2:6] {
		switch {
		case isDigit(c):
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// AppendText appends a text as canonical JSON has it: in quotation marks, with
// nothing escaped but these, the backslash, and control characters. It must be
// UTF-8.
func AppendText[T string | []byte](dst []byte, text T) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	plain := 0 // where what needs no escaping begins
	for i := range len(text) {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, text[plain:i]...)
		plain = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(dst, text[plain:]...), '"')
}
