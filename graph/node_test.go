package graph

import (
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/scalar"
)

// What fetches a node of many has nobody above it either.
func TestPanicOfANode(t *testing.T) {
	ctx := graphql.WithResponseContext(t.Context(), graphql.DefaultErrorPresenter, graphql.DefaultRecover)
	ctx = loaders.With(ctx, &loaders.Loaders{}) // which panic
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{})
	nodes, err := loadNodes(ctx, []string{scalar.FormatRef(circleclient.MemberRef(1))},
		func(int, circleclient.Ref) error { return nil })
	if err != nil || len(nodes) != 1 || nodes[0] != nil || len(graphql.GetErrors(ctx)) != 1 {
		t.Errorf("loadNodes = %v, %v with the errors %v, want null and an error at its place", nodes, err,
			graphql.GetErrors(ctx))
	}
}
