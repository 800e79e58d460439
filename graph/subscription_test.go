package graph_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

const (
	countsChanged = `subscription { notificationCountsChanged { notifications mentions } }`
	resetCount    = `mutation { resetNewNotificationsCount { userErrors { message } } }`
)

// events gives the events of a stream, one `event` and `data` at a time; comments are left out. It is closed with the
// stream.
func events(res *http.Response) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		lines := bufio.NewScanner(res.Body)
		event := ""
		for lines.Scan() {
			switch line := lines.Text(); {
			case strings.HasPrefix(line, "event: "):
				event = strings.TrimPrefix(line, "event: ")
			case strings.HasPrefix(line, "data:"):
				out <- event + strings.TrimPrefix(line, "data:")
			}
		}
	}()
	return out
}

// inMadeUpTime runs a test of a community, on which no heartbeat comes late. It is over once nothing is left of servers
// and clients.
func inMadeUpTime(test func(*testing.T, *community)) func(*testing.T) {
	return inBubble(func(t *testing.T) {
		test(t, newCommunityInBubble(t, func(circle http.Handler) http.Handler { return circle }))
	})
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
			heard := events(res)
			if first := <-heard; !strings.Contains(first, `"notifications":10`) {
				t.Fatalf("the first event is %s, want the counts as they are", first)
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
		heard := events(c.listen(http.MethodPost, "", nil)) //nolint:bodyclose // listen closes it
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

// A stream ends with its token: it says why, so that clients sign in again.
func TestEventsEndWithTheToken(t *testing.T) {
	for reason, end := range map[string]func(*community){
		"TOKEN_EXPIRED": func(c *community) { c.clock.Advance(2 * time.Hour) },
		"TOKEN_REVOKED": func(c *community) { c.data(member, `mutation { logout { loggedOut } }`, nil) },
	} {
		t.Run(reason, inMadeUpTime(func(t *testing.T, c *community) {
			heard := events(c.listen(http.MethodPost, member, nil)) //nolint:bodyclose // listen closes it
			<-heard
			end(c)
			if last := <-heard; !strings.Contains(last, "UNAUTHENTICATED") || !strings.Contains(last, reason) {
				t.Errorf("the stream goes on with %s, want %s", last, reason)
			}
			if complete := <-heard; complete != "complete" {
				t.Errorf("the stream goes on with %s, want its end", complete)
			}
		}))
	}
}

// socket is a client of graphql-transport-ws.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

func (c *community) dial(header http.Header, protocols ...string) *socket {
	c.t.Helper()
	conn, res, err := websocket.Dial(c.t.Context(), c.url,
		&websocket.DialOptions{HTTPClient: c.client, Subprotocols: protocols, HTTPHeader: header})
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = conn.CloseNow() })
	return &socket{c.t, conn}
}

// connect opens a socket and says who is asking.
func (c *community) connect(as string) *socket {
	c.t.Helper()
	s := c.dial(nil, "graphql-transport-ws")
	s.send(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + c.token(as) + `"}}`)
	s.want("connection_ack")
	return s
}

