package graph

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"circlegraph/circleclient"
)

// panicking is a network that panics where a path ends in one of some words.
type panicking []string

func (p panicking) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, end := range p {
		if strings.HasSuffix(r.URL.Path, end) {
			panic("a mistake of ours")
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// A panic costs one field, whether in a resolver, in a loader or beneath the memo, and its error names the request.
func TestPanicCostsAField(t *testing.T) {
	for name, memo := range map[string]func(*circleclient.Config){"without a memo": func(*circleclient.Config) {}, "with a memo": remembering} {
		c := newCommunity(t, memo, func(cfg *circleclient.Config) { cfg.Transport = panicking{"/home", "/new_notifications_count"} })
		raw, _ := c.ask(member, `{ homeFeed(first: 1) { nodes { id } } viewer { member { name } notificationCounts { inbox } } }`, nil)
		got := parseFailed(t, raw)
		if at(got.Data, "viewer.member.name") == nil || len(got.Errors) != 2 {
			t.Errorf("%s: answered %s, want all but two fields", name, raw)
		}
		for _, e := range got.Errors {
			value, ok := lookUp(got.Data, e.Path)
			if e.Extensions.Code != codeInternal || e.Extensions.RequestID != "the-request" || value != nil || !ok {
				t.Errorf("%s: %+v, want INTERNAL_SERVER_ERROR of one field with the request's name", name, e)
			}
		}
	}
}

// When a client leaves, what is asked of Circle for it alone is given up.
func TestLeavingEndsWork(t *testing.T) {
	for name, memo := range map[string]func(*circleclient.Config){"without a memo": func(*circleclient.Config) {}, "with a memo": remembering} {
		arrived, ended := make(chan bool, 1), make(chan bool, 1)
		ill := &fault{}
		c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
			return ill.between(circle, func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/home") })
		}, memo)
		ill.set(func(_ http.ResponseWriter, r *http.Request) {
			arrived <- true
			<-r.Context().Done()
			ended <- true
		})
		token := c.token(member)
		ctx, leave := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, strings.NewReader(fmt.Sprintf(`{"query": %q}`, faultyScreen)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token)
		go func() {
			<-arrived
			leave()
		}()
		if resp, err := http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: answered although the client had left", name)
		}
		select {
		case <-ended:
		case <-time.After(10 * time.Second): // less than the 15 s after which a call is given up anyway
			t.Errorf("%s: Circle is still being asked", name)
		}
	}
}
