package graph

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/sandbox"
	"circlegraph/tokens"
)

// Ten taps on one button make one comment.
func TestSameKeyAtOnceCreatesOnce(t *testing.T) {
	c := newCommunity(t)
	post := at(c.data(member, `{ homeFeed(first: 1) { nodes { id commentsCount } } }`, nil), "homeFeed.nodes.0").(map[string]any)
	const query = `mutation($id: ID!) { createComment(input: {postId: $id, body: {text: "Once"}, idempotencyKey: "tap"}) { comment { id } userErrors { message } } }`
	c.token(member)
	ids := map[any]bool{}
	var mu sync.Mutex
	var taps sync.WaitGroup
	for range 10 {
		taps.Go(func() {
			answer := c.data(member, query, map[string]any{"id": post["id"]})
			mu.Lock()
			defer mu.Unlock()
			ids[at(answer, "createComment.comment.id")] = true
		})
	}
	taps.Wait()
	if len(ids) != 1 {
		t.Errorf("ten taps made %d comments, want 1: %v", len(ids), ids)
	}
}

// A key belongs to one caller: another member's comment under the same key is a comment of its own.
func TestKeysOfTwoMembersAreTwo(t *testing.T) {
	c := newCommunity(t)
	id := at(c.data(member, `{ homeFeed(first: 1) { nodes { id } } }`, nil), "homeFeed.nodes.0.id")
	const query = `mutation($id: ID!) { createComment(input: {postId: $id, body: {text: "Mine"}, idempotencyKey: "same"}) { comment { author { name } } userErrors { message } } }`
	first := at(c.data(member, query, map[string]any{"id": id}), "createComment.comment.author.name")
	second := at(c.data(admin, query, map[string]any{"id": id}), "createComment.comment.author.name")
	if first == second {
		t.Errorf("both comments are by %v", first)
	}
}

func TestIdempotencyRecords(t *testing.T) {
	clock := sandbox.NewClock(time.Unix(0, 0))
	timeout := &circleclient.Error{Kind: circleclient.ErrTimeout}
	refused := &circleclient.Error{Kind: circleclient.ErrForbidden}
	for _, tc := range []struct {
		name  string
		first error
		wait  time.Duration
		calls int
	}{
		{"success is remembered", nil, 0, 1},
		{"for ten minutes", nil, 10 * time.Minute, 2},
		{"a refusal may be tried again", refused, 0, 2},
		{"an unknown outcome may not", timeout, 0, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			store := newIdempotency(clock.Now)
			caller := tokens.CallerFrom(t.Context()).Fork()
			caller.Become("a token")
			ctx := tokens.WithCaller(t.Context(), caller)
			calls := 0
			key := "key"
			create := func() (int, error) { calls++; return calls, tc.first }
			if _, _, err := once(ctx, store, "m", &key, "input", create); err != nil && !errors.Is(err, tc.first) {
				t.Fatal(err)
			}
			clock.Advance(tc.wait)
			if _, _, err := once(ctx, store, "m", &key, "input", create); err != nil && !errors.Is(err, tc.first) {
				t.Fatal(err)
			}
			if calls != tc.calls {
				t.Errorf("%d calls, want %d", calls, tc.calls)
			}
		})
	}
	t.Run("a key has its limits", func(t *testing.T) {
		key := strings.Repeat("x", maxIdempotencyKey+1)
		if _, _, err := once(t.Context(), newIdempotency(clock.Now), "m", &key, "", func() (int, error) { return 1, nil }); err == nil {
			t.Error("a key of 256 bytes was taken")
		}
	})
}
