package arith

// Constants of edwards25519 (RFC 7748, section 4.1, and RFC 8032, section 5.1).
var (
	// curveD is d of the curve equation y² - x² = 1 + d x² y².
	curveD = element{0xd37284035978a3, 0x6a0a0e03156ebd, 0x179e8980001c029, 0x1ce719803a03cbb, 0x1480db302e2b6ff}

	twiceD = element{0x1a6e50902b2f159, 0xd4141d022add7a, 0xf3d13000038052, 0x19ce33103407977, 0x901b6701c56dff}

	// rootOfMinusOne is the square root of -1 that is even.
	rootOfMinusOne = element{0x186c9d2020ea0b0, 0x35697f008f189d, 0x1fbd7a700bd0c60, 0x1e1656902804c9e, 0xae0c920004fc1d}

	// The coordinates of the base point.
	baseX = element{0x18b58230325d51a, 0x104a92d00f6592a, 0x1d6dc5c01a4b31d, 0x7fd814027118fe, 0x85a4db013cd6e5}
	baseY = element{0x199999902666658, 0x133333300cccccc, 0x66666601999999, 0xcccccc03333333, 0x199999902666666}
)
