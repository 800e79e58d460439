package graph

import (
	"maps"
	"math"

	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/graph/generated"
)

// internalDirectives returns the names of the directives that only the generator and this server read.
func internalDirectives() []string { return []string{"goField", "goModel", "cost", "circle"} }

// publicSchema returns the schema as clients may see it, without the definitions of internal directives.
func publicSchema() *ast.Schema {
	schema := *generated.NewExecutableSchema(generated.Config{}).Schema()
	schema.Directives = maps.Clone(schema.Directives)
	for _, name := range internalDirectives() {
		delete(schema.Directives, name)
	}
	return &schema
}

// narrow is a number as an Int, which has 32 bits; nil beyond them.
func narrow(n *int64) *int {
	if n == nil || *n < math.MinInt32 || *n > math.MaxInt32 {
		return nil
	}
	i := int(*n)
	return &i
}
