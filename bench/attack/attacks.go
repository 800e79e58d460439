package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// attack is one way to do harm.
type attack struct {
	name string
	env  []string // settings of the facade, beside the usual ones
	// do attacks until ctx ends, or until it has done all that it does.
	do func(ctx context.Context, t *target) error
	// honest is what members do meanwhile, one of [habits].
	honest string
	// parts are the names of the attacks that this one is made of; its own if empty.
	parts []string
}

// attacks are those of callers without a token first, then those of a member.
var attacks = []attack{
	{name: "nothing", do: nothing},
	{name: "small-budget", env: []string{"CIRCLEGRAPH_UPSTREAM_BUDGET=1800"}, do: nothing},
	{name: "html-bomb", do: htmlBomb},
	{name: "markdown-brackets", do: markdownBrackets},
	{name: "socket-complete", do: socketComplete},
	{name: "json-bombs", do: jsonBombs},
	{name: "held-heads", do: heldHeads},
	{name: "held-bodies", do: heldBodies},
	{name: "unread-pings", do: unreadPings},
	{name: "large-documents", do: largeDocuments},
	{name: "idle-sockets", do: idleSockets},
	{name: "introspection", env: []string{"CIRCLEGRAPH_INTROSPECTION=true"}, do: introspection},
	{
		name: "forged-tokens", env: []string{"CIRCLEGRAPH_UPSTREAM_BUDGET=1800"}, do: forgedTokens,
		honest: "sign in again",
	},
	{
		name: "streams-of-a-/64", env: []string{"CIRCLEGRAPH_MAX_STREAMS=500"}, do: streamsOfANetwork,
		honest: "listen",
	},
	{name: "mentions", env: []string{"CIRCLEGRAPH_UPSTREAM_BUDGET=1800"}, do: mentions},
	{name: "same-text", do: sameText},
	{name: "large-posts", do: largePosts},
	{name: "likes", env: []string{"CIRCLEGRAPH_UPSTREAM_BUDGET=1800"}, do: likes},
	{name: "defer-and-leave", do: deferAndLeave},
}

// together is several attacks as one.
func together(chosen []attack) attack {
	one := attack{name: "all together"}
	for _, a := range chosen {
		one.parts = append(one.parts, a.name)
		if a.honest == "" {
			one.env = append(one.env, a.env...)
		}
	}
	one.env = append(one.env, "CIRCLEGRAPH_UPSTREAM_BUDGET=100000")
	return one
}

// atOnce does several attacks side by side, each again and again.
func atOnce(chosen []attack) func(context.Context, *target) error {
	return func(ctx context.Context, t *target) error {
		var running sync.WaitGroup
		for _, a := range chosen {
			running.Go(func() {
				for ctx.Err() == nil {
					_ = a.do(ctx, t) // refusals are what an attacker meets
					pause(ctx, 100*time.Millisecond)
				}
			})
		}
		running.Wait()
		return nil
	}
}

// nothing is what members meet without an attack.
func nothing(ctx context.Context, _ *target) error {
	<-ctx.Done()
	return nil
}

// repeat does something side by side and again and again, until ctx ends.
func repeat(ctx context.Context, beside int, do func(n int)) {
	var n atomic.Int64
	var all sync.WaitGroup
	for range beside {
		all.Go(func() {
			for ctx.Err() == nil {
				do(int(n.Add(1)))
			}
		})
	}
	all.Wait()
}

const comment = `mutation($id: ID!, $h: String!) {
	createComment(input: {postId: $id, body: {html: $h}}) { comment { id } }
}`

// htmlBomb makes a parser of HTML build 480 elements anew in each of many paragraphs.
func htmlBomb(ctx context.Context, t *target) error {
	bomb := "<p>" + strings.Repeat("<b id=i>", 480) + strings.Repeat("<p>x", 10_000)
	repeat(ctx, 4, func(int) {
		_, _ = t.ask(ctx, "-", "198.51.100.7", comment, map[string]any{"id": t.posts[0], "h": bomb})
	})
	return nil
}

