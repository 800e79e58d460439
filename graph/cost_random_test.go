package graph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/graph"
	"circlegraph/graph/guard"
	"circlegraph/internal/race"
)

// writer writes queries that nobody would think of.
type writer struct {
	*rand.Rand

	schema *ast.Schema
	given  map[string][]string // arguments by field, of the sandbox's own things
	out    strings.Builder
	alias  int
}

// selection writes some fields of a type, in fragments if it is an abstract one.
func (w *writer) selection(on *ast.Definition, left int) {
	w.out.WriteString(" { __typename")
	if on.IsAbstractType() && (on.Kind == ast.Union || w.IntN(2) == 0) {
		for _, possible := range w.schema.GetPossibleTypes(on) {
			if possible.Kind == ast.Object && w.IntN(2) == 0 {
				fmt.Fprintf(&w.out, " ... on %s", possible.Name)
				w.selection(possible, left)
			}
		}
		w.out.WriteString(" }")
		return
	}
	some := 1 + w.IntN(4)
	for _, i := range w.Perm(len(on.Fields)) {
		field := on.Fields[i]
		args := w.arguments(on, field)
		if strings.HasPrefix(field.Name, "__") || args == "" && requires(field) {
			continue
		}
		of := w.schema.Types[field.Type.Name()]
		wrapper := strings.HasSuffix(on.Name, "Connection") || strings.HasSuffix(on.Name, "Edge")
		if !of.IsLeafType() && left == 0 {
			continue
		}
		w.alias++
		fmt.Fprintf(&w.out, " f%d: %s%s", w.alias, field.Name, args)
		if !of.IsLeafType() {
			if wrapper {
				w.selection(of, left)
			} else {
				w.selection(of, left-1)
			}
		}
		if some--; some == 0 {
			break
		}
	}
	w.out.WriteString(" }")
}

func (w *writer) arguments(on *ast.Definition, field *ast.FieldDefinition) string {
	if given := w.given[on.Name+"."+field.Name]; given != nil {
		return given[w.IntN(len(given))]
	}
	switch {
	case requires(field), field.Arguments.ForName("first") == nil || field.Arguments.ForName("last") != nil:
		return ""
	case field.Arguments.ForName("orderBy") != nil && field.Type.Name() == "CommentConnection" && w.IntN(3) == 0:
		return fmt.Sprintf("(orderBy: LATEST, first: %d)", 1+w.IntN(3))
	}
	return fmt.Sprintf("(first: %d)", 1+w.IntN(3))
}

// No query costs more than was estimated for it, whatever it asks for.
func TestNoQueryCostsMoreThanEstimated(t *testing.T) {
	t.Parallel()
	inBubble(testNoQueryCostsMoreThanEstimated)(t)
}

func testNoQueryCostsMoreThanEstimated(t *testing.T) {
	c := newCommunityInBubble(t, directly)
	w := &writer{schema: graph.PublicSchema(), given: map[string][]string{
		"Query.search": {
			`(query: "plot", first: 5)`,
			`(query: "water", type: COMMENTS, first: 5)`,
		}, "Query.quickSearch": {`(text: "the", first: 5)`},
		"Viewer.notificationPreferences": {"(medium: IN_APP)"}, "Query.space": {`(by: {slug: "vegetables"})`},
	}}
	for _, query := range []string{
		`{ homeFeed(first: 4) { nodes { id author { id } comments(first: 9) { nodes { id replies { nodes { id } } } } } } }`,
		`{ spaces { id chatRoom { id } } }`,
		`{ viewer { chatRooms { nodes { id lastMessage { id } } } chatThreads { nodes { id } } } }`,
	} {
		for _, id := range idsIn(c.data(admin, query, nil)) {
			w.given["Query.node"] = append(w.given["Query.node"], fmt.Sprintf("(id: %q)", id))
		}
	}
	most, tried := 0, 0
	queries := race.Rounds(400, 100)
	for seed := range uint64(queries) {
		w.Rand = rand.New(rand.NewPCG(seed, 0))
		w.out.Reset()
		w.selection(w.schema.Query, 4)
		answer, calls := c.ask(admin, w.out.String(), nil)
		got, ok := costOf(t, answer)
		switch {
		case strings.Contains(string(answer), "GRAPHQL_VALIDATION_FAILED"):
			t.Fatalf("query %d: %s\n%s", seed, answer, w.out.String())
		case !ok || strings.Contains(string(answer), guard.CodeCostLimit) ||
			strings.Contains(string(answer), guard.CodeQueryLimit):
			continue
		case len(calls) > int(got.Estimated):
			t.Errorf("query %d: estimated %d, took %d: %q\n%s", seed, got.Estimated, len(calls), calls, w.out.String())
		}
		tried, most = tried+1, max(most, len(calls))
	}
	t.Logf("%d queries, up to %d calls", tried, most)
	if tried < queries*3/8 || most < 10 && !race.Detector { // the most expensive come late
		t.Errorf("%d queries with up to %d calls test little", tried, most)
	}
}

// idsIn are all ids within an answer.
func idsIn(value any) (ids []string) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if id, ok := inner.(string); ok && key == "id" {
				ids = append(ids, id)
			}
			ids = append(ids, idsIn(inner)...)
		}
	case []any:
		for _, inner := range v {
			ids = append(ids, idsIn(inner)...)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
