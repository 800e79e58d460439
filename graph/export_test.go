package graph

import (
	"net/http"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/graph/generated"
)

// What the tests in package graph_test need of the inside.
type (
	Cost          = cost
	UpstreamUsage = upstreamUsage
	Hint          = hint
)

func ClientOf(header http.Header) string { return clientOf(header) }

func InternalDirectives() []string { return internalDirectives() }

func PublicSchema() *ast.Schema { return publicSchema(false) }

// NewUnlimited is NewHandler without the limits, which are there to refuse that everything is selected.
func NewUnlimited(o Options) http.Handler {
	r := newResolver(o)
	s := handler.New(generated.NewExecutableSchema(generated.Config{Resolvers: r}))
	s.AddTransport(transport.POST{})
	s.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	s.SetErrorPresenter(presenter(o.Logger))
	s.AroundResponses(r.attachLoaders)
	s.AroundRootFields(r.stepOfMutation)
	return s
}
