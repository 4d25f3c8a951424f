module github.com/mudpuppy-e2ee/mudpuppy

go 1.26.0

require (
	filippo.io/edwards25519 v1.2.0
	github.com/syumai/workers v0.31.0
	golang.org/x/crypto v0.58.0
)

require golang.org/x/sys v0.49.0 // indirect
