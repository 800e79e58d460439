// Package facade wires the rooms together: settings in, everything that is served out.
package facade

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/circleclient/richtext"
	"circlegraph/docs"
	"circlegraph/graph"
	"circlegraph/graph/guard"
	"circlegraph/graph/persisted"
	"circlegraph/graph/transport"
	"circlegraph/internal/config"
	"circlegraph/internal/frontpage"
	"circlegraph/internal/memory"
	"circlegraph/internal/metrics"
	"circlegraph/internal/process"
	"circlegraph/internal/shared"
	"circlegraph/internal/telemetry"
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
	// Files are the sandbox's, which clients find where they find us; nil for a real community.
	Files Files
	// Heartbeat is how often a stream shows that it lives; a default if zero.
	Heartbeat time.Duration
	// Circle changes how Circle is called, for tests; nothing is changed if nil.
	Circle func(*circleclient.Config)
	// Store changes how the shared store is reached, for tests; nothing is changed if nil.
	Store func(*shared.Options)
	// Telemetry makes spans; none if nil.
	Telemetry *telemetry.Telemetry
	// Handler makes the GraphQL handler; [graph.NewHandler] if nil.
	Handler func(graph.Options) http.Handler
}

// Files are files that clients load from the origin by which they have reached us.
type Files interface {
	// ServeFiles mounts them.
	ServeFiles(mux *http.ServeMux)
	// Reachable has their addresses in an answer begin with an origin.
	Reachable(origin string, answer []byte) []byte
}

// Facade serves a community over GraphQL. As a handler it is everything that clients may ask for.
type Facade struct {
	http.Handler

	// GraphQL is the endpoint without the plumbing around it.
	GraphQL http.Handler
	// Metrics serves /metrics, for an address of its own.
	Metrics http.Handler
	// Gathered is what it serves, to be sent elsewhere.
	Gathered prometheus.Gatherer
	// Health answers probes.
	Health *web.Health
	// Live keeps the streams and websockets.
	Live *transport.Live
	// Updates tells members what happens.
	Updates *live.Live
	// Memory is what all of it shares.
	Memory *memory.Budget
	// Playground is the page to try the schema on.
	Playground *playground.Playground
	// Sessions signs members in and out.
	Sessions *tokens.Service
	// Principals remember whom Circle knows.
	Principals *tokens.Principals
	// Shared is what several instances share; nil if this one is the only one.
	Shared *shared.Store

	auth *circleclient.AuthService
	log  *slog.Logger
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
	f := &Facade{
		Health: &web.Health{}, Principals: tokens.NewPrincipals(tokens.DefaultPrincipalLimit, d.Now), log: d.Logger,
	}
	trusted, err := persisted.Load(cfg.TrustedDocuments)
	if err != nil {
		return nil, err
	}
	measured := metrics.New(process.Version(), append(persisted.OperationNames(trusted), cfg.MetricOperations...)...)
	if d.Telemetry != nil {
		measured.TraceOf = telemetry.SampledTrace
	}
	if len(trusted) > 0 {
		measured.WatchDocuments()
	}
	f.Metrics, f.Gathered = measured.Handler(), measured.Gatherer()
	if err := f.open(cfg, d); err != nil {
		return nil, err
	}
	f.Memory = memory.New(cfg.MaxMemory)
	circle, err := f.circle(cfg, d, measured)
	if err != nil {
		return nil, err
	}
	if err := f.endpoint(cfg, d, circle, trusted, measured); err != nil {
		return nil, err
	}
	try := playground.Settings{Login: cfg.Settings.Modes(), Members: d.Members}
	if f.Playground, err = playground.New(try); err != nil {
		return nil, err
	}
	front, err := frontpage.New(frontpage.Options{
		Config: cfg, Member: try.Somebody(), Limits: guard.Limits(), Docs: docs.Files, Schema: graph.Priced(),
		Operation: func(word string) string { return circleclient.SourceOf(word).Operation() },
	})
	if err != nil {
		return nil, err
	}
	f.Handler = f.routes(cfg, d, front)
	return f, nil
}

