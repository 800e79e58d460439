package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// eveningCommand lets all members of a community come in one evening.
type eveningCommand struct {
	Members int    `default:"2000" help:"How many come."`
	Lengths string `default:"2h,1h" help:"How long evenings last, by comma."`
}

// Run lets the test do it, because only tests can make up time, and prints its table.
func (c *eveningCommand) Run(ctx context.Context, out io.Writer) error {
	dir, remove, err := workspace()
	if err != nil {
		return err
	}
	defer remove()
	file := filepath.Join(dir, "table")
	cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-timeout=30m", "-run=^TestEvening$", "circlegraph/bench",
		"-args", "-crowd", fmt.Sprint(c.Members), "-lengths", c.Lengths, "-table", file)
	log, failed := cmd.CombinedOutput()
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("the evening came to nothing: %w: %s", failed, log)
	}
	_, err = out.Write(text)
	if failed != nil {
		fmt.Fprintf(out, "\nIt did not go as it should:\n\n```\n%s```\n", log)
	}
	return err
}
