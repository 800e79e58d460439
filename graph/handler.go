package graph

import (
	"context"
	_ "embed"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
	"circlegraph/graph/generated"
	"circlegraph/graph/loaders"
	"circlegraph/tokens"
)

const (
	// maxTokens bounds a query: a screen's, or GraphiQL's own introspection, has about 200.
	maxTokens = 2000
	// cachedParses is how many parsed and validated queries are kept.
	cachedParses = 1000
)

// Options are what the GraphQL endpoint needs.
type Options struct {
	// Circle asks Circle.
	Circle *circleclient.Client
	// Sessions signs members in and out.
	Sessions *tokens.Service
	// Introspection lets clients read the schema through the endpoint.
	Introspection bool
	// Logger gets what must not reach clients; [slog.Default] where nil.
	Logger *slog.Logger
	// Now is the clock; the system's where nil.
	Now func() time.Time
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
	r := &Resolver{circle: o.Circle, sessions: o.Sessions, idempotency: newIdempotency(o.Now), now: o.Now}
	s := handler.New(generated.NewExecutableSchema(generated.Config{Resolvers: r}))
	s.AddTransport(transport.Options{})
	s.AddTransport(transport.GET{})
	s.AddTransport(transport.POST{})
	s.SetQueryCache(lru.New[*ast.QueryDocument](cachedParses))
	s.SetParserTokenLimit(maxTokens)
	s.SetErrorPresenter(presenter(o.Logger))
	s.SetRecoverFunc(recovered(o.Logger))
	s.Use(&oneOf{})
	if o.Introspection {
		s.Use(extension.Introspection{})
	} else {
		s.SetDisableSuggestion(true)
	}
	s.AroundResponses(r.attachLoaders)
	s.AroundRootFields(r.stepOfMutation)
	return s
}

// attachLoaders gives each response its own loaders.
func (r *Resolver) attachLoaders(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	return next(loaders.With(ctx, loaders.New(ctx, r.circle)))
}

// stepOfMutation gives each root field of a mutation its own loaders, so that it sees what the field before it changed, and
// its own caller, so that a login counts for what is beneath it and for nothing beside it.
func (r *Resolver) stepOfMutation(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if graphql.GetOperationContext(ctx).Operation.Operation != ast.Mutation {
		return next(ctx)
	}
	ctx = tokens.WithCaller(ctx, tokens.CallerFrom(ctx).Fork())
	return next(loaders.With(ctx, loaders.New(ctx, r.circle)))
}