// Drain ends the streams, and what would be forgotten with the process. It returns what ctx ended with, or nil.
func (f *Facade) Drain(ctx context.Context) error {
	err := f.Live.Drain(ctx)
	f.Sessions.Drain(ctx)
	return err
}

// circle makes the client, and lets metrics and traces watch it.
func (f *Facade) circle(
	cfg *config.Config, d Dependencies, m *metrics.Metrics,
) (*circleclient.Client, error) {
	options := circleclient.Config{
		BaseURL: cfg.CircleURL, CommunityURL: cfg.SessionURL(), HeadlessToken: string(cfg.CircleHeadlessToken),
		UserAgent: "circlegraph/" + process.Version(), Timeout: cfg.UpstreamTimeout,
		Budget: circleclient.BudgetConfig{Requests: cfg.UpstreamBudget},
		Memo: circleclient.MemoConfig{
			Bytes: cfg.MemoBytes, Brief: cfg.MemoBrief, Long: cfg.MemoLong, Seldom: cfg.MemoSeldom,
			Records: cfg.MemoRecords, Stale: cfg.MemoStale,
		},
		Principals: f.Principals, Observe: m.Observe, Logger: d.Logger, Clock: d.Now, Memory: f.Memory,
	}
	if t := d.Telemetry; t != nil {
		options.Observe = func(ctx context.Context, s circleclient.Sent) {
			m.Observe(ctx, s)
			t.Sent(ctx, s)
		}
		if cfg.TraceUpstream {
			options.Propagate = t.Propagate
		}
	}
	if d.Files != nil {
		options.Rewrite = func(ctx context.Context, answer []byte) []byte {
			return d.Files.Reachable(web.OriginOf(ctx), answer)
		}
	}
	f.shareRequests(&options)
	if d.Circle != nil {
		d.Circle(&options)
	}
	circle, err := circleclient.New(options)
	if err != nil {
		return nil, err
	}
	m.Watch(circle, f.Principals.ActiveMembers)
	f.Updates = f.updates(cfg, d, circle, options.Transport)
	m.WatchLive(f.Updates)
	return circle, nil
}

// updates makes what tells members what happens. Tests reach the websocket as they reach everything else.
func (f *Facade) updates(
	cfg *config.Config, d Dependencies, circle *circleclient.Client, transport http.RoundTripper,
) *live.Live {
	address := cfg.CableAddress()
	if address == "" && cfg.Cable != "off" {
		d.Logger.Info("no live updates from Circle: set CIRCLEGRAPH_CABLE_ORIGIN to one of the community's domains")
	}
	return live.New(live.Options{
		Client: circle, URL: address, Origin: cfg.Origin(), UserAgent: "circlegraph/" + process.Version(),
		Transport: transport, Max: cfg.LiveMax, PollShare: pollShare(cfg.UpstreamBudget), Logger: d.Logger, Now: d.Now,
	})
}

// pollShare is how many requests a second may be spent on asking for members without a websocket: a quarter of the
// budget.
func pollShare(budget int) float64 {
	if budget == 0 {
		budget = 2000 // what Circle allows
	}
	return float64(budget) / 4 / (5 * time.Minute).Seconds()
}

// Close ends what runs in the background. Streams must have been drained before.
func (f *Facade) Close() {
	f.Updates.Close()
	if f.Shared != nil {
		f.Shared.Close()
	}
}

