package graph_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"circlegraph/graph/guard"
	"circlegraph/internal/config"
	"circlegraph/internal/race"
)

// reply is an answer with its errors and what it has cost.
type reply struct {
	Data   map[string]any
	Errors []struct {
		Message    string
		Path       []any
		Extensions struct{ Code, Reason string }
	}
	Extensions struct {
		Cost struct{ Estimated, Actual int64 }
	}
}

func readReply(t *testing.T, answer []byte) (r reply) {
	t.Helper()
	if err := json.Unmarshal(answer, &r); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	return r
}

// TestOperationEndsAtItsLimit: what needs more requests than was likely gets what there is, and an error for the rest.
func TestOperationEndsAtItsLimit(t *testing.T) {
	c := newCommunityAllowing(t, 10, directly)
	answer, calls := c.ask(member, `{ members(first: 10) { nodes { name bio } } }`, nil)
	got := readReply(t, answer)
	if len(calls) != 10 || got.Extensions.Cost.Estimated != 11 || got.Extensions.Cost.Actual != 10 {
		t.Errorf("%d calls, %+v, want 10 of 11", len(calls), got.Extensions.Cost)
	}
	if len(got.Errors) != 1 || got.Errors[0].Extensions.Code != guard.CodeCostLimit || len(got.Errors[0].Path) != 4 {
		t.Fatalf("want one error with the path of the field, got %s", answer)
	}
	for i := range 10 {
		if name := at(got.Data, fmt.Sprintf("members.nodes.%d.name", i)); name == nil {
			t.Errorf("member %d is lost: %s", i, answer)
		}
	}
	if answer, calls := c.ask(member, `{ members(first: 12) { nodes { name bio } } }`, nil); len(calls) > 0 ||
		!strings.Contains(string(answer), guard.CodeCostLimit) {
		t.Errorf("what is likely to need too much has started: %s", answer)
	}
}