// markdownBrackets makes a parser of Markdown look for links again and again, 20 times in one operation.
func markdownBrackets(ctx context.Context, t *target) error {
	var query strings.Builder
	query.WriteString("mutation($id: ID!, $m: String!) {")
	for i := range 20 {
		fmt.Fprintf(&query, " c%d: createComment(input: {postId: $id, body: {markdown: $m}}) { comment { id } }", i)
	}
	query.WriteString(" }")
	brackets := strings.Repeat("[", 32<<10)
	repeat(ctx, 4, func(int) {
		_, _ = t.ask(ctx, "-", "198.51.100.7", query.String(), map[string]any{"id": t.posts[0], "m": brackets})
	})
	return nil
}

// jsonBombs sends bodies whose values take many times their bytes.
func jsonBombs(ctx context.Context, t *target) error {
	body := []byte(`{"query":"{ __typename }","variables":{"a":[` +
		strings.TrimSuffix(strings.Repeat(`{"":0},`, 140_000), ",") +
		`]}}`)
	repeat(ctx, 20, func(int) { _, _ = t.post(ctx, "-", "198.51.100.7", body) })
	return nil
}

// largeDocuments sends valid documents of 64 KB, none twice, which the server may keep.
func largeDocuments(ctx context.Context, t *target) error {
	repeat(ctx, 4, func(n int) {
		var query strings.Builder
		for i := range 3500 {
			fmt.Fprintf(&query, " a%d_%d: __typename", n, i)
		}
		_, _ = t.ask(ctx, "-", "198.51.100.7", "{"+query.String()+" }", nil)
	})
	return nil
}

// introspection asks for much in little text.
func introspection(ctx context.Context, t *target) error {
	const types = `types { kind name description fields(includeDeprecated: true) {
		name description args { name description type { name } } type { ...T }
	} }`
	var query strings.Builder
	query.WriteString("{")
	for i := range 20 {
		fmt.Fprintf(&query, " s%d: __schema { %s }", i, types)
	}
	query.WriteString(" } fragment T on __Type { kind name description fields { name description } }")
	repeat(ctx, 8, func(int) { _, _ = t.ask(ctx, "-", "198.51.100.7", query.String(), nil) })
	return nil
}

// forged is a token that looks like one of Circle's.
func forged(n int) string {
	part := func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }
	return part(`{"alg":"HS256","typ":"JWT"}`) + "." + part(fmt.Sprintf(
		`{"sub":%d,"community_member_id":%d,"exp":%d}`, n, n, time.Now().Add(time.Hour).Unix())) + "." +
		part(strings.Repeat(fmt.Sprint(n%10), 32))
}

// forgedTokens asks with invented tokens, four times a second, from the networks of one household.
func forgedTokens(ctx context.Context, t *target) error {
	for n := 0; ctx.Err() == nil; n++ {
		_, _ = t.ask(ctx, forged(n), fmt.Sprintf("2001:db8:0:%x::%x", n%16, n+1), `{ viewer { member { name } } }`, nil)
		pause(ctx, 250*time.Millisecond)
	}
	return nil
}

// signInAgain is a member who comes through a trusted server, once in ten seconds, and otherwise looks at a screen.
func (t *target) signInAgain(ctx context.Context, i, n int) error {
	if n%10 != i%10 {
		return t.screen(ctx, i, n)
	}
	_, err := t.login(ctx, fmt.Sprintf("crowd-%d@example.com", 200+(i*31+n)%250))
	return err
}

