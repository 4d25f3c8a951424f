//go:build !js

package simulation

const runs = 30
