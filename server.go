// Circlegraph serves a Circle community over GraphQL. Without settings it serves a made-up one, the sandbox.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"circlegraph/internal/config"
	"circlegraph/internal/facade"
	"circlegraph/internal/process"
	"circlegraph/internal/telemetry"
	"circlegraph/internal/web"
	"circlegraph/playground"
	"circlegraph/sandbox"
	"circlegraph/tokens"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	process.TuneMemory(os.Getenv)
	for _, sentence := range config.Misspelt(os.Environ()) {
		fmt.Fprintln(os.Stderr, "Warning:", sentence)
	}
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run serves until ctx ends. It returns the exit code: 0, 1 if serving failed, 2 if the configuration is refused.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	return runWith(ctx, args, getenv, stdout, stderr, facade.Dependencies{})
}

// runWith is run with some of what a facade needs, for tests.
func runWith(
	ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer, needs facade.Dependencies,
) int {
	cfg, err := config.Load(args, getenv, process.Version(), stdout)
	if errors.Is(err, config.ErrDone) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	if cfg.Probe {
		return process.Probe(ctx, cfg.Listen, stderr)
	}
	if cfg.ChecksDocuments() {
		if err := facade.CheckDocuments(ctx, cfg, stdout); err != nil {
			fmt.Fprintln(stderr, err)
			return 1
		}
		return 0
	}

	needs.Logger = slog.New(web.LogHandler(cfg.LogHandler(stderr), telemetry.TraceID))
	err = serve(ctx, cfg, getenv, needs, stdout, stderr)
	if errors.Is(err, facade.ErrCheck) {
		return 1
	}
	if err != nil {
		needs.Logger.Error("cannot serve", "error", err)
		return 1
	}
	return 0
}

// serve listens, and drains once ctx ends.
func serve(
	ctx context.Context, cfg *config.Config, getenv func(string) string, needs facade.Dependencies,
	stdout, stderr io.Writer,
) error {
	log := needs.Logger
	if telemetry.Enabled(getenv) {
		traces, err := telemetry.New(ctx, getenv, process.Version(), log)
		if err != nil {
			return err
		}
		defer traces.Flush(ctx, log)
		needs.Telemetry = traces
	}
	if cfg.Sandbox() {
		box, err := sandbox.Start(ctx)
		if err != nil {
			return err
		}
		defer box.Stop()
		if cfg.SandboxLife {
			go box.Life(ctx)
		}
		cfg.CircleURL, cfg.CircleHeadlessToken = box.URL, tokens.Secret(box.HeadlessToken)
		cfg.CommunityURL, needs.Files = sandbox.DefaultPublicURL, box
		for _, m := range box.Members() {
			needs.Members = append(needs.Members, playground.Member{Name: m.Name, Headline: m.Headline, Email: m.Email})
		}
	}

	f, err := facade.New(cfg, needs) //nolint:contextcheck // what goes on there does so without a request
	if err != nil {
		return err
	}
	defer f.Close()
	if cfg.Check {
		return f.Check(ctx, cfg, stdout)
	}

	if telemetry.MetricsEnabled(getenv) {
		end, err := telemetry.SendMetrics(ctx, getenv, process.Version(), f.Gathered, log)
		if err != nil {
			return err
		}
		defer end()
	}
	process.OnHangup(ctx, func() { f.Reload(ctx, cfg) })
	// Beside, since a provider may be slow or not up yet. The log says what is wrong with it.
	go func() { _ = f.Sessions.CheckProviders(ctx) }()

	if cfg.AdminListen != "" {
		admin, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.AdminListen)
		if err != nil {
			return err
		}
		defer web.Beside(admin, f.Memory, f.Metrics, log)()
		log.Info("serving metrics", "address", admin.Addr().String())
	}
	listener, err := web.Listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}

	if cfg.Sandbox() {
		first := needs.Members[0]
		web.Welcome(stderr, listener.Addr(), cfg.Introspection, f.Playground.Built, first.Name, first.Email)
	}
	log.Info("serving", "address", listener.Addr().String(), "circle", cfg.CircleURL, "login", cfg.Settings.Modes(),
		"version", process.Version())
	drain := web.Drain{Delay: cfg.DrainDelay, Streams: f.Drain, Grace: cfg.ShutdownGrace}
	return web.Run(ctx, web.NewServer(f, cfg.RequestTimeout, log), listener, f.Memory, f.Health, drain, log)
}
