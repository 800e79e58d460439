package graph

import (
	"maps"
	"math"

	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/graph/generated"
)

// internalDirectives returns the names of the directives that only the generator and this server read.
func internalDirectives() []string { return []string{"goField", "goModel", "cost", "circle"} }

// publicSchema returns the schema as clients may see it, without the definitions of internal directives, and without
// what routers ask for unless they are served.
func publicSchema(federation bool) *ast.Schema {
	schema := *generated.NewExecutableSchema(generated.Config{}).Schema()
	schema.Directives = maps.Clone(schema.Directives)
	for _, name := range internalDirectives() {
		delete(schema.Directives, name)
	}
	if !federation {
		schema.Types = maps.Clone(schema.Types)
		withoutFederation(&schema)
	}
	return &schema
}

// Priced returns the schema as clients may see it, of which each field still says what it costs.
func Priced() *ast.Schema { return publicSchema(false) }

// narrow is a number as an Int, which has 32 bits; nil beyond them.
func narrow(n *int64) *int {
	if n == nil || *n < math.MinInt32 || *n > math.MaxInt32 {
		return nil
	}
	i := int(*n)
	return &i
}
