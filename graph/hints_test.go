package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"circlegraph/graph"
	"circlegraph/internal/config"
)

func hintsOf(t *testing.T, answer []byte) []graph.Hint {
	t.Helper()
	var out struct {
		Extensions struct{ Hints []graph.Hint }
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	return out.Extensions.Hints
}

// What has cost a call for each item is named, with what to ask for instead; what has cost nothing is not.
func TestHintsNameWhatCostsACallPerItem(t *testing.T) {
	c := newCommunity(t, remembering)
	for _, tc := range []struct {
		name, query string
		want        string // the fields of each hint
		instead     string // in the first
	}{
		{"a card", `{ homeFeed(first: 15) { nodes { id title author { name headline } likes(first: 3) { nodes { id } } } } }`, "", ""},
		{
			"profiles", `{ homeFeed(first: 15) { nodes { id author { name bio location } } } }`,
			"[homeFeed.nodes.author.bio homeFeed.nodes.author.location]", "`headline`",
		},
		{"from memory", `{ homeFeed(first: 15) { nodes { id author { name bio location } } } }`, "", ""},
		{
			"by edges and by another name", `{ new: homeFeed(first: 14) { edges { node { ...Card } } } }
			fragment Card on Post { mine: viewerCanDelete comments(first: 2) { nodes { id } } }`,
			"[new.edges.node.comments] [new.edges.node.mine]", "`commentsCount`",
		},
		{
			"what is skipped", `{ homeFeed(first: 13) { nodes { id comments(first: 2) @skip(if: true) { nodes { id } } } } }`, "", "",
		},
		{
			"subjects", `{ viewer { notifications(first: 20) { nodes { id subject { ... on Post { title } } } } } }`,
			"[viewer.notifications.nodes.subject]", "`url`",
		},
		{"one post", `{ ` + tomatoes + `{ viewerCanDelete comments(first: 5) { nodes { id } } likes(first: 10) { nodes { id } } } }`, "", ""},
	} {
		answer, _ := c.ask(member, tc.query, nil)
		hints := hintsOf(t, answer)
		var fields []string
		for _, h := range hints {
			fields = append(fields, fmt.Sprint(h.Fields))
			if h.Calls < 3 {
				t.Errorf("%s: a hint for %d calls", tc.name, h.Calls)
			}
		}
		got := strings.Join(fields, " ")
		if got != tc.want || tc.want != "" && !strings.Contains(hints[0].Instead, tc.instead) {
			t.Errorf("%s: hints for %q, want %q: %v", tc.name, got, tc.want, hints)
		}
	}
}

// However much is selected, there are three hints for three fields each, and none unless they are asked for.
func TestHintsAreBounded(t *testing.T) {
	c := newCommunity(t)
	const query = `{ homeFeed(first: 5) { nodes { viewerCanDelete viewerCanReport viewerCanUpdate viewerCanManage
		comments(first: 1) { nodes { id } } likes(first: 40) { nodes { id } } author { bio location postsCount spacesCount } } } }`
	answer, calls := c.ask(member, query, nil)
	hints := hintsOf(t, answer)
	if len(hints) != 3 || len(hints[0].Fields) > 3 {
		t.Errorf("%d calls, and the hints %+v, want three with three fields at most", len(calls), hints)
	}
	set := func(cfg *config.Config) { cfg.ShowHints = false }
	c = newCommunityOver(t, loopback, set, directly)
	if answer, _ := c.ask(member, query, nil); strings.Contains(string(answer), `"hints"`) {
		t.Errorf("hints nobody asked for: %s", answer)
	}
}
