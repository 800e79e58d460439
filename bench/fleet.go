package main

import (
	"context"
	"fmt"
	"io"
)

// fleetCommand lets the members of a large community come on one day, to many instances.
type fleetCommand struct {
	Instances string `default:"10,50,200" help:"How many instances, by comma."`
	Members   int    `default:"1000000" help:"How many members there are."`
	Coming    string `default:"5,15,20,40,100" help:"How many of a hundred come on the day, by comma."`
	Minutes   int    `default:"5" help:"How many minutes stand for each hour."`
}

// Run lets the test do it, and prints its tables.
func (c *fleetCommand) Run(ctx context.Context, out io.Writer) error {
	return madeUp(ctx, out, "circlegraph/internal/shared", "TestFleet", "-fleet-sizes", c.Instances,
		"-fleet-members", fmt.Sprint(c.Members), "-fleet-coming", c.Coming, "-fleet-minutes", fmt.Sprint(c.Minutes),
		"-fleet-table")
}
