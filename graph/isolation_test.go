package graph_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// A token made up with another member's claims gets nothing, also right after that member was answered.
func TestForgedTokenGetsNothing(t *testing.T) {
	c := newCommunity(t)
	const query = `{ viewer { email member { name } notifications(first: 1) { nodes { title } } } homeFeed(first: 1) {
		nodes { title } } spaces { name } }`
	genuine := c.token(admin)
	if answer, _ := c.ask(admin, query, nil); strings.Contains(string(answer), "errors") {
		t.Fatalf("the admin got %s", answer)
	}
	parts := strings.Split(genuine, ".")
	signature := base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`))
	for name, forged := range map[string]string{
		"other signature": parts[0] + "." + parts[1] + "." + signature,
		"alg none":        none + "." + parts[1] + ".",
	} {
		answer, _ := c.ask(forged, query, nil)
		var out struct {
			Data   struct{ HomeFeed, Spaces any }
			Errors []struct {
				Extensions struct{ Code, Reason string }
			}
		}
		if err := json.Unmarshal(answer, &out); err != nil {
			t.Fatalf("%s: %s", name, answer)
		}
		if out.Data.HomeFeed != nil || out.Data.Spaces != nil || len(out.Errors) == 0 {
			t.Errorf("%s: got %s", name, answer)
		}
		for _, e := range out.Errors {
			if e.Extensions.Code != "UNAUTHENTICATED" || e.Extensions.Reason != "TOKEN_INVALID" {
				t.Errorf("%s: %+v, want UNAUTHENTICATED, TOKEN_INVALID", name, e)
			}
		}
	}
}

// Many members at once: each sees their own name and address, and secret spaces only where they belong.
func TestMembersAtOnceSeeTheirOwn(t *testing.T) {
	c := newCommunity(t)
	members := c.sandbox.Members()
	visible := map[string]string{}
	for _, m := range members[:12] {
		answer := c.data(m.Email, `{ spaces { name } }`, nil)
		visible[m.Email] = fmt.Sprint(answer["spaces"])
	}
	var all sync.WaitGroup
	for round := range 4 {
		for _, m := range members[:12] {
			all.Go(func() {
				answer := c.data(m.Email,
					`query($n: Int!) { viewer { email member { name circleId } } spaces { name } homeFeed(first: $n) { nodes {
						isLikedByViewer } } }`, map[string]any{"n": round + 1})
				if at(answer, "viewer.email") != m.Email || at(answer, "viewer.member.circleId") != fmt.Sprint(m.ID) {
					t.Errorf("%s was answered as %v", m.Name, at(answer, "viewer"))
				}
				if got := fmt.Sprint(answer["spaces"]); got != visible[m.Email] {
					t.Errorf("%s sees %s, want %s", m.Name, got, visible[m.Email])
				}
			})
		}
	}
	all.Wait()
}
