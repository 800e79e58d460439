package graph_test

import (
	"bytes"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/tokens"
)

// remembering is a client with a memo. Scripts and other tests have none, so that their calls are those of a cold
// start.
func remembering(cfg *circleclient.Config) {
	cfg.Memo = circleclient.MemoConfig{Bytes: 1 << 20, Brief: 3 * time.Second, Long: time.Minute, Stale: 5 * time.Minute}
}

const feed = `{ viewer { member { name } } spaces { name } homeFeed(first: 1) { nodes { id isLikedByViewer likesCount }
	} }`

func TestSameScreenAgainCostsNothing(t *testing.T) {
	c := newCommunity(t, remembering)
	first, calls := c.ask(member, feed, nil)
	if len(calls) == 0 {
		t.Fatal("the first screen cost nothing")
	}
	again, calls := c.ask(member, feed, nil)
	if len(calls) != 0 || !bytes.Equal(scrub(t, again), scrub(t, first)) {
		t.Errorf("the same screen costs %v and answers %s, want nothing and %s", calls, again, first)
	}
	if other, _ := c.ask(admin, feed, nil); bytes.Equal(scrub(t, other), scrub(t, first)) {
		t.Error("another member got the same answer")
	}
	c.clock.Advance(3 * time.Second)
	if _, calls = c.ask(member, feed, nil); strings.Join(calls, " ") != "GET /api/headless/v1/home" {
		t.Errorf("three seconds later the screen costs %v, want the feed alone", calls)
	}
}

// A mutation's payload and all that the member asks afterwards, with whichever token, show what it has done.
func TestWritesAreSeenAtOnce(t *testing.T) {
	c := newCommunity(t, remembering)
	phone, err := c.Sessions.Login(t.Context(), tokens.LoginRequest{Email: member})
	if err != nil {
		t.Fatal(err)
	}
	c.clock.Advance(50 * time.Minute) // for another token
	tablet, err := c.Sessions.Refresh(t.Context(), phone.RefreshToken)
	if err != nil || tablet.AccessToken == phone.AccessToken {
		t.Fatalf("no second token: %v", err)
	}
	for _, token := range []string{phone.AccessToken, tablet.AccessToken, admin} {
		c.ask(token, feed, nil)
	}
	post := at(c.data(phone.AccessToken, feed, nil), "homeFeed.nodes.0").(map[string]any)
	liked := post["isLikedByViewer"] == true
	mutation := `mutation($id: ID!) { result: likePost(input: {postId: $id}) { post { isLikedByViewer likesCount }
		userErrors { message } } }`
	if liked {
		mutation = strings.ReplaceAll(mutation, "likePost", "unlikePost")
	}
	payload := at(c.data(phone.AccessToken, mutation, map[string]any{"id": post["id"]}), "result.post")
	if at(payload, "isLikedByViewer") == liked || at(payload, "likesCount") == post["likesCount"] {
		t.Errorf("the payload shows %v, want what has changed from %v", payload, post)
	}
	for name, token := range map[string]string{
		"the same token":  phone.AccessToken,
		"the other token": tablet.AccessToken,
	} {
		if got := at(c.data(token, feed, nil), "homeFeed.nodes.0"); at(got, "isLikedByViewer") == liked {
			t.Errorf("afterwards %s sees %v", name, got)
		}
	}
	if _, calls := c.ask(admin, feed, nil); len(calls) != 0 {
		t.Errorf("another member's screen costs %v, want nothing", calls)
	}
}

func TestLogoutForgets(t *testing.T) {
	c := newCommunity(t, remembering)
	token := c.token(member)
	c.ask(token, feed, nil)
	c.data(token, `mutation { logout { loggedOut } }`, nil)
	if answer, _ := c.ask(token, feed, nil); !strings.Contains(string(answer), "TOKEN_REVOKED") ||
		strings.Contains(string(answer), "likesCount") {
		t.Errorf("after the logout the screen is %s", answer)
	}
}

// A space that is newer than the remembered list is found, by its slug as by its number; one that does not exist costs
// one read in a while.
func TestNewSpacesAreFound(t *testing.T) {
	var later atomic.Bool
	var reads atomic.Int32
	c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/api/headless/v1/spaces" {
				circle.ServeHTTP(w, r)
				return
			}
			reads.Add(1)
			list := `[{"id": 1, "slug": "old", "name": "Old"}`
			if later.Load() {
				list += `, {"id": 2, "slug": "new", "name": "New"}`
			}
			answerWith(200, "application/json", list+"]")(w, r)
		})
	}, remembering)
	const named = `query($slug: String!) { a: space(by: {slug: $slug}) { name } b: space(by: {slug: $slug}) { name } }`
	slug := func(s string) map[string]any { return map[string]any{"slug": s} }
	for _, step := range []struct {
		after time.Duration
		slug  string
		later bool
		reads int32
		found bool
	}{
		{0, "new", false, 1, false},
		{0, "new", false, 0, false}, // read just now
		{5 * time.Second, "old", true, 0, true},
		{0, "new", true, 1, true},
		{5 * time.Second, "none", true, 1, false},
		{0, "none", true, 0, false},
	} {
		c.clock.Advance(step.after)
		later.Store(step.later)
		answer, _ := c.ask(member, named, slug(step.slug))
		found, n := bytes.Contains(answer, []byte(`"name"`)), reads.Swap(0)
		if found != step.found || n != step.reads {
			t.Errorf("%+v: %d reads, %s", step, n, answer)
		}
	}
}
