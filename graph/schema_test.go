package graph_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"circlegraph/graph"
	"circlegraph/graph/generated"
)

var update = flag.Bool("update", false, "rewrite golden files and the printed schema")

// printSchema prints the schema for clients: with descriptions, without the directives that are not for them.
func printSchema() string {
	schema := graph.PublicSchema()
	public := func(list ast.DirectiveList) ast.DirectiveList {
		return slices.DeleteFunc(slices.Clone(list), func(d *ast.Directive) bool {
			return slices.Contains(graph.InternalDirectives(), d.Name)
		})
	}
	schema.Types = maps.Clone(schema.Types) // and each definition, since others read the running schema meanwhile
	for name, running := range schema.Types {
		def := *running
		def.Directives = public(def.Directives)
		def.Fields = slices.Clone(def.Fields)
		for i, running := range def.Fields {
			f := *running
			f.Directives = public(f.Directives)
			def.Fields[i] = &f
		}
		def.EnumValues = slices.Clone(def.EnumValues)
		for i, running := range def.EnumValues {
			v := *running
			v.Directives = public(v.Directives)
			def.EnumValues[i] = &v
		}
		schema.Types[name] = &def
	}
	out := bytes.NewBufferString(standardDirectives)
	formatter.NewFormatter(out, formatter.WithIndent("  ")).FormatSchema(schema)
	return out.String()
}

// standardDirectives are those that the schema or its documents use and that tools do not all know by themselves:
// graphql-js learnt @oneOf with 16.9, and @defer is a draft. A tool that knows them takes the definition for its own.
const standardDirectives = `"""
Lets the server answer this part later than the rest, if the client can read that.
"""
directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
"""
Exactly one field of the input must be given, and it must not be null.
"""
directive @oneOf on INPUT_OBJECT
`

// Clients see what the printed schema has, through introspection too.
func TestInternalDirectivesAreHidden(t *testing.T) {
	for _, name := range graph.InternalDirectives() {
		if strings.Contains(graph.SDL(), "@"+name) {
			t.Errorf("the printed schema has @%s", name)
		}
	}
	server := endpoint(t, graph.Options{Introspection: true})
	_, _, answer := send(t, server, message{http.MethodPost, "", nil, `{"query":"{ __schema { directives { name } } }"}`})
	var got struct {
		Data struct {
			Schema struct{ Directives []struct{ Name string } } `json:"__schema"`
		}
	}
	if err := json.Unmarshal([]byte(answer), &got); err != nil || len(got.Data.Schema.Directives) < 5 {
		t.Fatalf("%v: %s", err, answer)
	}
	for _, d := range got.Data.Schema.Directives {
		if slices.Contains(graph.InternalDirectives(), d.Name) {
			t.Errorf("introspection shows @%s", d.Name)
		}
	}
}

func TestPrintedSchemaIsCurrent(t *testing.T) {
	got := printSchema()
	if *update {
		if err := os.WriteFile("schema.graphql", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != graph.SDL() {
		t.Error("schema.graphql is not what the SDL files say; run go test ./graph -update and look at the difference")
	}
}

// Everything that a client can see says what it is.
func TestEverythingIsDescribed(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for name, def := range schema.Types {
		if def.BuiltIn || strings.HasPrefix(name, "__") {
			continue
		}
		if def.Description == "" {
			t.Errorf("type %s has no description", name)
		}
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") || f.Name == "id" && def.Kind != ast.InputObject || f.Name == "input" {
				continue // an id is an id
			}
			if f.Description == "" {
				t.Errorf("%s.%s has no description", name, f.Name)
			}
			for _, a := range f.Arguments {
				if a.Description == "" && a.Name != "input" {
					t.Errorf("%s.%s(%s) has no description", name, f.Name, a.Name)
				}
			}
		}
		for _, v := range def.EnumValues {
			if v.Description == "" {
				t.Errorf("%s.%s has no description", name, v.Name)
			}
		}
	}
}

// No id is ever a 32-bit Int.
func TestIDsAreNeverInt(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for name, def := range schema.Types {
		for _, f := range def.Fields {
			if lower := strings.ToLower(f.Name); (lower == "id" || strings.HasSuffix(f.Name, "Id")) && f.Type.Name() != "ID" &&
				f.Name != "ssoUserId" && f.Name != "signedId" && schema.Types[f.Type.Name()].Kind != ast.InputObject {
				t.Errorf("%s.%s is %s, want ID", name, f.Name, f.Type.Name())
			}
		}
	}
}

// Whatever creates something can be repeated safely.
func TestCreatesTakeAnIdempotencyKey(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, f := range schema.Mutation.Fields {
		creates := slices.ContainsFunc([]string{"create", "send", "submit", "report"},
			func(verb string) bool { return strings.HasPrefix(f.Name, verb) })
		if !creates || f.Name == "createWebSession" { // which takes nothing and creates nothing of the community's
			continue
		}
		if input := f.Arguments.ForName("input"); input == nil ||
			schema.Types[input.Type.Name()].Fields.ForName("idempotencyKey") == nil {
			t.Errorf("%s takes no idempotencyKey", f.Name)
		}
	}
}

// Whoever finds an id learns from its description if `node` does not take it.
func TestIDsOfWhatIsNoNodeSaySo(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	found := 0
	for name, def := range schema.Types {
		id := def.Fields.ForName("id")
		if def.Kind != ast.Object || id == nil || slices.Contains(def.Interfaces, "Node") {
			continue
		}
		found++
		says := strings.Join(strings.Fields(id.Description), " ")
		if !strings.Contains(says, "caches") || !strings.Contains(says, "`node` does not take it") {
			t.Errorf("%s.id says %q, not that it is for caches and that `node` does not take it", name, id.Description)
		}
	}
	if found < 20 {
		t.Errorf("%d types with an id are no Node", found)
	}
}