// TestMentionsHaveAPrice: however a mention is spelt, it is priced, and an operation ends at its limit.
func TestMentionsHaveAPrice(t *testing.T) {
	for name, body := range map[string]string{
		"a link":              `{markdown: "[@x](member:%d)"}`,
		"in angle brackets":   `{markdown: "[@x](<member:%d>)"}`,
		"after a space":       `{markdown: "[@x]( member:%d)"}`,
		"by reference":        `{markdown: "[@x][r]\n\n[r]: member:%d"}`,
		"as an entity":        `{markdown: "[@x](&#109;ember:%d)"}`,
		"HTML":                `{html: "<span data-member-id=%d>@x</span>"}`,
		"HTML in capitals":    `{html: "<SPAN DATA-MEMBER-ID=%d>@x</SPAN>"}`,
		"HTML with an entity": `{html: "<a data-member-id='&#%[1]d;'>@x</a> <span data-member-id=%[1]d>@x</span>"}`,
		"a document": `{document: {type: "doc", content: [{type: "paragraph", content: [{type: "mention", attrs:
			{memberId: "%d", label: "x"}}]}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCommunityAllowing(t, 15, directly)
			var query strings.Builder
			for i := range 12 {
				fmt.Fprintf(&query, "m%d: createComment(input: {postId: %q, body: %s}) { comment { id } }\n", i,
					"UG9zdDoyNzAwMDA2OjM0ODAwMDA3", fmt.Sprintf(body, 88000001+i))
			}
			answer, calls := c.ask(member, "mutation { "+query.String()+" }", nil)
			got := readReply(t, answer)
			cost := got.Extensions.Cost
			if len(calls) > 15 || cost.Actual != int64(len(calls)) || cost.Estimated < cost.Actual+12 {
				t.Errorf("%d calls, %+v: %s", len(calls), cost, answer)
			}
			if len(got.Errors) == 0 || got.Errors[len(got.Errors)-1].Extensions.Code != guard.CodeCostLimit {
				t.Errorf("nothing was refused: %s", answer)
			}
		})
	}
}

// TestTextsOfStrangersAreNotRead: a text is not even parsed for callers whom Circle has not accepted.
func TestTextsOfStrangersAreNotRead(t *testing.T) {
	c := newCommunity(t)
	parts := strings.Split(c.token(admin), ".")
	forged := parts[0] + "." + parts[1] + "." + strings.Repeat("A", 43)
	for _, body := range []string{`{html: "<table>"}`, `{markdown: "# a"}`, `{document: {type: "x"}}`, `{text: " "}`} {
		for _, as := range []string{"", forged} {
			answer, calls := c.ask(as, fmt.Sprintf(`mutation { createComment(input: {postId: %q, body: %s}) { userErrors {
				message } } }`, "UG9zdDoyNzAwMDA2OjM0ODAwMDA3", body), nil)
			if got := readReply(t, answer); len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "UNAUTHENTICATED" ||
				got.Data["createComment"] != nil || len(calls) > 1 {
				t.Errorf("%s: %s %v", body, answer, calls)
			}
		}
	}
}

// TestNothingIsPreparedTooLate: a create with a key is carried out to its end, but what the operation has no time for
// is not begun.
func TestNothingIsPreparedTooLate(t *testing.T) { inBubble(testNothingIsPreparedTooLate)(t) }

func testNothingIsPreparedTooLate(t *testing.T) {
	var written atomic.Int64
	c := newCommunityOver(t, inMemory, func(cfg *config.Config) { cfg.RequestTimeout = time.Second },
		func(circle http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/comments") {
					written.Add(1)
					<-time.After(2 * time.Second)
				}
				circle.ServeHTTP(w, r)
			})
		})
	var query strings.Builder
	for i := range 5 {
		fmt.Fprintf(&query, "m%d: createComment(input: {postId: %q, body: {html: \"<p>x</p>\"}, idempotencyKey: \"%d\"}) "+
			"{ comment { id } }\n", i, "UG9zdDoyNzAwMDA2OjM0ODAwMDA3", i)
	}
	answer, _ := c.ask(member, "mutation { "+query.String()+" }", nil)
	if n := written.Load(); n != 1 {
		t.Errorf("%d were written, want the one that was begun in time: %s", n, answer)
	}
	again, _ := c.ask(member, fmt.Sprintf(`mutation { createComment(input: {
		postId: %q, body: {html: "<p>x</p>"}, idempotencyKey: "0"
	}) { userErrors { code } } }`, "UG9zdDoyNzAwMDA2OjM0ODAwMDA3"), nil)
	if got := readReply(t, again); written.Load() != 1 || len(got.Errors) != 0 {
		t.Errorf("the repetition wrote again, or failed: %s", again)
	}
}

// TestTextsOfAnOperationHaveALimit: one variable can be many texts.
func TestTextsOfAnOperationHaveALimit(t *testing.T) {
	c := newCommunity(t)
	for name, tc := range map[string]struct {
		body string
		size int
		read int // of eight
	}{
		"Markdown": {`{markdown: $s}`, 32 << 10, 4},
		"HTML":     {`{html: $s}`, 256 << 10, 4},
		"text":     {`{text: $s}`, 200 << 10, 5},
	} {
		var query strings.Builder
		for i := range 8 {
			fmt.Fprintf(&query, "m%d: createComment(input: {postId: %q, body: %s}) { userErrors { message } }\n", i,
				"UG9zdDoyNzAwMDA2OjM0ODAwMDA3", tc.body)
		}
		answer, _ := c.ask(member, "mutation($s: String!) { "+query.String()+" }",
			map[string]any{"s": strings.Repeat(" ", tc.size)})
		got := readReply(t, answer)
		if len(got.Errors) != 8-tc.read || got.Errors[0].Extensions.Code != guard.CodeQueryLimit {
			t.Errorf("%s: %d are refused, want %d: %s", name, len(got.Errors), 8-tc.read, answer)
		}
	}
}

// TestControlCharactersAreRefused: Circle would answer NUL as if it were ill. White space is nobody's fault.
func TestControlCharactersAreRefused(t *testing.T) {
	c := newCommunity(t)
	for _, r := range "\x00\x01\x08\x1b\x1f\x7f\u0080\u009f" {
		for name, query := range map[string]string{
			"a string":   `query($v: String!) { search(query: $v) { nodes { __typename } } }`,
			"an id":      `query($v: ID!) { member(by: {circleId: $v}) { name } }`,
			"a node":     `query($v: ID!) { node(id: $v) { id } }`,
			"a document": `mutation($v: JSON!) { createComment(input: {postId: "x", body: {document: $v}}) { comment { id } } }`,
		} {
			var value any = "a" + string(r)
			if name == "a document" {
				value = map[string]any{"type": "doc", "content": []any{map[string]any{"type": "text", "text": value}}}
			}
			answer, calls := c.ask(member, query, map[string]any{"v": value})
			if got := readReply(t, answer); len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "BAD_USER_INPUT" ||
				len(calls) > 0 {
				t.Errorf("%q in %s: %s %v", r, name, answer, calls)
			}
		}
	}
	c.data(member, `query($v: String!) { search(query: $v) { nodes { __typename } } }`, map[string]any{"v": "\ta\r\n"})
	answer, _ := c.ask(member, `{ search(query: "a\u0000") { nodes { __typename } } }`, nil)
	if got := readReply(t, answer); len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
		t.Errorf("in the document: %s", answer)
	}
}

// TestAnswersHaveALimit: one long text, asked for again and again, does not fill the memory.
func TestAnswersHaveALimit(t *testing.T) {
	race.Skip(t, "one query after the other")
	c := newCommunityAllowing(t, 0, directly)
	made := c.data(member, `mutation($i: CreateCommentInput!) { createComment(input: $i) { comment { id } } }`,
		map[string]any{"i": map[string]any{
			"postId": "UG9zdDoyNzAwMDA2OjM0ODAwMDA3", "body": map[string]any{"text": strings.Repeat("a", 250_000)},
		}})
	ids := make([]any, 45)
	for i := range ids {
		ids[i] = at(made, "createComment.comment.id")
	}
	var texts strings.Builder
	for i := range 5 {
		fmt.Fprintf(&texts, "a%d: body { html plainText document } ", i)
	}
	answer, _ := c.ask(member, "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Comment { id "+texts.String()+" } } }",
		map[string]any{"ids": ids})
	got := readReply(t, answer)
	if len(answer) < 10<<20 || len(answer) > 20<<20 {
		t.Errorf("the answer has %d bytes, want some 16 MiB", len(answer))
	}
	if len(got.Errors) == 0 || got.Errors[0].Extensions.Code != guard.CodeQueryLimit || len(got.Errors[0].Path) != 4 {
		t.Errorf("%d errors, the first %+v", len(got.Errors), got.Errors[:min(1, len(got.Errors))])
	}
	for i := range ids {
		if at(got.Data, "nodes").([]any)[i] == nil {
			t.Fatalf("object %d is lost", i)
		}
	}
}
