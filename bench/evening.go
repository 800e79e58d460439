package main

import (
	"context"
	"fmt"
	"io"
)

// eveningCommand lets all members of a community come in one evening.
type eveningCommand struct {
	Members int    `default:"2000" help:"How many come."`
	Lengths string `default:"2h,1h" help:"How long evenings last, by comma."`
}

// Run lets the test do it, and prints its table.
func (c *eveningCommand) Run(ctx context.Context, out io.Writer) error {
	return madeUp(ctx, out, "circlegraph/bench", "TestEvening",
		"-crowd", fmt.Sprint(c.Members), "-lengths", c.Lengths, "-table")
}
