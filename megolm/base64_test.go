package megolm_test

import "encoding/base64"

func encodeBase64(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }
