//go:build !js

package testserver

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// cannotBeHad is the status with which the build ends where it has no sources.
const cannotBeHad = 77

// built is the path of Dendrite, or what kept it from being built.
var built = sync.OnceValues(func() (string, error) {
	folder, err := ownFolder()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(filepath.Join(folder, "dendrite", "build"))
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	return string(bytes.TrimSpace(output)), err
})

// dendrite returns the path of the program. Where that cannot be downloaded the
// test is skipped; where it cannot be built the test fails.
func dendrite(t testing.TB) string {
	t.Helper()
	program, err := built()
	var failed *exec.ExitError
	switch {
	case err == nil:
		return program
	case errors.As(err, &failed) && failed.ExitCode() == cannotBeHad:
		t.Skip("there is no homeserver: the sources of Dendrite cannot be downloaded")
	default:
		t.Fatal("Dendrite cannot be built: ", err)
	}
	return ""
}

// dendriteRun is the script that ends a program together with us.
func dendriteRun(t testing.TB) string { return inOwnFolder(t, "dendrite/run") }

// inOwnFolder returns the path of a file of this package.
func inOwnFolder(t testing.TB, file string) string {
	t.Helper()
	folder, err := ownFolder()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, filepath.FromSlash(file))
}

// ownFolder looks for the folder of this package from where tests run: in any
// folder of this module.
func ownFolder() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		folder := filepath.Join(dir, "internal", "testserver")
		if _, err := os.Stat(filepath.Join(folder, "dendrite", "go.mod")); err == nil {
			return folder, nil
		}
		if strings.HasSuffix(dir, string(filepath.Separator)) {
			return "", errors.New(start + " is in no folder of Mudpuppy")
		}
	}
}
