package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"circlegraph/bench/screens"
	"circlegraph/circleclient"
)

// TestScreensCostTheirMinimum holds each screen to the calls that its document says are the fewest, on a cold start,
// through nodes and through edges alike; and the same screen again, with a memo, to none.
func TestScreensCostTheirMinimum(t *testing.T) {
	for _, s := range allScreens(t) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) {
				c := newCommunityInBubble(t, slowly)
				var want []string
				for _, call := range s.Calls {
					want = append(want, slices.Repeat([]string{call.Operation}, call.Times)...)
				}
				slices.Sort(want)
				answer, calls := c.ask(member, s.Document, s.Variables)
				if diff := cmp.Diff(want, calls); diff != "" {
					t.Errorf("%d calls, want %d (-want +got)\n%s", len(calls), len(want), diff)
				}
				checkShown(t, answer, s.Shows)
				answer, calls = c.ask(member, throughEdges(t, s.Document), s.Variables)
				if diff := cmp.Diff(want, calls); diff != "" {
					t.Errorf("through edges %d calls, want %d (-want +got)\n%s", len(calls), len(want), diff)
				}
				checkShown(t, answer, strings.ReplaceAll(s.Shows, "nodes", "edges"))
				c = newCommunityInBubble(t, slowly, remembering)
				c.ask(member, s.Document, s.Variables)
				answer, calls = c.ask(member, s.Document, s.Variables)
				if len(calls) > 0 {
					t.Errorf("the same screen again costs %v, want nothing", calls)
				}
				checkShown(t, answer, s.Shows)
			})(t)
		})
	}
}

// TestScreensAfterTheFeed holds each screen to the calls that it takes after the home feed, once answers by themselves
// are forgotten: the feed answers for its posts, and what changes seldom is remembered.
func TestScreensAfterTheFeed(t *testing.T) {
	home := screenNamed(t, "home")
	for _, s := range allScreens(t) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) {
				c := newCommunityInBubble(t, slowly, reusing, forgetsSeldom)
				c.ask(member, home.Document, home.Variables)
				c.clock.Advance(10 * time.Second)
				answer, calls := c.ask(member, s.Document, s.Variables)
				if len(calls) != s.AfterFeed {
					t.Errorf("%d calls, want %d: %v", len(calls), s.AfterFeed, calls)
				}
				checkShown(t, answer, s.Shows)
			})(t)
		})
	}
}

func forgetsSeldom(cfg *circleclient.Config) { cfg.Memo.Seldom = 10 * time.Minute }

func screenNamed(t testing.TB, name string) screens.Screen {
	t.Helper()
	for _, s := range allScreens(t) {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no screen is called %s", name)
	return screens.Screen{}
}

func allScreens(t testing.TB) []screens.Screen {
	t.Helper()
	all, err := screens.All()
	if err != nil || len(all) != 16 {
		t.Fatalf("%d screens, want 16; %v", len(all), err)
	}
	return all
}

// checkShown holds an answer to having no errors and something to show.
func checkShown(t *testing.T, answer []byte, path string) {
	t.Helper()
	var out struct {
		Data   any
		Errors []json.RawMessage
	}
	if err := json.Unmarshal(answer, &out); err != nil || len(out.Errors) > 0 {
		t.Errorf("%v %s", err, out.Errors)
	}
	if list, ok := at(out.Data, path).([]any); !ok || len(list) == 0 {
		t.Errorf("%s is empty: %.2000s", path, answer)
	}
}

// throughEdges is an operation that reaches the items of its lists by `edges { node }` and not by `nodes`.
func throughEdges(t *testing.T, document string) string {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: document})
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range doc.Operations {
		nodesToEdges(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		nodesToEdges(f.SelectionSet)
	}
	var out bytes.Buffer
	formatter.NewFormatter(&out).FormatQueryDocument(doc)
	if strings.Contains(out.String(), "nodes") {
		t.Fatalf("still by nodes: %s", out.String())
	}
	return out.String()
}

func nodesToEdges(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			nodesToEdges(s.SelectionSet)
			if s.Name == "nodes" {
				s.Name, s.Alias = "edges", "edges"
				s.SelectionSet = ast.SelectionSet{&ast.Field{Name: "node", Alias: "node", SelectionSet: s.SelectionSet}}
			}
		case *ast.InlineFragment:
			nodesToEdges(s.SelectionSet)
		}
	}
}

