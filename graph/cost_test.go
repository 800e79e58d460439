package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"circlegraph/graph"
	"circlegraph/graph/guard"
	"circlegraph/internal/race"
)

// costOf is `extensions.cost` of an answer; false if it has none.
func costOf(t *testing.T, answer []byte) (graph.Cost, bool) {
	t.Helper()
	var out struct{ Extensions struct{ Cost *graph.Cost } }
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	if out.Extensions.Cost == nil {
		return graph.Cost{}, false
	}
	return *out.Extensions.Cost, true
}

// checkCost holds an operation to its estimate, and the default limit to letting it pass.
func checkCost(t *testing.T, name string, answer []byte, calls []string) {
	t.Helper()
	got, ok := costOf(t, answer)
	switch {
	case strings.Contains(string(answer), guard.CodeCostLimit):
		t.Errorf("%s: %s", name, answer)
	case ok && (int(got.Actual) != len(calls) || got.Actual > got.Estimated):
		t.Errorf("%s: estimated %d, told %d, took %d: %q", name, got.Estimated, got.Actual, len(calls), calls)
	}
	t.Logf("%s: estimated %d, took %d", name, got.Estimated, got.Actual)
}

// Nothing that the scripts and the screens ask for costs more than is estimated, and all of it is allowed.
func TestNothingCostsMoreThanEstimated(t *testing.T) {
	t.Parallel()
	for _, name := range race.Some(scripts(t)) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) {
				c := newCommunityInBubble(t, directly)
				eachStep(t, txtar.Parse(readFile(t, name)), func(step, as, query string, variables map[string]any) []byte {
					answer, calls := c.ask(as, query, variables)
					checkCost(t, step, answer, calls)
					return answer
				})
			})(t)
		})
	}
	for _, s := range race.Some(allScreens(t)) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) {
				c := newCommunityInBubble(t, directly)
				answer, calls := c.ask(member, s.Document, s.Variables)
				checkCost(t, "nodes", answer, calls)
				answer, calls = c.ask(member, throughEdges(t, s.Document), s.Variables)
				checkCost(t, "edges", answer, calls)
			})(t)
		})
	}
}

const (
	costly  = `query($n: Int!) { homeFeed(first: $n) { nodes { comments(first: 10) { nodes { author { bio } } } } } }`
	tooMuch = `"message":"This operation could need up to 221 calls to Circle, and 50 are allowed. Most of them: homeFeed.nodes.comments.nodes.author.bio (200). Ask for fewer items or leave the field out.","extensions":{"code":"COST_LIMIT_EXCEEDED","estimated":221,"max":50}`
)

// What could cost too much is refused before the first request, over everything that GraphQL comes by.
func TestCostLimit(t *testing.T) {
	c := newCommunity(t)
	token := c.token(member)
	c.sandbox.ResetCalls()
	body := fmt.Sprintf(`{"query":%q,"variables":{"n":20}}`, costly)
	inURL := url.Values{"query": {costly}, "variables": {`{"n":20}`}}.Encode()
	for _, tc := range []struct {
		method, accept string
		status         int
	}{
		{http.MethodPost, asJSON, 200},
		{http.MethodPost, asResponse, 400},
		{http.MethodGet, asResponse, 400},
		{http.MethodPost, acceptDefer, 400},
		{http.MethodPost, "text/event-stream", 400},
	} {
		m := message{tc.method, inURL, map[string]string{"Accept": tc.accept, "Authorization": "Bearer " + token}, body}
		if tc.method == http.MethodPost {
			m.query = ""
		}
		status, _, answer := sendTo(t, c.url, m)
		if status != tc.status || !strings.Contains(answer, tooMuch) || strings.Contains(answer, `"data"`) {
			t.Errorf("%s as %s answers %d %s, want %d with %s", tc.method, tc.accept, status, answer, tc.status, tooMuch)
		}
	}
	s := c.connect(member)
	s.Send(`{"type":"subscribe","id":"1","payload":` + body + `}`)
	s.Want(tooMuch)
	if calls := c.sandbox.Calls(); len(calls) > 0 {
		t.Errorf("Circle was asked all the same: %v", calls)
	}
	if answer, _ := c.ask(member, costly, map[string]any{"n": 2}); strings.Contains(string(answer), guard.CodeCostLimit) {
		t.Errorf("with fewer items it is refused, too: %s", answer)
	}
	server := endpoint(t, graph.Options{})
	if _, _, answer := send(t, server, message{http.MethodPost, "", nil, body}); strings.Contains(answer,
		guard.CodeCostLimit) {
		t.Errorf("without a limit it is refused: %s", answer)
	}
}

var graphqlBlock = regexp.MustCompile("(?s)```graphql\n(.*?)```")

// What the documentation shows can be asked as it stands.
func TestDocumentedOperationsAreAllowed(t *testing.T) {
	files, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	server, shown := endpoint(t, graph.Options{MaxCost: 50}), 0
	for _, file := range files {
		for _, block := range graphqlBlock.FindAllSubmatch(readFile(t, file), -1) {
			_, _, answer := send(t, server, message{http.MethodPost, "", nil, fmt.Sprintf(`{"query":%q}`, block[1])})
			if strings.Contains(answer, guard.CodeCostLimit) {
				t.Errorf("%s: %s\n%s", file, answer, block[1])
			}
			shown++
		}
	}
	if shown < 8 {
		t.Errorf("%d operations were found", shown)
	}
}