// endpoint makes the GraphQL endpoint, and what it needs of the callers and their streams.
func (f *Facade) endpoint(
	cfg *config.Config, d Dependencies, circle *circleclient.Client, trusted map[string]string, m *metrics.Metrics,
) error {
	f.auth = circle.Auth
	revoked := tokens.NewMemoryRevocations(tokens.DefaultRevocationLimit, d.Now)
	revocations := f.revocations(revoked)
	var err error
	f.Sessions, err = tokens.New(cfg.Settings, tokens.Dependencies{
		Auth: circle.Auth, Revocations: revocations, Principals: f.Principals, OnRevoked: circle.Forget,
		Attempts: f.attempts(), Clock: d.Now, Logger: d.Logger, Observe: m.SignIn,
	})
	if err != nil {
		return err
	}
	if f.Shared != nil {
		f.hear(circle, revoked)
		m.Register(f.Shared.Collectors()...)
	}
	f.Live = transport.NewLive(transport.LiveOptions{
		Heartbeat: d.Heartbeat, Streams: cfg.MaxStreams, PerAddress: cfg.MaxStreamsPerAddress,
		Address: web.ClientAddress(cfg.ProxyNetworks), Memory: f.Memory,
	})
	m.Streams(f.Live.Len)
	authenticator := tokens.NewAuthenticator(cfg.Settings, revocations, f.Principals, d.Now)
	options := graph.Options{
		Circle: circle, Updates: f.Updates, Sessions: f.Sessions, Authenticator: authenticator, Live: f.Live,
		Origins: cfg.Origins(), Introspection: cfg.Introspection, Federation: cfg.Federation, ShowUsage: cfg.ShowUsage,
		ShowHints: cfg.ShowHints,
		MaxBody:   cfg.MaxBody, MaxCost: cfg.MaxCost, Timeout: cfg.RequestTimeout,
		Trusted: trusted, Untrusted: persisted.Mode(cfg.TrustedDocumentsMode), CountDocument: m.Document,
		Receipts: f.receipts(), WebSession: cfg.WebSession, CommunityURL: cfg.CommunityURL,
		Pictures: richtext.NewPictures(cfg.Pictures()...),
		Memory:   f.Memory, RequestID: web.RequestIDOf, Observe: observe(d, m), Note: web.Note, Logger: d.Logger, Now: d.Now,
	}
	if d.Telemetry != nil {
		options.ObserveBatch = d.Telemetry.Batch
	}
	f.GraphQL = authenticator.Middleware(d.Handler(options))
	return nil
}

// routes is everything that clients may ask for.
func (f *Facade) routes(cfg *config.Config, d Dependencies, front *frontpage.Pages) http.Handler {
	mux := http.NewServeMux()
	f.Health.Register(mux)
	front.Register(mux)
	address, endpoint := web.ClientAddress(cfg.ProxyNetworks), web.Private(f.GraphQL)
	origin := web.Origin(cfg.ProxyNetworks)
	mux.HandleFunc("/graphql", func(w http.ResponseWriter, r *http.Request) {
		ctx := web.WithOrigin(circleclient.With(r.Context(), circleclient.FromAddress(address(r))), origin(r))
		endpoint.ServeHTTP(w, r.WithContext(ctx))
	})
	mux.Handle("GET /schema.graphql", web.Text(graph.SDL()))
	if cfg.Federation {
		mux.Handle("GET /federation.graphql", web.Text(graph.FederationSDL()))
	}
	if cfg.Introspection {
		mux.Handle("GET "+playground.Path, f.Playground)
	}
	served := web.CORS(cfg.Origins(), cfg.CORSHeaders, web.Compress(mux))
	if d.Files != nil { // which pages of any origin may show
		outer := http.NewServeMux()
		outer.Handle("/", served)
		d.Files.ServeFiles(outer)
		served = outer
	}
	served = web.AccessLog(d.Logger, d.Now, address, served)
	if d.Telemetry != nil {
		served = d.Telemetry.Middleware(web.FromProxy(cfg.ProxyNetworks), served)
	}
	return web.RequestID(web.Safe(served))
}

// observe tells metrics and traces of each operation.
func observe(d Dependencies, m *metrics.Metrics) graph.Observer {
	return func(ctx context.Context, o graph.Operation) (context.Context, func(graph.Answered)) {
		start, endSpan := d.Now(), func(graph.Answered) {}
		if d.Telemetry != nil {
			ctx, endSpan = d.Telemetry.Operation(ctx, o)
		}
		return ctx, func(a graph.Answered) {
			endSpan(a)
			m.Operation(ctx, o.Name, o.Kind, a.Codes, d.Now().Sub(start))
		}
	}
}
