// Bench measures what Circlegraph is for: how few requests to Circle a screen takes, how long it takes, and what it
// costs, beside what people would use instead. It prints tables in Markdown and asserts nothing; README.md explains how
// to read them.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands are what can be measured, and the processes that are measured against, which are this program too.
type commands struct {
	All     allCommand     `cmd:"" default:"1" help:"Measure all of this."`
	Screens screensCommand `cmd:"" help:"Open each screen of an app, with the facade and by REST."`
	Peers   peersCommand   `cmd:"" help:"Compare the facade with other gateways on three queries."`
	Evening eveningCommand `cmd:"" help:"Let all members come in one evening, within Circle's limit."`
	Fleet   fleetCommand   `cmd:"" help:"Let a million members come on one day, to many instances."`
	Live    liveCommand    `cmd:"" help:"Let many members listen, and tell them something."`

	Upstream upstreamCommand `cmd:"" hidden:"" help:"Serve the sandbox and count."`
	Proxy    proxyCommand    `cmd:"" hidden:"" help:"Serve a bare reverse proxy."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	shop := &workshop{}
	err := run(ctx, os.Args[1:], os.Stdout, shop)
	shop.close()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// allCommand measures everything.
type allCommand struct{}

// Run measures one after the other, since all that is measured shares the machine.
func (*allCommand) Run(ctx context.Context, out io.Writer, shop *workshop) error {
	for _, command := range []string{"screens", "peers", "evening", "live"} {
		if err := run(ctx, []string{command}, out, shop); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	return nil
}

// run carries out one command.
func run(ctx context.Context, args []string, out io.Writer, shop *workshop) error {
	parser, err := kong.New(&commands{}, kong.Name("bench"),
		kong.Description("Measures Circlegraph, and what could stand in its place."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(out, (*io.Writer)(nil)), kong.Bind(shop))
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return command.Run()
}
