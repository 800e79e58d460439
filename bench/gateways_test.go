package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// The queries are held to the schemas that they are for, so that a change of either is noticed where nobody measures, too.
func TestQueriesFitTheirSchemas(t *testing.T) {
	dir, err := filepath.Abs("gateways") // Mesh runs within it
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		queries map[string]string
		schema  func(t *testing.T) string
	}{
		{"facade", facadeQueries, file("../graph/schema.graphql")},
		{naiveName, naiveQueries, file("naive/schema.graphqls")},
		{tailcallName, tailcallQueries, func(t *testing.T) string { return tailcallDirectives + file("gateways/tailcall.graphql")(t) }},
		{hiveName, hiveQueries, func(t *testing.T) string { return hiveDirectives + supergraph(t, dir) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			schema, err := gqlparser.LoadSchema(&ast.Source{Name: test.name, Input: test.schema(t)})
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range works {
				if _, err := gqlparser.LoadQueryWithRules(schema, test.queries[w.name], rules.NewDefaultRules()); err != nil {
					t.Errorf("%s: %v", w.name, err)
				}
			}
		})
	}
}

// What the gateways know by themselves, as far as the schemas use it.
const (
	tailcallDirectives = `
directive @server(hostname: String, port: Int) on SCHEMA
directive @upstream(allowedHeaders: [String!], poolMaxIdlePerHost: Int) on SCHEMA
directive @http(url: String!, query: [Pair!], dedupe: Boolean) on FIELD_DEFINITION
input Pair { key: String!, value: String! }
`
	hiveDirectives = `
directive @resolveTo(
  sourceName: String, sourceTypeName: String, sourceFieldName: String, requiredSelectionSet: String, sourceArgs: Arguments
) on FIELD_DEFINITION
scalar Arguments
`
)

// file gives the text of a schema. Placeholders for numbers become one.
func file(path string) func(t *testing.T) string {
	return func(t *testing.T) string {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(text), "%PORT%", "8000")
	}
}

// supergraph is what Mesh makes of the contract, where it is installed and the contract is at hand.
func supergraph(t *testing.T, dir string) string {
	t.Helper()
	if err := installed(binary(dir, "mesh-compose")); err != nil {
		t.Skipf("GraphQL Mesh is %v", err)
	}
	contract, err := findContract(dir)
	if err != nil {
		t.Skip(err)
	}
	path := filepath.Join(t.TempDir(), "supergraph.graphql")
	if err := compose(t.Context(), dir, contract, "http://127.0.0.1", path); err != nil {
		t.Fatal(err)
	}
	return file(path)(t)
}
