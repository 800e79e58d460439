package graph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circlegraph/bench/screens"
)

// words is what a checker finds, in short.
func words(findings []Finding) []string {
	var all []string
	for _, f := range findings {
		var said []string
		for _, e := range f.Errors {
			said = append(said, fmt.Sprintf("%s@%d", e.Code, e.Line))
		}
		for _, d := range f.Deprecated {
			said = append(said, fmt.Sprintf("%s@%d", d.What, d.Line))
		}
		for _, h := range f.Hints {
			said = append(said, fmt.Sprintf("%v=%d", h.Fields, h.Calls))
		}
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s %d/%d %s", f.Kind, f.Operation, f.Likely, f.Estimated,
			strings.Join(said, " "))))
	}
	return all
}

func TestCheck(t *testing.T) {
	for _, tc := range []struct {
		name, document string
		maxCost        int
		want           []string
	}{
		{"what costs nothing more", `query Feed { homeFeed(first: 20) { nodes { id title author { name } } } }`, 50, []string{
			"query Feed 1/1",
		}},
		{"a number by variable", `query Feed($n: Int!) { homeFeed(first: $n) { nodes { author { bio location } } } }`, 50, []string{
			"query Feed 19/21 [homeFeed.nodes.author.bio homeFeed.nodes.author.location]=20",
		}},
		{"a number that may be left out", `query Feed($n: Int) { homeFeed(first: $n) { nodes { author { bio } } } }`, 50, []string{
			"query Feed 19/21 [homeFeed.nodes.author.bio]=20",
		}},
		{"a number with a default", `query Feed($n: Int = 5) { homeFeed(first: $n) { nodes { author { bio } } } }`, 50, []string{
			"query Feed 6/6 [homeFeed.nodes.author.bio]=5",
		}},
		{"what may be left out counts", `query Feed($short: Boolean!) {
			homeFeed(first: 20) { nodes { author { bio @skip(if: $short) } } } }`, 50, []string{
			"query Feed 19/21 [homeFeed.nodes.author.bio]=20",
		}},
		{"ids", `query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id } }`, 50, []string{"query Nodes 22/22"}},
		{"an input", `mutation In($input: LoginInput!) { login(input: $input) { accessToken } }`, 50, []string{
			"mutation In 1/1",
		}},
		{"too much", `query Feed { homeFeed(first: 100) { nodes { author { bio } } } }`, 50, []string{
			"query Feed 91/101 COST_LIMIT_EXCEEDED@0 [homeFeed.nodes.author.bio]=100",
		}},
		{"any number", `query Feed { homeFeed(first: 100) { nodes { author { bio } } } }`, 0, []string{
			"query Feed 91/101 [homeFeed.nodes.author.bio]=100",
		}},
		{"too deep", `query Deep { ` + strings.Repeat("viewer { member { id } ", 16) + strings.Repeat("}", 16) + "}", 50, []string{
			"query Deep 0/0 QUERY_LIMIT_EXCEEDED@0",
		}},
		{"not of this schema", "query Old {\n  viewer { id }\n  gone\n}", 50, []string{
			"query Old 0/0 GRAPHQL_VALIDATION_FAILED@3",
		}},
		{"no document", "query {", 50, []string{"0/0 GRAPHQL_PARSE_FAILED@1"}},
		{"what will go", `query A($o: HomeFeedOrder! = LATEST) {
  homeFeed(first: 1, orderBy: $o) { nodes { id } }
  viewer { notifications(first: 1) { nodes { ...N } } }
}
query B { viewer { id: __typename } }
fragment N on Notification { action }
`, 50, []string{"query A 2/2 Query.homeFeed(orderBy:)@2 Notification.action@6", "query B 0/0"}},
	} {
		checker, err := NewChecker(tc.maxCost, 20)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tc.want, words(checker.Check(t.Context(), tc.document))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

// The screens could be sent, and what is said of them here is what the server says.
func TestCheckOfTheScreens(t *testing.T) {
	checker, err := NewChecker(50, 20)
	if err != nil {
		t.Fatal(err)
	}
	all, err := screens.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		for _, f := range checker.Check(t.Context(), s.Document) {
			if len(f.Errors) > 0 || len(f.Deprecated) > 0 || f.Estimated < int64(s.Minimum()) {
				t.Errorf("%s: %+v, want no errors and an estimate of at least %d", s.Name, f, s.Minimum())
			}
		}
	}
}
