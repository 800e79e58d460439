package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// madeUp has a test of a package do something in made-up time, which only tests can, and prints the table that it
// writes to the file that is the value of the last flag.
func madeUp(ctx context.Context, out io.Writer, pkg, test string, flags ...string) error {
	dir, remove, err := workspace()
	if err != nil {
		return err
	}
	defer remove()
	file := filepath.Join(dir, "table")
	args := append([]string{"test", "-count=1", "-timeout=2h", "-run=^" + test + "$", pkg, "-args"}, flags...)
	log, failed := exec.CommandContext(ctx, "go", append(args, file)...).CombinedOutput()
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%s came to nothing: %w: %s", test, failed, log)
	}
	_, err = out.Write(text)
	if failed != nil {
		fmt.Fprintf(out, "\nIt did not go as it should:\n\n```\n%s```\n", log)
	}
	return err
}