// TestScreensWaitForNothingInTurn holds back the answers to each screen's calls until all calls of the round are there,
// so that a call which waits for another one without need is waited for in vain.
func TestScreensWaitForNothingInTurn(t *testing.T) {
	for _, s := range allScreens(t) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) {
				b := &barrier{rounds: s.Rounds(), open: make(chan struct{})}
				c := newCommunityInBubble(t, b.hold)
				c.token(member)
				b.armed = true
				answer, _ := c.ask(member, s.Document, s.Variables)
				if len(b.rounds) > 0 || b.arrived > 0 {
					t.Errorf("%d calls at once, waited for %v", b.arrived, b.rounds)
				}
				checkShown(t, answer, s.Shows)
			})(t)
		})
	}
}

// barrier lets calls pass round by round, each when all of its calls have arrived.
type barrier struct {
	armed bool

	mu      sync.Mutex
	rounds  []int // how many calls each has that is not over
	arrived int
	open    chan struct{}
}

func (b *barrier) hold(circle http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.armed && !b.pass(r.Context()) {
			http.Error(w, "nobody else came", http.StatusServiceUnavailable)
			return
		}
		circle.ServeHTTP(w, r)
	})
}

// pass waits for the others; false if they do not come.
func (b *barrier) pass(ctx context.Context) bool {
	b.mu.Lock()
	b.arrived++
	open := b.open
	if len(b.rounds) > 0 && b.arrived == b.rounds[0] {
		close(open)
		b.rounds, b.arrived, b.open = b.rounds[1:], 0, make(chan struct{})
	}
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-open:
		return true
	case <-ctx.Done():
		return false
	}
}

// patience is how long a call waits, in made-up time, for what should come at once.
const patience = 10 * time.Second

// Posts are read by the slug of their space, beside it, where that is the same as reading them by its number.
func TestPostsOfSpaceNamedBySlug(t *testing.T) {
	c := newCommunity(t)
	var mu sync.Mutex
	var asked []string
	c.before = func(r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, strings.TrimPrefix(r.URL.RequestURI(), "/api/headless/v1"))
	}
	for _, row := range []struct{ slug, field, want string }{
		{"vegetables", `posts(first: 2) { nodes { id } }`, "/spaces/vegetables/posts?page=1&per_page=2"},
		{"vegetables", `posts(first: 2) { totalCount }`, "/spaces/vegetables/posts?page=1&per_page=1"},
		{"vegetables", `posts(first: 2) { __typename }`, ""},
		{"vegetables", `posts(first: 0) { nodes { id } }`, ""},
		{
			"vegetables", `posts(first: 2, orderBy: LATEST) { nodes { id } }`,
			"/spaces/2700003/posts?page=1&per_page=2&sort=latest",
		},
		{"vegetables", `name`, ""},
		{"7-up", `posts(first: 2) { nodes { id } }`, ""},
	} {
		asked = nil
		c.ask(member, `query($slug: String!) { space(by: { slug: $slug }) { `+row.field+` } }`,
			map[string]any{"slug": row.slug})
		asked = slices.DeleteFunc(asked, func(path string) bool { return !strings.Contains(path, "/posts") })
		if got := strings.Join(asked, " "); got != row.want {
			t.Errorf("%s { %s }: asked for %q, want %q", row.slug, row.field, got, row.want)
		}
	}
}

// TestScreensAtTheirCheapest holds the documents of docs/thrift.md to the calls that it says they take.
func TestScreensAtTheirCheapest(t *testing.T) {
	text := string(readFile(t, "../docs/thrift.md"))
	const fence = "```graphql\n# "
	type cheap struct{ name, numbers, document string }
	var all []cheap
	for block := range strings.SplitSeq(text, fence) {
		name, rest, _ := strings.Cut(block, ": ")
		numbers, rest, _ := strings.Cut(rest, "\n")
		document, _, found := strings.Cut(rest, "```")
		if found && strings.HasPrefix(document, "query") {
			all = append(all, cheap{name, numbers, document})
		}
	}
	if len(all) != len(allScreens(t)) || all[0].name != "home" {
		t.Fatalf("%d documents, want one for each screen, and home first", len(all))
	}
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) {
				screenNamed(t, strings.ReplaceAll(s.name, " ", "_"))
				c := newCommunityInBubble(t, slowly, reusing, forgetsSeldom)
				answer, cold := c.ask(member, s.document, nil)
				if strings.Contains(string(answer), `"errors"`) {
					t.Errorf("%s", answer)
				}
				c = newCommunityInBubble(t, slowly, reusing, forgetsSeldom)
				c.ask(member, all[0].document, nil)
				c.clock.Advance(10 * time.Second)
				_, after := c.ask(member, s.document, nil)
				if got := fmt.Sprintf("%d cold, %d after the feed", len(cold), len(after)); got != s.numbers {
					t.Errorf("%s: %s, want %s; %v, %v", s.name, got, s.numbers, cold, after)
				}
			})(t)
		})
	}
}
