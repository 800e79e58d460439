package graph_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"circlegraph/circleclient"
)

// panicking is a network that panics on some paths.
type panicking struct{ paths *regexp.Regexp }

const written = "what a member wrote"

func (p panicking) RoundTrip(r *http.Request) (*http.Response, error) {
	if p.paths.MatchString(r.URL.Path) {
		panic("a mistake of ours about " + written)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// A panic costs one field, whether in a resolver, in a loader, in a goroutine of either or beneath the memo. Its error
// names the request, and the log says where it was, without what it was about.
func TestPanicCostsAField(t *testing.T) {
	for name, memo := range map[string]func(*circleclient.Config){
		"without a memo": func(*circleclient.Config) {},
		"with a memo":    remembering,
	} {
		c := newCommunity(t, memo, func(cfg *circleclient.Config) {
			cfg.Transport = panicking{regexp.MustCompile(`/(home|new_notifications_count|posts/\d+|search/community_members)$`)}
		})
		found := c.data(member,
			`{ members(first: 1) { nodes { circleId } } space(by: {slug: "seed-swap"}) { id posts(first: 1) { nodes { id } } }
				}`, nil)
		variables := map[string]any{
			"space": at(found, "space.id"), "post": at(found, "space.posts.nodes.0.id"),
			"text": fmt.Sprintf("[@A](member:%v)", at(found, "members.nodes.0.circleId")),
		}
		for query, want := range map[string][]string{
			`{ viewer { member { name } notificationCounts { inbox } } homeFeed(first: 1) { nodes { id } } }`:  {"homeFeed", "viewer notificationCounts"},
			`query($post: ID!, $space: ID!) { nodes(ids: [$post, $space]) { id } viewer { member { name } } }`: {"nodes 0"},
			`mutation($post: ID!, $text: String!) { createComment(input: {postId: $post, body: {markdown: $text}}) { comment { id
				} } }`: {"createComment"},
		} {
			raw, _ := c.ask(member, query, variables)
			got := parseFailed(t, raw)
			var paths []string
			for _, e := range got.Errors {
				paths = append(paths, strings.Trim(fmt.Sprint(e.Path), "[]"))
				value, ok := lookUp(got.Data, e.Path)
				if e.Extensions.Code != "INTERNAL_SERVER_ERROR" || e.Extensions.RequestID != "the-request" || value != nil || !ok {
					t.Errorf("%s: %+v, want INTERNAL_SERVER_ERROR of one field with the request's name", name, e)
				}
			}
			slices.Sort(paths)
			if !slices.Equal(paths, want) || strings.Contains(query, "viewer") && at(got.Data, "viewer.member.name") == nil ||
				strings.Contains(string(raw), written) {
				t.Errorf("%s: %s is answered %s, want all but %s", name, query, raw, want)
			}
		}
		if log := c.log.String(); !strings.Contains(log, "panics_test.go") || strings.Contains(log, written) {
			t.Errorf("%s: the log is %s, want the place and not the words", name, log)
		}
	}
}

// When a client leaves, what is asked of Circle only for it is given up, unless there is a memory to keep the answer
// for its return, which then costs nothing.
func TestLeaving(t *testing.T) {
	for name, memo := range map[string]func(*circleclient.Config){
		"without a memo": func(*circleclient.Config) {},
		"with a memo":    remembering,
	} {
		t.Run(name, inBubble(func(t *testing.T) {
			arrived, ended, answer := make(chan bool, 1), make(chan bool, 1), make(chan bool)
			ill := &fault{}
			var box http.Handler
			c := newCommunityInBubble(t, func(circle http.Handler) http.Handler {
				box = circle
				return ill.between(circle, func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/home") })
			}, memo)
			ill.set(func(w http.ResponseWriter, r *http.Request) {
				arrived <- true
				select {
				case <-r.Context().Done():
					ended <- true
				case <-answer:
					box.ServeHTTP(w, r)
				}
			})
			token := c.token(member)
			ctx, leave := context.WithCancel(t.Context())
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url,
				strings.NewReader(fmt.Sprintf(`{"query": %q}`, faultyScreen)))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer "+token)
			go func() {
				<-arrived
				leave()
			}()
			if resp, err := c.client.Do(req); err == nil {
				_ = resp.Body.Close()
				t.Error("answered although the client had left")
			}
			if name == "with a memo" {
				select {
				case <-ended:
					t.Error("the call was given up")
				case <-time.After(100 * time.Millisecond): // more than it takes to give one up
				}
				close(answer)
				if c.data(token, faultyScreen, nil)["homeFeed"] == nil || ill.requests.Load() != 1 {
					t.Errorf("the feed was asked for %d times, want once for the client that came back", ill.requests.Load())
				}
				return
			}
			select {
			case <-ended:
			case <-time.After(10 * time.Second): // less than the 15 s after which a call is given up anyway
				t.Error("Circle is still being asked")
			}
		}))
	}
}
