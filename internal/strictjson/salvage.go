package strictjson

// Salvage returns a text in which those values are null that would not parse, as far
// as they stand at one of some levels: the whole is at level 0, its members at 1. So
// what one stranger has written does not spoil an answer with the words of many. It
// returns the error of [Parse] if the rest does not parse either.
func Salvage(text []byte, levels ...int) ([]byte, error) {
	s := scanner{text: text, salvage: levels}
	s.space()
	s.value(0)
	s.space()
	if s.err == nil && s.at != len(text) {
		s.err = ErrSyntax
	}
	if s.err != nil {
		return nil, s.err
	}
	rest := make([]byte, 0, len(text))
	end := 0
	for _, c := range s.cuts {
		rest = append(append(rest, text[end:c.start]...), "null"...)
		end = c.end
	}
	return append(rest, text[end:]...), nil
}

// cut is a part of a text that is taken out.
type cut struct{ start, end int }

// rescue goes on behind a value that did not parse, and notes that it is to be taken
// out. It fails for good if there is no telling where the value ends.
func (s *scanner) rescue(start int) {
	end := skim(s.text, start)
	if end < 0 {
		return
	}
	for n := len(s.cuts); n > 0 && s.cuts[n-1].start >= start; n-- {
		s.cuts = s.cuts[:n-1] // they are part of this one
	}
	s.cuts = append(s.cuts, cut{start, end})
	s.at, s.err = end, nil
}

// skim returns where a value ends of which only quotation marks and brackets are looked
// at, or -1.
func skim(text []byte, at int) int {
	depth := 0
	for at < len(text) {
		switch text[at] {
		case '"':
			if at = skimQuoted(text, at); at < 0 {
				return -1
			}
			if depth == 0 {
				return at
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return at // a word
			}
		}
		if depth < 0 {
			return at // behind a word
		}
		at++
		if depth == 0 && (text[at-1] == '}' || text[at-1] == ']') {
			return at
		}
	}
	return -1
}

func skimQuoted(text []byte, at int) int {
	for at++; at < len(text); at++ {
		switch text[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return -1
}
