package guard

import (
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

func TestNullIsNoDefault(t *testing.T) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { list(first: Int! = 20, after: String): Query }`})
	const first = "`first` of `list` cannot be null, which the variable $n is. Leave the variable out to get the default, 20."
	for _, c := range []struct {
		query     string
		variables map[string]any
		want      string
	}{
		{`query($n: Int) { list(first: $n) { __typename } }`, map[string]any{"n": nil}, first},
		{`query($n: Int = 5) { list { list(first: $n) { __typename } } }`, map[string]any{"n": nil}, first},
		{
			`query($n: Int) { ...F } fragment F on Query { ... { list(first: $n) { __typename } } }`,
			map[string]any{"n": nil},
			first,
		},
		{`query($n: Int) { list(first: $n) { __typename } }`, map[string]any{}, ""},
		{`query($n: Int) { list(first: $n) { __typename } }`, map[string]any{"n": 3}, ""},
		{`query($a: String) { list(after: $a) { __typename } }`, map[string]any{"a": nil}, ""},
	} {
		doc, errs := gqlparser.LoadQueryWithRules(schema, c.query, rules.NewDefaultRules())
		if errs != nil {
			t.Fatal(errs)
		}
		got := ""
		oc := &graphql.OperationContext{Operation: doc.Operations[0], Variables: c.variables}
		if err := (nulls{}).MutateOperationContext(t.Context(), oc); err != nil {
			got = err.Message
			if err.Extensions["code"] != codeBadUserInput || len(err.Locations) != 1 {
				t.Errorf("%s: code %v, at %v", c.query, err.Extensions["code"], err.Locations)
			}
		}
		if got != c.want {
			t.Errorf("%s with %v: %q, want %q", c.query, c.variables, got, c.want)
		}
	}
}
