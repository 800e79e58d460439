package guard

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"circlegraph/graph/generated"
	"circlegraph/internal/memory"
)

// graphiQL is the query with which GraphiQL reads the schema.
const graphiQL = `query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind }
	subscriptionType { name kind } types { ...FullType }
	directives { name description locations args(includeDeprecated: true) { ...InputValue } } } }
	fragment FullType on __Type { kind name description specifiedByURL
		fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef }
			isDeprecated deprecationReason }
		inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
		enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
	fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated
		deprecationReason }
	fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
		ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }`

// What is estimated of an answer about the schema is what it takes, more or less, before it is made.
func TestIntrospectionIsMeasured(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	server := endpoint()
	for _, query := range []string{
		graphiQL,
		`{ __schema { types { name description fields { name description type { name fields { name } } } } } }`,
		`{ a: __type(name: "Post") { ...T } b: __type(name: "Query") { ...T ...T } }
			fragment T on __Type { name possibleTypes { name fields { name args { name type { name ofType { name } } } } } }`,
		`{ __schema { directives { name locations args { name } } types { enumValues { name } inputFields { name } } } }`,
	} {
		doc, errs := gqlparser.LoadQueryWithRules(schema, query, rules.NewDefaultRules())
		if errs != nil {
			t.Fatal(errs)
		}
		m := &schemaMeasure{schema: schema, left: maxIntrospection}
		m.root(doc.Operations[0].SelectionSet, nil)
		estimated, actual := maxIntrospection-m.left, int64(len(ask(t, server, query, "{}")))
		t.Logf("estimated %d, is %d", estimated, actual)
		if estimated < actual*3/4 || estimated > actual*3 {
			t.Errorf("%.60s… is estimated to take %d bytes and takes %d", query, estimated, actual)
		}
	}
}

func TestIntrospectionIsBounded(t *testing.T) {
	server := endpoint()
	for name, query := range map[string]string{
		"the schema again and again": "{" + numbered(` s%d: __schema { types {
			fields { name description type { name description fields { name description } } } } }`, 20) + "}",
		"lists again and again": "{ __schema {" + numbered(
			" t%d: types { fields { description args { name description } } }", 29) + "} }",
		"fragments again and again": `{ __schema { types { ...A } } } fragment B on __Type { description fields { description } }
			fragment A on __Type {` + numbered(" f%d: fields { type { ...B } }", 15) + " }",
		"one type by variable": "query($n: String!) {" + numbered(" a%d: __type(name: $n) { ...T }", 20) + `}
			fragment T on __Type {` + numbered(
			" f%d: fields { name type { description fields { description } } args { description } }", 8) + " }",
	} {
		t.Run(name, func(t *testing.T) {
			if answer := ask(t, server, query, `{"n":"Query"}`); !strings.Contains(answer, `"introspection"`) {
				t.Errorf("answered %.200s of %d bytes, want limit introspection", answer, len(answer))
			}
		})
	}
	if answer := ask(t, server, graphiQL, "{}"); !strings.Contains(answer, `"possibleTypes"`) {
		t.Errorf("GraphiQL is answered %.200s", answer)
	}
}

// What is read of the schema is weighed too, so that a few at a time have to do.
func TestIntrospectionIsWeighed(t *testing.T) {
	body, err := json.Marshal(map[string]string{"query": graphiQL})
	if err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int64]int{
		1 << 20: http.StatusServiceUnavailable, 24 << 20: http.StatusServiceUnavailable, 1 << 30: http.StatusOK,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		endpointIn(memory.New(size)).ServeHTTP(w, r)
		if w.Code != want || w.Header().Get("Retry-After") == "" != (want == http.StatusOK) {
			t.Errorf("with %d bytes of memory it is answered %d %.200s, want %d", size, w.Code, w.Body, want)
		}
	}
}
