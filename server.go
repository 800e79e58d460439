// Circlegraph serves a Circle community over GraphQL. Without settings it serves a made-up one, the sandbox.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"circlegraph/circleclient"
	"circlegraph/docs"
	"circlegraph/graph"
	"circlegraph/graph/documents"
	"circlegraph/graph/guard"
	"circlegraph/graph/wire"
	"circlegraph/internal/config"
	"circlegraph/internal/frontpage"
	"circlegraph/internal/metrics"
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

// run serves until ctx ends. It returns the exit code: 0, 1 where serving failed, 2 where the configuration is refused.
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

// serve wires the rooms together, listens, and drains once ctx ends.
func serve(ctx context.Context, cfg *config.Config, log *slog.Logger, stderr io.Writer) error {
	try := playground.Settings{Login: cfg.Settings.Modes()}
	if cfg.Sandbox() {
		box, err := sandbox.Start(ctx)
		if err != nil {
			return err
		}
		defer box.Stop()
		cfg.CircleURL, cfg.CommunityURL, cfg.CircleHeadlessToken = box.URL, sandbox.DefaultPublicURL, tokens.Secret(box.HeadlessToken)
		for _, m := range box.Members() {
			try.Members = append(try.Members, playground.Member{Name: m.Name, Headline: m.Headline, Email: m.Email})
		}
	}
	principals, measured := tokens.NewPrincipals(tokens.DefaultPrincipalLimit, time.Now), metrics.New()
	circle, err := circleclient.New(circleclient.Config{
		BaseURL: cfg.CircleURL, HeadlessToken: string(cfg.CircleHeadlessToken), UserAgent: "circlegraph/" + process.Version(),
		Timeout: cfg.UpstreamTimeout, Principals: principals, Observe: measured.Observe, Logger: log, CommunityURL: cfg.SessionURL(),
		Budget: circleclient.BudgetConfig{Requests: cfg.UpstreamBudget},
		Memo:   circleclient.MemoConfig{Bytes: cfg.MemoBytes, Brief: cfg.MemoBrief, Long: cfg.MemoLong, Stale: cfg.MemoStale},
	})
	if err != nil {
		return err
	}
	measured.Watch(circle, principals.ActiveMembers)
	revocations := tokens.NewMemoryRevocations(tokens.DefaultRevocationLimit, time.Now)
	sessions, err := tokens.New(cfg.Settings, tokens.Dependencies{
		Auth: circle.Auth, Revocations: revocations, Principals: principals, OnRevoked: circle.Forget, Clock: time.Now, Logger: log,
	})
	if err != nil {
		return err
	}
	trusted, err := documents.Load(cfg.TrustedDocuments)
	if err != nil {
		return err
	}
	live := wire.NewLive(wire.LiveOptions{
		Streams: cfg.MaxStreams, PerAddress: cfg.MaxStreamsPerAddress,
		Address: web.ClientAddress(cfg.ProxyNetworks),
	})
	authenticator := tokens.NewAuthenticator(cfg.Settings, revocations, time.Now)
	endpoint := authenticator.Middleware(graph.NewHandler(graph.Options{
		Circle: circle, Sessions: sessions, Authenticator: authenticator, Live: live, Origins: cfg.CORSOrigins, WebSession: cfg.WebSession,
		Introspection: cfg.Introspection, MaxBody: cfg.MaxBody, Timeout: cfg.RequestTimeout, Trusted: trusted, CommunityURL: cfg.CommunityURL,
		Untrusted: documents.Mode(cfg.TrustedDocumentsMode), MaxCost: cfg.MaxCost, ShowUsage: cfg.ShowUsage, RequestID: web.RequestIDOf, Logger: log, Now: time.Now,
	}))
	if cfg.AdminListen != "" {
		admin, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.AdminListen)
		if err != nil {
			return err
		}
		defer web.Beside(admin, measured.Handler(), log)()
		log.Info("serving metrics", "address", admin.Addr().String())
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return err
	}
	page, err := playground.New(try)
	if err != nil {
		return err
	}
	front, err := frontpage.New(frontpage.Options{
		Config: cfg, Member: try.Somebody(), Limits: guard.Limits(),
		Docs: docs.Files,
	})
	if err != nil {
		return err
	}
	health := &web.Health{}
	server := web.NewServer(routes(cfg, health, log, endpoint, front, page), cfg.RequestTimeout, log)
	if cfg.Sandbox() {
		web.Welcome(stderr, listener.Addr(), cfg.Introspection, page.Built, try.Members[0].Name, try.Members[0].Email)
	}
	log.Info("serving", "address", listener.Addr().String(), "circle", cfg.CircleURL, "login", cfg.Settings.Modes(),
		"version", process.Version())
	return web.Run(ctx, server, listener, health,
		web.Drain{Delay: cfg.DrainDelay, Streams: live.Drain, Grace: cfg.ShutdownGrace}, log)
}

// routes is everything that is served.
func routes(cfg *config.Config, health *web.Health, log *slog.Logger, endpoint http.Handler, front *frontpage.Pages,
	page *playground.Playground,
) http.Handler {
	mux := http.NewServeMux()
	health.Register(mux)
	front.Register(mux)
	address := web.ClientAddress(cfg.ProxyNetworks)
	mux.HandleFunc("/graphql", func(w http.ResponseWriter, r *http.Request) {
		from, _ := netip.ParseAddr(address(r)) // the zero address where it is not known
		web.Private(endpoint).ServeHTTP(w, r.WithContext(circleclient.WithAddress(r.Context(), from)))
	})
	mux.Handle("GET /schema.graphql", web.Text(graph.SDL()))
	if cfg.Introspection {
		mux.Handle("GET "+playground.Path, page)
	}
	return web.RequestID(web.Safe(web.AccessLog(log, time.Now, address,
		web.CORS(cfg.CORSOrigins, gzhttp.GzipHandler(mux)))))
}
