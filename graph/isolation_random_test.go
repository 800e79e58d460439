package graph_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"circlegraph/tokens"
)

// What each member of the seed may know is known beforehand: from a community of their own that remembers nothing and
// that nobody else asks. Then all of them ask one that remembers, at once and in any order, some with two tokens, and
// beside them strangers with copies of their claims. Nobody gets anything but their own.
func TestAnybodySeesTheirOwnInAnyOrder(t *testing.T) {
	t.Parallel()
	const requestsEach = 12
	queries := []string{
		`{ viewer { email member { circleId name } } }`,
		`{ spaces { name isPrivate isJoinedByViewer } }`,
		`{ private: space(by: {slug: "beekeepers"}) { name posts(first: 5) { nodes { title } } } secret: space(by: {slug:
			"committee"}) { name posts(first: 5) { nodes { title } } } }`,
		`{ homeFeed(first: 20) { nodes { title isLikedByViewer space { slug } } } }`,
		`{ viewer { chatRooms(first: 20) { nodes { id name } } notifications(first: 10) { nodes { title } } } }`,
	}
	alone := newCommunity(t)
	c := newCommunity(t, remembering)
	type asker struct {
		name   string
		tokens []string
	}
	var askers []asker
	want := map[string][]string{}
	mayKnow := map[string]bool{}
	for _, m := range alone.sandbox.Members() {
		session, err := c.Sessions.Login(t.Context(), tokens.LoginRequest{Email: m.Email})
		if err != nil {
			continue // one who has left, or never came
		}
		for _, query := range queries {
			answer, _ := alone.ask(m.Email, query, nil)
			want[m.Email] = append(want[m.Email], answerOf(t, answer))
		}
		mayKnow[m.Email] = strings.Contains(want[m.Email][1], "Committee room")
		askers = append(askers, asker{m.Email, []string{session.AccessToken}})
	}
	c.clock.Advance(time.Minute)
	alone.clock.Advance(time.Minute)
	for i := range askers {
		session, err := c.Sessions.Login(t.Context(), tokens.LoginRequest{Email: askers[i].name})
		if err != nil {
			t.Fatal(err)
		}
		askers[i].tokens = append(askers[i].tokens, session.AccessToken)
	}
	inside := 0
	for _, knows := range mayKnow {
		if knows {
			inside++
		}
	}
	if len(askers) < 30 || inside != 5 {
		t.Fatalf("%d members, %d of them in the secret space, want 30 at least and the five of the seed", len(askers), inside)
	}
	var asked atomic.Int64
	var all sync.WaitGroup
	for n, a := range askers {
		random := rand.New(rand.NewPCG(uint64(n), 1))
		all.Go(func() {
			for range requestsEach {
				q := random.IntN(len(queries))
				token := a.tokens[random.IntN(2)]
				answer, _ := c.ask(token, queries[q], nil)
				asked.Add(1)
				if got := answerOf(t, answer); got != want[a.name][q] {
					t.Errorf("%s asks %s and gets\n%s\nwant\n%s", a.name, queries[q], got, want[a.name][q])
				}
				if random.IntN(4) > 0 {
					continue
				}
				forged := token[:strings.LastIndexByte(token, '.')+1] + strings.Repeat("A", 43)
				answer, _ = c.ask(forged, queries[1], nil)
				asked.Add(1)
				if s := string(answer); !strings.Contains(s, "TOKEN_INVALID") || strings.Contains(s, `"name"`) {
					t.Errorf("a copy of the claims of %s gets %s", a.name, s)
				}
			}
		})
	}
	all.Wait()
	t.Logf("%d members, %d in the secret space, %d requests", len(askers), inside, asked.Load())

	// A token that has ended sees nothing of what is still remembered; the member's other one goes on.
	a := askers[0]
	for _, token := range a.tokens {
		c.ask(token, queries[1], nil)
	}
	c.data(a.tokens[0], `mutation { logout { loggedOut } }`, nil)
	if answer, _ := c.ask(a.tokens[0], queries[1], nil); !strings.Contains(string(answer), "TOKEN_REVOKED") ||
		strings.Contains(string(answer), `"name"`) {
		t.Errorf("a token that was ended gets %s", answer)
	}
	if answer, _ := c.ask(a.tokens[1], queries[1], nil); answerOf(t, answer) != want[a.name][1] {
		t.Errorf("the other token of the same member gets %s", answer)
	}
}

// answerOf is an answer without what it has cost and without the ids of requests.
func answerOf(t *testing.T, answer []byte) string {
	type failure struct {
		Path       []any
		Extensions struct{ Code string }
	}
	var out struct {
		Data   any
		Errors []failure
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Errorf("%s: %v", answer, err)
	}
	slices.SortFunc(out.Errors, func(a, b failure) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return fmt.Sprint(out)
}
