package sas

// Decimals returns three numbers from 1000 to 9191, for users to compare who
// cannot compare emoji. It returns [ErrTheirKeyNotSet] or [ErrWiped].
//
// https://spec.matrix.org/latest/client-server-api/#sas-method-decimal
func (s *SAS) Decimals(info string) ([3]int, error) {
	if err := s.ready(); err != nil {
		return [3]int{}, err
	}
	var b [5]byte
	s.derive(b[:], info)
	return decimals(&b), nil
}

// decimals takes 13 bits for each number.
func decimals(b *[5]byte) [3]int {
	var bits uint64
	for _, v := range b {
		bits = bits<<8 | uint64(v)
	}
	var numbers [3]int
	for i := range numbers {
		numbers[i] = 1000 + int(bits>>(40-13*(i+1))&0x1fff)
	}
	return numbers
}
