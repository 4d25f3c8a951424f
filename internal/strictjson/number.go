package strictjson

// maxInteger is the largest number whose neighbours all programs can tell from
// it.
const maxInteger = 1<<53 - 1

// integer returns the value of a number, which was checked before, if it is whole
// and has a canonical form: 1e3 is 1000. Nothing is rounded.
func integer(text []byte) (n int64, ok bool) {
	negative := text[0] == '-'
	if negative {
		text = text[1:]
	}
	digits, exponent := significant(text)
	if digits == "" {
		return 0, true
	}
	if exponent < 0 || len(digits)+exponent > len("9007199254740991") {
		return 0, false
	}
	for i := range len(digits) + exponent {
		n *= 10
		if i < len(digits) {
			n += int64(digits[i] - '0')
		}
	}
	if n > maxInteger {
		return 0, false
	}
	if negative {
		n = -n
	}
	return n, true
}

// significant returns the digits of a number without zeros around them, and with
// which power of ten they count.
func significant(text []byte) (digits string, exponent int) {
	all := make([]byte, 0, len(text))
	point := false
	for i, c := range text {
		if c == 'e' || c == 'E' {
			exponent += power(text[i+1:])
			break
		}
		if c == '.' {
			point = true
			continue
		}
		if point {
			exponent--
		}
		if c != '0' || len(all) > 0 {
			all = append(all, c)
		}
	}
	for len(all) > 0 && all[len(all)-1] == '0' {
		all = all[:len(all)-1]
		exponent++
	}
	return string(all), exponent
}

// power reads an exponent. One that is far out of range stays so.
func power(text []byte) int {
	const far = 1 << 26 // ten times that fits into 32 bits
	n, negative := 0, text[0] == '-'
	for _, c := range text {
		if isDigit(c) {
			n = min(far, 10*n+int(c-'0'))
		}
	}
	if negative {
		return -n
	}
	return n
}
