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
	"circlegraph/internal/web"
	"circlegraph/playground"
	"circlegraph/sandbox"
	"circlegraph/tokens"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	process.TuneMemory(os.Getenv)
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run serves until ctx ends. It returns the exit code: 0, 1 if serving failed, 2 if the configuration is refused.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
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

	log := slog.New(web.LogHandler(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: cfg.Level()})))
	if err := serve(ctx, cfg, log, stderr); err != nil {
		log.Error("cannot serve", "error", err)
		return 1
	}
	return 0
}

// serve listens, and drains once ctx ends.
func serve(ctx context.Context, cfg *config.Config, log *slog.Logger, stderr io.Writer) error {
	needs := facade.Dependencies{Logger: log}
	if cfg.Sandbox() {
		box, err := sandbox.Start(ctx)
		if err != nil {
			return err
		}
		defer box.Stop()
		cfg.CircleURL, cfg.CircleHeadlessToken = box.URL, tokens.Secret(box.HeadlessToken)
		cfg.CommunityURL = sandbox.DefaultPublicURL
		for _, m := range box.Members() {
			needs.Members = append(needs.Members, playground.Member{Name: m.Name, Headline: m.Headline, Email: m.Email})
		}
	}

	f, err := facade.New(cfg, needs)
	if err != nil {
		return err
	}

	if cfg.AdminListen != "" {
		admin, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.AdminListen)
		if err != nil {
			return err
		}
		defer web.Beside(admin, f.Metrics, log)()
		log.Info("serving metrics", "address", admin.Addr().String())
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return err
	}

	if cfg.Sandbox() {
		first := needs.Members[0]
		web.Welcome(stderr, listener.Addr(), cfg.Introspection, f.Playground.Built, first.Name, first.Email)
	}
	log.Info("serving", "address", listener.Addr().String(), "circle", cfg.CircleURL, "login", cfg.Settings.Modes(),
		"version", process.Version())
	drain := web.Drain{Delay: cfg.DrainDelay, Streams: f.Live.Drain, Grace: cfg.ShutdownGrace}
	return web.Run(ctx, web.NewServer(f, cfg.RequestTimeout, log), listener, f.Health, drain, log)
}