func (s *socket) send(text string) {
	s.t.Helper()
	if err := s.conn.Write(s.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *socket) subscribe(id, query string) {
	s.t.Helper()
	s.send(fmt.Sprintf(`{"id":%q,"type":"subscribe","payload":{"query":%q}}`, id, query))
}

// want takes the next message, which must hold a text.
func (s *socket) want(text string) {
	s.t.Helper()
	var message json.RawMessage
	if err := wsjson.Read(s.t.Context(), s.conn, &message); err != nil || !strings.Contains(string(message), text) {
		s.t.Fatalf("the socket says %s, %v, want %s", message, err, text)
	}
}

// wantClose waits for the end.
func (s *socket) wantClose(code websocket.StatusCode, reason string) {
	s.t.Helper()
	for {
		_, _, err := s.conn.Read(s.t.Context())
		if err == nil {
			continue
		}
		var closed websocket.CloseError
		if got := websocket.CloseStatus(err); got != code || !strings.Contains(err.Error(), reason) {
			s.t.Errorf("closed by %v %v, want %d %s", err, closed, code, reason)
		}
		return
	}
}

func TestSocket(t *testing.T) {
	inMadeUpTime(func(t *testing.T, c *community) {
		s := c.connect(member)
		s.send(`{"type":"ping","payload":{"at":1}}`)
		s.want(`{"type":"pong","payload":{"at":1}}`)
		s.subscribe("1", countsChanged)
		s.want(`{"id":"1","type":"next","payload":{"data":{"notificationCountsChanged":{"notifications":10,`)
		s.subscribe("2", resetCount) // mutations and queries too
		for range 3 {                // in either order: the event, the answer and its end
			s.want(`"type":`)
		}
		s.send(`{"id":"1","type":"complete"}`)
		s.subscribe("3", `{ viewer { member { name } ... @defer { email } } }`)
		s.want(`{"id":"3","type":"next","payload":{"data":{"viewer":{"member":{"name":"Maya Fielding"},"email":`)
		s.want(`{"id":"3","type":"complete"}`)
		s.subscribe("4", `{ nothing }`)
		s.want(`{"id":"4","type":"error","payload":[{"message":`)
		s.subscribe("3", `{ __typename }`) // an id is free again after its end
		s.want(`"Query"`)
	})(t)
}

// A socket ends with its token, and says why.
func TestSocketsEndWithTheToken(t *testing.T) {
	for _, tc := range []struct {
		name   string
		do     func(*community) *socket
		reason string
	}{
		{"a bad token", func(c *community) *socket {
			s := c.dial(nil, "graphql-transport-ws")
			s.send(`{"type":"connection_init","payload":{"authorization":"Bearer nonsense"}}`)
			return s
		}, "The access token is invalid"},
		{"an expired token", func(c *community) *socket {
			s := c.connect(member)
			s.subscribe("1", countsChanged)
			c.clock.Advance(2 * time.Hour)
			return s
		}, "The access token has expired"},
		{"a revoked token", func(c *community) *socket {
			s := c.connect(member)
			c.data(member, `mutation { logout { loggedOut } }`, nil)
			return s
		}, "The access token was revoked"},
	} {
		t.Run(tc.name, inMadeUpTime(func(_ *testing.T, c *community) { tc.do(c).wantClose(4401, tc.reason) }))
	}
}

// Nobody can hold more than their share, by the address that the proxy tells.
func TestStreamsAreLimited(t *testing.T) {
	inMadeUpTime(func(t *testing.T, c *community) {
		from := func(address string) map[string]string { return map[string]string{"X-Forwarded-For": address} }
		for range 5 {
			<-events(c.listen(http.MethodPost, member, from("192.0.2.1"))) //nolint:bodyclose // listen closes it
		}
		if res := c.listen(http.MethodPost, member, from("192.0.2.1")); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" { //nolint:bodyclose // listen closes it
			t.Errorf("the sixth stream of an address gets %d, want 429 with Retry-After", res.StatusCode)
		}
		<-events(c.listen(http.MethodPost, member, from("192.0.2.2"))) //nolint:bodyclose // listen closes it
	})(t)
}

// Whatever becomes of clients, nothing of them stays.
func TestStreamsLeaveNothingBehind(t *testing.T) {
	inMadeUpTime(func(t *testing.T, c *community) {
		for range 3 {
			res := c.listen(http.MethodPost, member, nil)
			<-events(res)
			_ = res.Body.Close()
		}
		gone := c.connect(member)
		gone.subscribe("1", countsChanged)
		gone.want("next")
		_ = gone.conn.CloseNow()
		polite := c.connect(member)
		polite.subscribe("1", countsChanged)
		_ = polite.conn.Close(websocket.StatusNormalClosure, "")
		last := c.connect(member)
		last.subscribe("1", countsChanged)
		last.want("next")
		go last.wantClose(websocket.StatusGoingAway, "")
		if err := c.Live.Drain(t.Context()); err != nil || c.Live.Len() != 0 {
			t.Errorf("draining leaves %d streams, %v", c.Live.Len(), err)
		}
	})(t)
}
