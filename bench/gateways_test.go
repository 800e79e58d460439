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

// The queries are validated against their schemas, so that a change of either shows without a measurement. Those of
// Hive Gateway need it installed; its answers are compared whenever it is measured.
func TestQueriesFitTheirSchemas(t *testing.T) {
	fit(t, "facade", facadeQueries, file(t, "../graph/schema.graphql"))
	fit(t, naiveName, naiveQueries, file(t, "naive/schema.graphqls"))
	fit(t, tailcallName, tailcallQueries, tailcallDirectives+file(t, "gateways/tailcall.graphql"))
	if composed := supergraph(t); composed != "" {
		fit(t, hiveName, hiveQueries, hiveDirectives+composed)
	}
}

func fit(t *testing.T, name string, queries map[string]string, sdl string) {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range works {
		if _, err := gqlparser.LoadQueryWithRules(schema, queries[w.name], rules.NewDefaultRules()); err != nil {
			t.Errorf("%s, %s: %v", name, w.name, err)
		}
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
  sourceName: String, sourceTypeName: String, sourceFieldName: String, requiredSelectionSet: String,
  sourceArgs: Arguments
) on FIELD_DEFINITION
scalar Arguments
`
)

// file gives the text of a schema. Placeholders for numbers become one.
func file(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "%PORT%", "8000")
}

// supergraph is what Mesh makes of the contract; empty if Mesh or the contract is missing.
func supergraph(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("gateways") // Mesh runs within it
	if err != nil {
		t.Fatal(err)
	}
	if err := installed(binary(dir, "mesh-compose")); err != nil {
		t.Logf("%s: %v", hiveName, err)
		return ""
	}
	contract, err := findContract(dir)
	if err != nil {
		t.Logf("%s: %v", hiveName, err)
		return ""
	}
	path := filepath.Join(t.TempDir(), "supergraph.graphql")
	if err := compose(t.Context(), dir, contract, "http://127.0.0.1", path); err != nil {
		t.Fatal(err)
	}
	return file(t, path)
}
