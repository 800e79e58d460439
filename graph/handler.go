package graph

import (
	"context"
	_ "embed"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
	"circlegraph/graph/generated"
	"circlegraph/graph/guard"
	"circlegraph/graph/idempotency"
	"circlegraph/graph/loaders"
	"circlegraph/graph/persisted"
	"circlegraph/graph/transport"
	"circlegraph/tokens"
)

const (
	// cachedParses is how many parsed and validated queries are kept.
	cachedParses = 1000
	// defaultMaxBody is the largest request in bytes where no other limit is given.
	defaultMaxBody = 1 << 20
)

// Options are what the GraphQL endpoint needs.
type Options struct {
	// Circle asks Circle.
	Circle *circleclient.Client
	// Sessions signs members in and out.
	Sessions *tokens.Service
	// Authenticator tells who opens a websocket; there are none where nil.
	Authenticator *tokens.Authenticator
	// Live keeps the streams and websockets; one with the default limits where nil.
	Live *transport.Live
	// Origins are the web origins, besides this server's own, whose pages may open a websocket.
	Origins []string
	// Introspection lets clients read the schema through the endpoint.
	Introspection bool
	// MaxBody is the largest request body in bytes; 1 MB where zero.
	MaxBody int64
	// Timeout is the longest that a query or a mutation may take; no limit where zero.
	Timeout time.Duration
	// Trusted are the documents of the operator's own apps, text by id.
	Trusted map[string]string
	// Untrusted says how other documents are handled; they are carried out if empty.
	Untrusted persisted.Mode
	// MaxCost is how many requests to Circle an operation may need at most, by an estimate before the first; no limit
	// where zero.
	MaxCost int
	// ShowUsage says in `extensions.upstream` and `extensions.cost` of each response what it has cost.
	ShowUsage bool
	// RequestID names the request of a context, in errors that are to be reported; there is no name where nil.
	RequestID func(context.Context) string
	// Logger gets what must not reach clients; [slog.Default] where nil.
	Logger *slog.Logger
	// Now is the clock; the system's where nil.
	Now func() time.Time
	// WebSession lets members sign in on the community's own web pages.
	WebSession bool
	// CommunityURL is the address of those pages; without it addresses are not resolved.
	CommunityURL string
}

//go:embed schema.graphql
var printedSchema string

// SDL is the printed schema, as it is committed in schema.graphql.
func SDL() string { return printedSchema }

// NewHandler serves GraphQL over HTTP. It expects the middleware of package tokens around it, which says who is asking.
func NewHandler(o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Live == nil {
		o.Live = transport.NewLive(transport.LiveOptions{})
	}
	if o.Untrusted == "" {
		o.Untrusted = persisted.ModeOff
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	r := newResolver(o)
	s := handler.New(generated.NewExecutableSchema(generated.Config{Schema: publicSchema(), Resolvers: r}))
	s.AddTransport(transport.HTTP{MaxBody: o.MaxBody, Live: o.Live, Check: credentials})
	if o.Authenticator != nil {
		s.AddTransport(transport.Socket{
			MaxMessage: o.MaxBody, Origins: o.Origins, Live: o.Live, Init: o.Authenticator.FromInit,
			Check: credentials,
		})
	}
	s.SetQueryCache(lru.New[*ast.QueryDocument](cachedParses))
	s.SetParserTokenLimit(guard.MaxTokens)
	s.SetErrorPresenter(named(o.RequestID, presenter(o.Logger)))
	s.SetRecoverFunc(recovered(o.Logger))
	s.Use(persisted.New(o.Trusted, o.Untrusted, o.Logger))
	for _, e := range guard.Extensions(o.MaxCost) {
		s.Use(e)
	}
	if o.Introspection {
		s.Use(extension.Introspection{})
	} else {
		s.SetDisableSuggestion(true)
	}
	if o.Timeout > 0 {
		s.AroundOperations(deadline(o.Timeout))
	}
	if o.ShowUsage {
		s.AroundResponses(r.showUsage)
	}
	s.AroundResponses(r.attachLoaders)
	s.AroundRootFields(r.stepOfMutation)
	return s
}

func newResolver(o Options) *Resolver {
	r := &Resolver{
		circle: o.Circle, sessions: o.Sessions, idempotency: idempotency.New(o.Now, o.Circle.Members.CurrentID),
		updates: newLocalUpdates(o.Circle.Notifications.Counts), now: o.Now, webSession: o.WebSession,
	}
	if o.CommunityURL != "" {
		r.communityURL, _ = url.Parse(o.CommunityURL) // the configuration has checked it; nil leaves addresses unresolved
	}
	return r
}

// credentials tells why the token of a stream no longer counts. Where there was none, there is none to end.
func credentials(ctx context.Context) error {
	_, err := tokens.CallerFrom(ctx).Token()
	if errors.Is(err, circleclient.ErrNoToken) {
		return nil
	}
	return err
}

// deadline ends what an operation waits for after a time. Subscriptions go on for as long as their client listens, and
// what is deferred must run to its end (see package transport), which the limit on each call to Circle brings about.
func deadline(after time.Duration) graphql.OperationMiddleware {
	return func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		if oc := graphql.GetOperationContext(ctx); oc.Operation.Operation == ast.Subscription || transport.Defers(oc) {
			return next(ctx)
		}
		limited, cancel := context.WithTimeout(ctx, after)
		context.AfterFunc(ctx, cancel) // the end of the request
		return next(limited)
	}
}

// attachLoaders gives each response its own loaders, and lets Circle's budget take its calls for one screen. What a
// subscription tells of has just happened, so no memory answers it.
func (r *Resolver) attachLoaders(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if o := operationOf(ctx); o != nil && o.Operation == ast.Subscription {
		ctx = circleclient.With(ctx, circleclient.Fresh)
	}
	ctx = circleclient.With(ctx, circleclient.AsOneScreen)
	return next(loaders.With(ctx, loaders.New(ctx, r.circle, expect)))
}

// operationOf is what a response answers, nil for a refusal of what is no operation.
func operationOf(ctx context.Context) *ast.OperationDefinition {
	if !graphql.HasOperationContext(ctx) {
		return nil
	}
	return graphql.GetOperationContext(ctx).Operation
}

// stepOfMutation gives each root field of a mutation its own loaders, so that it sees what the field before it changed,
// and its own caller, so that a login counts for what is beneath it and for nothing beside it. A payload shows what is,
// not what is remembered.
func (r *Resolver) stepOfMutation(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if graphql.GetOperationContext(ctx).Operation.Operation != ast.Mutation {
		return next(ctx)
	}
	ctx = circleclient.With(tokens.WithCaller(ctx, tokens.CallerFrom(ctx).Fork()), circleclient.Fresh)
	return next(loaders.With(ctx, loaders.New(ctx, r.circle, expect)))
}
