package graph_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"circlegraph/graph/transport/transporttest"
)

const (
	countsChanged = `subscription { notificationCountsChanged { notifications mentions } }`
	resetCount    = `mutation { resetNewNotificationsCount { userErrors { message } } }`
)

// inMadeUpTime runs a test of a community, on which no heartbeat comes late. It is over once nothing is left of servers
// and clients.
func inMadeUpTime(test func(*testing.T, *community)) func(*testing.T) {
	return inBubble(func(t *testing.T) { test(t, newCommunityInBubble(t, directly)) })
}

// listen opens a stream of server-sent events, by POST or GET.
func (c *community) listen(method, as string, header map[string]string) *http.Response {
	c.t.Helper()
	address, body := c.url, ""
	if method == http.MethodGet {
		address += "?query=" + url.QueryEscape(countsChanged)
	} else {
		body = fmt.Sprintf(`{"query":%q}`, countsChanged)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", asJSON)
	req.Header.Set("Accept", "text/event-stream")
	if token := c.token(as); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// A caller hears of what the caller does, and of nothing that another does.
func TestEvents(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		t.Run(method, inMadeUpTime(func(t *testing.T, c *community) {
			res := c.listen(method, member, nil) //nolint:bodyclose // listen closes it
			if media := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || media != "text/event-stream" {
				t.Fatalf("answered %d %s, want 200 text/event-stream", res.StatusCode, media)
			}
			heard := transporttest.Events(res)
			if first := <-heard; !strings.Contains(first, `"notifications":10`) ||
				!strings.Contains(first, `"upstream":{"requests":1,`) || !strings.Contains(first, `"actual":1}`) {
				t.Fatalf("the first event is %s, want the counts as they are and the request that it took", first)
			}
			c.data(admin, resetCount, nil)
			c.data(admin, `{ viewer { notificationCounts { notifications } } }`, nil)
			c.data(member, `{ viewer { notificationCounts { notifications } } }`, nil) // no change
			c.data(member, resetCount, nil)
			if second := <-heard; !strings.HasPrefix(second,
				`next {"data":{"notificationCountsChanged":{"notifications":0,"mentions":0}}`) {
				t.Errorf("the second event is %s, want the counts after the reset", second)
			}
		}))
	}
}

// A subscription that fails says so and is over.
func TestEventsOfNobody(t *testing.T) {
	inMadeUpTime(func(t *testing.T, c *community) {
		heard := transporttest.Events(c.listen(http.MethodPost, "", nil)) //nolint:bodyclose // listen closes it
		if first := <-heard; !strings.Contains(first, "UNAUTHENTICATED") ||
			!strings.Contains(first, "TOKEN_MISSING") {
			t.Errorf("the first event is %s, want UNAUTHENTICATED", first)
		}
		if second := <-heard; second != "complete" {
			t.Errorf("the second event is %s, want the end", second)
		}
		if third, ok := <-heard; ok {
			t.Errorf("the stream goes on with %s", third)
		}
	})(t)
}

// A stream ends with its token. It says why if somebody has ended it, so that clients sign in again; if it has expired,
// it breaks off, so that they come again with a new one.
func TestEventsEndWithTheToken(t *testing.T) {
	t.Run("TOKEN_REVOKED", inMadeUpTime(func(t *testing.T, c *community) {
		heard := transporttest.Events(c.listen(http.MethodPost, member, nil)) //nolint:bodyclose // listen closes it
		<-heard
		c.data(member, `mutation { logout { loggedOut } }`, nil)
		if last := <-heard; !strings.Contains(last, "UNAUTHENTICATED") || !strings.Contains(last, "TOKEN_REVOKED") {
			t.Errorf("the stream goes on with %s, want TOKEN_REVOKED", last)
		}
		if complete := <-heard; complete != "complete" {
			t.Errorf("the stream goes on with %s, want its end", complete)
		}
	}))
	t.Run("TOKEN_EXPIRED", inMadeUpTime(func(t *testing.T, c *community) {
		heard := transporttest.Events(c.listen(http.MethodPost, member, nil)) //nolint:bodyclose // listen closes it
		<-heard
		c.clock.Advance(2 * time.Hour)
		if last, more := <-heard; more {
			t.Errorf("the stream goes on with %s, want that it breaks off", last)
		}
	}))
}

type socket = transporttest.Socket

func (c *community) dial(header http.Header, protocols ...string) *socket {
	c.t.Helper()
	return transporttest.Dial(c.t, c.url,
		websocket.DialOptions{HTTPClient: c.client, Subprotocols: protocols, HTTPHeader: header})
}

// connect opens a socket and says who is asking.
func (c *community) connect(as string) *socket {
	c.t.Helper()
	s := c.dial(nil, "graphql-transport-ws")
	s.SignIn("Bearer " + c.token(as))
	return s
}

func TestSocket(t *testing.T) {
	inMadeUpTime(func(t *testing.T, c *community) {
		s := c.connect(member)
		s.Send(`{"type":"ping","payload":{"at":1}}`)
		s.Want(`{"type":"pong","payload":{"at":1}}`)
		s.Subscribe("1", countsChanged)
		s.Want(`{"id":"1","type":"next","payload":{"data":{"notificationCountsChanged":{"notifications":10,`)
		s.Subscribe("2", resetCount) // mutations and queries too
		for range 3 {                // in either order: the event, the answer and its end
			s.Want(`"type":`)
		}
		s.Send(`{"id":"1","type":"complete"}`)
		s.Subscribe("3", `{ viewer { member { name } ... @defer { email } } }`)
		s.Want(`{"id":"3","type":"next","payload":{"data":{"viewer":{"member":{"name":"Maya Fielding"},"email":`)
		s.Want(`{"id":"3","type":"complete"}`)
		s.Subscribe("4", `{ nothing }`)
		s.Want(`{"id":"4","type":"error","payload":[{"message":`)
		s.Subscribe("3", `{ __typename }`) // an id is free again after its end
		s.Want(`"Query"`)
	})(t)
}

// A socket has no headers of its own in browsers: what connection_init says of the app is on the line of each
// operation, cleaned as the headers are, and nothing else of it counts.
func TestSocketsSayTheirApp(t *testing.T) {
	for payload, want := range map[string]string{
		`"apollographql-client-name":"ios","apollographql-client-version":"1.2"`: ` app="ios 1.2"`,
		`"headers":{"GraphQL-Client-Name":"web"}`:                                " app=web",
		`"apollographql-client-name":"maya@example.com"`:                         "",
		`"apollographql-client-name":7,"headers":["x"]`:                          "",
		`"apollographql-client-name":"` + strings.Repeat("a", 500) + `"`:         " app=" + strings.Repeat("a", 64) + "\n",
	} {
		inMadeUpTime(func(t *testing.T, c *community) {
			s := c.dial(nil, "graphql-transport-ws")
			s.Send(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + c.token(member) + `",` + payload + `}}`)
			s.Want("connection_ack")
			s.Subscribe("1", `query Told { __typename }`)
			s.Want(`"Query"`)
			s.Want(`complete`)
			_, line, _ := strings.Cut(c.log.String(), "operation=Told")
			if !strings.Contains(line, want) || want == "" && strings.Contains(line, " app=") {
				t.Errorf("%s: the log says %s, want %s", payload, line, want)
			}
		})(t)
	}
}

// A socket ends with its token, and says why.
func TestSocketsEndWithTheToken(t *testing.T) {
	for _, tc := range []struct {
		name   string
		do     func(*community) *socket
		code   websocket.StatusCode
		reason string
	}{
		{"a bad token", func(c *community) *socket {
			s := c.dial(nil, "graphql-transport-ws")
			s.Send(`{"type":"connection_init","payload":{"authorization":"Bearer nonsense"}}`)
			return s
		}, 4401, "The access token is invalid"},
		{"an expired token", func(c *community) *socket {
			s := c.connect(member)
			s.Subscribe("1", countsChanged)
			c.clock.Advance(2 * time.Hour)
			return s
		}, 4403, "The access token has expired"},
		{"a revoked token", func(c *community) *socket {
			s := c.connect(member)
			c.data(member, `mutation { logout { loggedOut } }`, nil)
			return s
		}, 4401, "The access token was revoked"},
	} {
		t.Run(tc.name, inMadeUpTime(func(_ *testing.T, c *community) { tc.do(c).WantClose(tc.code, tc.reason) }))
	}
}

// Nobody can hold more than their share, by the address that the proxy tells and by the member whom Circle names.
func TestStreamsAreLimited(t *testing.T) {
	inMadeUpTime(func(t *testing.T, c *community) {
		from := func(address string) map[string]string { return map[string]string{"X-Forwarded-For": address} }
		for range 5 {
			<-transporttest.Events(c.listen(http.MethodPost, member, from("192.0.2.1"))) //nolint:bodyclose // listen closes it
		}
		if res := c.listen(http.MethodPost, member, from("192.0.2.1")); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" { //nolint:bodyclose // listen closes it
			t.Errorf("the sixth stream of an address gets %d, want 429 with Retry-After", res.StatusCode)
		}
		if _, heard := <-transporttest.Events(c.listen(http.MethodPost, member, from("192.0.2.2"))); !heard { //nolint:bodyclose // listen closes it
			t.Error("another address hears nothing")
		}
		for n := range 4 {
			<-transporttest.Events(c.listen(http.MethodPost, member, from(fmt.Sprintf("2001:db8:1:%d::1", n)))) //nolint:bodyclose // listen closes it
		}
		// Whose a stream is is learned with a heartbeat.
		<-time.After(11 * time.Second)
		if res := c.listen(http.MethodPost, member, from("2001:db8:2::1")); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" { //nolint:bodyclose // listen closes it
			t.Errorf("the eleventh stream of a member gets %d, want 429 with Retry-After", res.StatusCode)
		}
		if _, heard := <-transporttest.Events(c.listen(http.MethodPost, admin, from("2001:db8:2::1"))); !heard { //nolint:bodyclose // listen closes it
			t.Error("another member hears nothing")
		}
	})(t)
}
