module github.com/mudpuppy-e2ee/mudpuppy

go 1.26

require filippo.io/edwards25519 v1.2.0
