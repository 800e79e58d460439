// Package facade wires the rooms together: settings in, everything that is served out.
package facade

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"circlegraph/circleclient"
	"circlegraph/docs"
	"circlegraph/graph"
	"circlegraph/graph/guard"
	"circlegraph/graph/persisted"
	"circlegraph/graph/transport"
	"circlegraph/internal/config"
	"circlegraph/internal/frontpage"
	"circlegraph/internal/metrics"
	"circlegraph/internal/process"
	"circlegraph/internal/web"
	"circlegraph/playground"
	"circlegraph/tokens"
)

// Dependencies are what a facade needs besides its settings. The zero value suits a real community.
type Dependencies struct {
	// Logger gets what happens; [slog.Default] if nil.
	Logger *slog.Logger
	// Now is the clock; the system's if nil.
	Now func() time.Time
	// Members are the people of the sandbox, for the pages.
	Members []playground.Member
	// Heartbeat is how often a stream shows that it lives; a default if zero.
	Heartbeat time.Duration
	// Circle changes how Circle is called, for tests; nothing is changed if nil.
	Circle func(*circleclient.Config)
	// Handler makes the GraphQL handler; [graph.NewHandler] if nil.
	Handler func(graph.Options) http.Handler
}

// Facade serves a community over GraphQL. As a handler it is everything that clients may ask for.
type Facade struct {
	http.Handler

	// GraphQL is the endpoint without the plumbing around it.
	GraphQL http.Handler
	// Metrics serves /metrics, for an address of its own.
	Metrics http.Handler
	// Health answers probes.
	Health *web.Health
	// Live keeps the streams and websockets.
	Live *transport.Live
	// Playground is the page to try the schema on.
	Playground *playground.Playground
	// Sessions signs members in and out.
	Sessions *tokens.Service
	// Principals remember whom Circle knows.
	Principals *tokens.Principals
}

// New wires a facade for settings that [config.Load] found safe.
func New(cfg *config.Config, d Dependencies) (*Facade, error) {
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Handler == nil {
		d.Handler = graph.NewHandler
	}
	f := &Facade{Health: &web.Health{}, Principals: tokens.NewPrincipals(tokens.DefaultPrincipalLimit, d.Now)}
	circle, err := f.circle(cfg, d)
	if err != nil {
		return nil, err
	}
	if err := f.endpoint(cfg, d, circle); err != nil {
		return nil, err
	}
	try := playground.Settings{Login: cfg.Settings.Modes(), Members: d.Members}
	if f.Playground, err = playground.New(try); err != nil {
		return nil, err
	}
	front, err := frontpage.New(frontpage.Options{
		Config: cfg, Member: try.Somebody(), Limits: guard.Limits(), Docs: docs.Files,
	})
	if err != nil {
		return nil, err
	}
	f.Handler = f.routes(cfg, d, front)
	return f, nil
}

// circle makes the client, and the metrics that watch it.
func (f *Facade) circle(cfg *config.Config, d Dependencies) (*circleclient.Client, error) {
	measured := metrics.New()
	options := circleclient.Config{
		BaseURL: cfg.CircleURL, CommunityURL: cfg.SessionURL(), HeadlessToken: string(cfg.CircleHeadlessToken),
		UserAgent: "circlegraph/" + process.Version(), Timeout: cfg.UpstreamTimeout,
		Budget: circleclient.BudgetConfig{Requests: cfg.UpstreamBudget},
		Memo: circleclient.MemoConfig{
			Bytes: cfg.MemoBytes, Brief: cfg.MemoBrief, Long: cfg.MemoLong,
			Stale: cfg.MemoStale,
		},
		Principals: f.Principals, Observe: measured.Observe, Logger: d.Logger, Clock: d.Now,
	}
	if d.Circle != nil {
		d.Circle(&options)
	}
	circle, err := circleclient.New(options)
	if err != nil {
		return nil, err
	}
	measured.Watch(circle, f.Principals.ActiveMembers)
	f.Metrics = measured.Handler()
	return circle, nil
}

// endpoint makes the GraphQL endpoint, and what it needs of the callers and their streams.
func (f *Facade) endpoint(cfg *config.Config, d Dependencies, circle *circleclient.Client) error {
	revocations := tokens.NewMemoryRevocations(tokens.DefaultRevocationLimit, d.Now)
	var err error
	f.Sessions, err = tokens.New(cfg.Settings, tokens.Dependencies{
		Auth: circle.Auth, Revocations: revocations, Principals: f.Principals, OnRevoked: circle.Forget,
		Clock: d.Now, Logger: d.Logger,
	})
	if err != nil {
		return err
	}
	trusted, err := persisted.Load(cfg.TrustedDocuments)
	if err != nil {
		return err
	}
	f.Live = transport.NewLive(transport.LiveOptions{
		Heartbeat: d.Heartbeat, Streams: cfg.MaxStreams, PerAddress: cfg.MaxStreamsPerAddress,
		Address: web.ClientAddress(cfg.ProxyNetworks),
	})
	authenticator := tokens.NewAuthenticator(cfg.Settings, revocations, d.Now)
	f.GraphQL = authenticator.Middleware(d.Handler(graph.Options{
		Circle: circle, Sessions: f.Sessions, Authenticator: authenticator, Live: f.Live,
		Origins: cfg.CORSOrigins, Introspection: cfg.Introspection, ShowUsage: cfg.ShowUsage,
		MaxBody: cfg.MaxBody, MaxCost: cfg.MaxCost, Timeout: cfg.RequestTimeout,
		Trusted: trusted, Untrusted: persisted.Mode(cfg.TrustedDocumentsMode),
		WebSession: cfg.WebSession, CommunityURL: cfg.CommunityURL,
		RequestID: web.RequestIDOf, Logger: d.Logger, Now: d.Now,
	}))
	return nil
}

// routes is everything that clients may ask for.
func (f *Facade) routes(cfg *config.Config, d Dependencies, front *frontpage.Pages) http.Handler {
	mux := http.NewServeMux()
	f.Health.Register(mux)
	front.Register(mux)
	address, endpoint := web.ClientAddress(cfg.ProxyNetworks), web.Private(f.GraphQL)
	mux.HandleFunc("/graphql", func(w http.ResponseWriter, r *http.Request) {
		from, _ := netip.ParseAddr(address(r)) // the zero address if it is not known
		endpoint.ServeHTTP(w, r.WithContext(circleclient.With(r.Context(), circleclient.FromAddress(from))))
	})
	mux.Handle("GET /schema.graphql", web.Text(graph.SDL()))
	if cfg.Introspection {
		mux.Handle("GET "+playground.Path, f.Playground)
	}
	return web.RequestID(web.Safe(web.AccessLog(d.Logger, d.Now, address,
		web.CORS(cfg.CORSOrigins, gzhttp.GzipHandler(mux)))))
}
