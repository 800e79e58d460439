package graph_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/tokens"
)

const commentOnce = `mutation($id: ID!, $text: String! = "Once") {
	createComment(input: {postId: $id, body: {text: $text}, idempotencyKey: "tap"}) { comment { id author { name } }
	userErrors { code message } }
}`

func firstPost(c *community) map[string]any {
	return map[string]any{"id": at(c.data(member, `{ homeFeed(first: 1) { nodes { id } } }`, nil), "homeFeed.nodes.0.id")}
}

// Ten taps on one button make one comment.
func TestSameKeyAtOnceCreatesOnce(t *testing.T) {
	c := newCommunity(t)
	post := firstPost(c)
	ids := map[any]bool{}
	var mu sync.Mutex
	var taps sync.WaitGroup
	for range 10 {
		taps.Go(func() {
			answer := c.data(member, commentOnce, post)
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

// A key belongs to one member: another member's comment under the same key is a comment of its own.
func TestKeysOfTwoMembersAreTwo(t *testing.T) {
	c := newCommunity(t)
	post := firstPost(c)
	first := at(c.data(member, commentOnce, post), "createComment.comment.author.name")
	second := at(c.data(admin, commentOnce, post), "createComment.comment.author.name")
	if first == nil || first == second {
		t.Errorf("the comments are by %v and %v, want two members", first, second)
	}
}

// The same member has the same keys with the token after a refresh, and with one that this process has never seen,
// which costs a look at whose it is, once.
func TestKeysSurviveTheToken(t *testing.T) {
	c := newCommunity(t)
	post := firstPost(c)
	session, err := c.Sessions.Login(t.Context(), tokens.LoginRequest{Email: member})
	if err != nil {
		t.Fatal(err)
	}
	want := at(c.data(session.AccessToken, commentOnce, post), "createComment.comment.id")
	c.clock.Advance(9 * time.Minute)
	refreshed, err := c.Sessions.Refresh(t.Context(), session.RefreshToken)
	if err != nil || refreshed.AccessToken == session.AccessToken {
		t.Fatalf("the refresh gives no new token: %v", err)
	}
	if got := at(c.data(refreshed.AccessToken, commentOnce, post), "createComment.comment.id"); got != want {
		t.Errorf("after the refresh the comment is %v, want %v", got, want)
	}
	c.Principals.Forget(circleclient.HashToken(refreshed.AccessToken)) // as another process would have it
	for _, cost := range []int{1, 0} {
		answer, calls := c.ask(refreshed.AccessToken, commentOnce, post)
		if !strings.Contains(string(answer), want.(string)) {
			t.Errorf("with a token from elsewhere the answer is %s, want comment %v", answer, want)
		}
		if n := count(calls, "GET /api/headless/v1/community_member"); n != cost {
			t.Errorf("whose the token is was asked %d times, want %d", n, cost)
		}
		if n := count(calls, "POST /api/headless/v1/posts/{post_id}/comments"); n != 0 {
			t.Errorf("%d more comments", n)
		}
	}
}

// A token with another member's claims reaches none of their keys, whether Circle knows it or not.
func TestCopiedClaimsReachNoKey(t *testing.T) {
	c := newCommunity(t)
	post := firstPost(c)
	victim := at(c.data(member, commentOnce, post), "createComment.comment.id").(string)
	parts := strings.Split(c.token(member), ".")
	forged := parts[0] + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	answer, calls := c.ask(forged, commentOnce, post)
	if strings.Contains(string(answer), victim) || !strings.Contains(string(answer), "TOKEN_INVALID") {
		t.Errorf("a forged token is answered %s, want TOKEN_INVALID", answer)
	}
	if slices.ContainsFunc(calls, func(call string) bool { return strings.HasPrefix(call, "POST") }) {
		t.Errorf("a forged token led to %v", calls)
	}
}

// Circle carries the write out but does not say so in time. The client hears that the outcome is unknown, and hears it
// again when it repeats the request; the comment is not made twice.
func TestUnknownOutcomeIsNotRepeated(t *testing.T) { inBubble(unknownOutcomeIsNotRepeated)(t) }

func unknownOutcomeIsNotRepeated(t *testing.T) {
	late := make(chan struct{})
	var writes atomic.Int32
	c := newCommunityInBubble(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/comments") || r.Method != http.MethodPost {
				circle.ServeHTTP(w, r)
				return
			}
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			circle.ServeHTTP(discard{http.Header{}}, r)
			writes.Add(1)
			<-late
		})
	})
	t.Cleanup(func() { close(late) }) // before the server waits for its handlers
	post := firstPost(c)
	for range 2 {
		answer := c.data(member, commentOnce, post)
		if code := at(answer, "createComment.userErrors.0.code"); code != "OUTCOME_UNKNOWN" {
			t.Errorf("answered %v, want OUTCOME_UNKNOWN", answer)
		}
	}
	if n := writes.Load(); n != 1 {
		t.Errorf("%d writes, want 1", n)
	}
}

// A phone that loses its connection finds what it made when it comes back.
func TestCallerWhoLeavesFindsTheResult(t *testing.T) {
	arrived, answer := make(chan struct{}, 1), make(chan struct{})
	c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/comments") && r.Method == http.MethodPost {
				arrived <- struct{}{}
				<-answer
			}
			circle.ServeHTTP(w, r)
		})
	})
	post := firstPost(c)
	ctx, leave := context.WithCancel(t.Context())
	body := fmt.Sprintf(`{"query": %q, "variables": {"id": %q}}`, commentOnce, post["id"])
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token(member))
	left := make(chan struct{})
	go func() {
		defer close(left)
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			t.Error("the caller did not leave")
		}
	}()
	select {
	case <-arrived:
	case <-left:
		t.Error("the comment never reached Circle")
	}
	leave()
	<-left
	close(answer)
	if got := at(c.data(member, commentOnce, post), "createComment.comment.id"); got == nil {
		t.Error("no comment after coming back")
	}
	select {
	case <-arrived:
		t.Error("the comment was made twice")
	default:
	}
}

func TestOtherInputUnderTheSameKey(t *testing.T) {
	c := newCommunity(t)
	post := firstPost(c)
	c.data(member, commentOnce, post)
	post["text"] = "Twice"
	answer := c.data(member, commentOnce, post)
	if code := at(answer, "createComment.userErrors.0.code"); code != "IDEMPOTENCY_KEY_REUSED" ||
		at(answer, "createComment.comment") != nil {
		t.Errorf("answered %v, want IDEMPOTENCY_KEY_REUSED", answer)
	}
}

// discard is an answer that nobody gets.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

func count(calls []string, operation string) int {
	n := 0
	for _, call := range calls {
		if call == operation {
			n++
		}
	}
	return n
}