// mentions mentions members in ways that an estimate by searching the text does not see.
func mentions(ctx context.Context, t *target) error {
	text := strings.Repeat("[x](<member:1>) [x]( member:2) [x](&#109;ember:3) ", 20)
	var query strings.Builder
	query.WriteString("mutation($id: ID!, $m: String!) {")
	for i := range 20 {
		fmt.Fprintf(&query, " c%d: createComment(input: {postId: $id, body: {markdown: $m}}) { userErrors { code } }", i)
	}
	query.WriteString(" }")
	repeat(ctx, 2, func(int) {
		_, _ = t.ask(ctx, t.own[0], "198.51.100.7", query.String(), map[string]any{"id": t.posts[0], "m": text})
	})
	return nil
}

// sameText asks for one long text again and again.
func sameText(ctx context.Context, t *target) error {
	answer, err := t.ask(ctx, t.own[0], "198.51.100.7", comment, map[string]any{
		"id": t.posts[0], "h": "<p>" + strings.Repeat("word ", 24_000) + "</p>",
	})
	if err != nil {
		return err
	}
	ids := found(answer, "id")
	if len(ids) == 0 { // refused by a smaller limit
		ids = t.posts[:1]
	}
	var query strings.Builder
	query.WriteString("query($ids: [ID!]!) { nodes(ids: $ids) { ... on Comment {")
	for i := range 28 {
		fmt.Fprintf(&query, " b%d: body { html plainText document }", i)
	}
	query.WriteString(" } } }")
	same := make([]string, 45)
	for i := range same {
		same[i] = ids[0]
	}
	repeat(ctx, 4, func(int) {
		_, _ = t.ask(ctx, t.own[0], "198.51.100.7", query.String(), map[string]any{"ids": same})
	})
	return nil
}

// largePosts fills the feed of all with posts of the largest size.
func largePosts(ctx context.Context, t *target) error {
	answer, err := t.ask(ctx, t.own[0], "198.51.100.7", `{ spaces { id name type viewerCanCreatePost } }`, nil)
	if err != nil {
		return err
	}
	text := strings.Repeat("word ", 48_000)
	for _, id := range found(answer, "id") {
		for n := range 10 {
			_, _ = t.ask(ctx, t.own[0], "198.51.100.7",
				`mutation($id: ID!, $n: String!, $m: String!) {
					createPost(input: {spaceId: $id, title: $n, body: {markdown: $m}}) { post { id } userErrors { code message } }
				}`, map[string]any{"id": id, "n": fmt.Sprint("Long ", n), "m": text})
		}
	}
	return nil
}

// likes keeps the budget busy with one member's writes.
func likes(ctx context.Context, t *target) error {
	var query strings.Builder
	query.WriteString("mutation($id: ID!) {")
	for i := range 20 {
		fmt.Fprintf(&query, " l%d: likePost(input: {postId: $id}) { userErrors { code } }", i)
	}
	query.WriteString(" }")
	repeat(ctx, 60, func(n int) {
		_, _ = t.ask(ctx, t.own[n%len(t.own)], "198.51.100.7", query.String(), map[string]any{"id": t.posts[n%len(t.posts)]})
	})
	return nil
}

// deferAndLeave asks for much that is deferred and does not wait for it.
func deferAndLeave(ctx context.Context, t *target) error {
	const query = `{ homeFeed(first: 20) { nodes {
		id ... @defer { comments(first: 5) { nodes { body { plainText } } } }
	} } }`
	body, _ := json.Marshal(map[string]string{"query": query}) // strings cannot fail
	repeat(ctx, 4, func(int) {
		short, cancel := context.WithTimeout(ctx, 400*time.Millisecond)
		defer cancel()
		req, err := http.NewRequestWithContext(short, http.MethodPost, t.url, bytes.NewReader(body))
		if err != nil {
			return
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", "multipart/mixed")
		req.Header.Set("Authorization", "Bearer "+t.own[0])
		if res, err := client.Do(req); err == nil {
			first := make([]byte, 16)
			_, _ = res.Body.Read(first)
			_ = res.Body.Close() // at once
		}
	})
	return nil
}
