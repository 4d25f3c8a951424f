package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// copyTree copies what git would: files that are tracked, and new ones that
// are not ignored. The npm packages that tests of web need are linked.
func copyTree(root, to string) error {
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = root
	names, err := list.Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		err := copyFile(filepath.Join(root, name), filepath.Join(to, name))
		if err != nil && !os.IsNotExist(err) { // deleted, but still tracked
			return err
		}
	}
	packages := filepath.Join("web", "node_modules")
	if _, err := os.Stat(filepath.Join(root, packages)); err != nil {
		return nil // those tests will not run, and say so
	}
	return os.Symlink(filepath.Join(root, packages), filepath.Join(to, packages))
}

func copyFile(from, to string) error {
	info, err := os.Lstat(from)
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// apply changes the copy of the tree as the patch says.
func apply(tree, patchFile string) error {
	cmd := exec.Command("git", "apply", "-C1", "--whitespace=nowarn", patchFile)
	cmd.Dir = tree
	// Were the copy inside some repository, git would silently apply nothing.
	cmd.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(tree))
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if cmd.Run() != nil {
		return fmt.Errorf("does not apply: %s", firstLine(output.String()))
	}
	return nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
