package graph_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"go.uber.org/goleak"

	"circlegraph/graph"
)

const (
	countsChanged = `subscription { notificationCountsChanged { notifications mentions } }`
	resetCount    = `mutation { resetNewNotificationsCount { userErrors { message } } }`
)

// events gives the events of a stream, one `event` and `data` at a time; comments are left out. It is closed with the
// stream.
func events(t *testing.T, res *http.Response) <-chan string {
	t.Helper()
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
				select {
				case out <- event + strings.TrimPrefix(line, "data:"):
				case <-t.Context().Done():
					return
				}
			}
		}
	}()
	return out
}

// receive takes the next of a stream.
func receive[T any](t *testing.T, from <-chan T) (T, bool) {
	t.Helper()
	select {
	case v, ok := <-from:
		return v, ok
	case <-time.After(20 * time.Second):
		t.Fatal("nothing comes")
		panic("not reached")
	}
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
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

// A caller hears of what the caller does, and of nothing that another does.
func TestEvents(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		t.Run(method, func(t *testing.T) {
			c := newCommunity(t)
			res := c.listen(method, member, nil) //nolint:bodyclose // listen closes it
			if media := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || media != "text/event-stream" {
				t.Fatalf("answered %d %s, want 200 text/event-stream", res.StatusCode, media)
			}
			heard := events(t, res)
			if first, _ := receive(t, heard); !strings.Contains(first, `"notifications":10`) {
				t.Fatalf("the first event is %s, want the counts as they are", first)
			}
			c.data(admin, resetCount, nil)
			c.data(admin, `{ viewer { notificationCounts { notifications } } }`, nil)
			c.data(member, `{ viewer { notificationCounts { notifications } } }`, nil) // no change
			c.data(member, resetCount, nil)
			if second, _ := receive(t, heard); !strings.HasPrefix(second,
				`next {"data":{"notificationCountsChanged":{"notifications":0,"mentions":0}}`) {
				t.Errorf("the second event is %s, want the counts after the reset", second)
			}
		})
	}
}

// A subscription that fails says so and is over.
func TestEventsOfNobody(t *testing.T) {
	c := newCommunity(t)
	heard := events(t, c.listen(http.MethodPost, "", nil)) //nolint:bodyclose // listen closes it
	if first, _ := receive(t, heard); !strings.Contains(first, "UNAUTHENTICATED") ||
		!strings.Contains(first, "TOKEN_MISSING") {
		t.Errorf("the first event is %s, want UNAUTHENTICATED", first)
	}
	if second, _ := receive(t, heard); second != "complete" {
		t.Errorf("the second event is %s, want the end", second)
	}
	if third, ok := receive(t, heard); ok {
		t.Errorf("the stream goes on with %s", third)
	}
}

// A stream ends with its token: it says why, so that clients sign in again.
func TestEventsEndWithTheToken(t *testing.T) {
	for reason, end := range map[string]func(*community){
		"TOKEN_EXPIRED": func(c *community) { c.clock.Advance(2 * time.Hour) },
		"TOKEN_REVOKED": func(c *community) { c.data(member, `mutation { logout { loggedOut } }`, nil) },
	} {
		t.Run(reason, func(t *testing.T) {
			c := newCommunity(t)
			heard := events(t, c.listen(http.MethodPost, member, nil)) //nolint:bodyclose // listen closes it
			receive(t, heard)
			end(c)
			if last, _ := receive(t, heard); !strings.Contains(last, "UNAUTHENTICATED") || !strings.Contains(last, reason) {
				t.Errorf("the stream goes on with %s, want %s", last, reason)
			}
			if complete, _ := receive(t, heard); complete != "complete" {
				t.Errorf("the stream goes on with %s, want its end", complete)
			}
		})
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
		&websocket.DialOptions{Subprotocols: protocols, HTTPHeader: header})
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
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	var message json.RawMessage
	if err := wsjson.Read(ctx, s.conn, &message); err != nil || !strings.Contains(string(message), text) {
		s.t.Fatalf("the socket says %s, %v, want %s", message, err, text)
	}
}

// wantClose waits for the end.
func (s *socket) wantClose(code websocket.StatusCode, reason string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	for {
		_, _, err := s.conn.Read(ctx)
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
	c := newCommunity(t)
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
}

// Clients decide by the code whether to come again, and how.
func TestSocketsAreClosedForAReason(t *testing.T) {
	for _, tc := range []struct {
		name   string
		do     func(*community) *socket
		code   websocket.StatusCode
		reason string
	}{
		{"no protocol", func(c *community) *socket { return c.dial(nil) }, 4406, ""},
		{"another protocol", func(c *community) *socket { return c.dial(nil, "graphql-ws") }, 4406, ""},
		{"no JSON", func(c *community) *socket { s := c.connect(member); s.send("hello"); return s }, 4400, ""},
		{
			"an unknown message", func(c *community) *socket { s := c.connect(member); s.send(`{"type":"start"}`); return s },
			4400, "",
		},
		{"no query", func(c *community) *socket {
			s := c.connect(member)
			s.send(`{"type":"subscribe","id":"1","payload":{}}`)
			return s
		}, 4400, ""},
		{"no id", func(c *community) *socket { s := c.connect(member); s.subscribe("", countsChanged); return s }, 4400, ""},
		{"not asked who", func(c *community) *socket {
			s := c.dial(nil, "graphql-transport-ws")
			s.subscribe("1", countsChanged)
			return s
		}, 4401, "connection_init comes first"},
		{
			"asked twice", func(c *community) *socket { s := c.connect(member); s.send(`{"type":"connection_init"}`); return s },
			4429, "",
		},
		{"one id twice", func(c *community) *socket {
			s := c.connect(member)
			s.subscribe("1", countsChanged)
			s.subscribe("1", countsChanged)
			return s
		}, 4409, "already exists"},
		{"a bad token", func(c *community) *socket {
			s := c.dial(nil, "graphql-transport-ws")
			s.send(`{"type":"connection_init","payload":{"authorization":"Bearer nonsense"}}`)
			return s
		}, 4401, "The access token is invalid"},
		{"an expired token", func(c *community) *socket {
			s := c.connect(member)
			s.subscribe("1", countsChanged)
			c.clock.Advance(2 * time.Hour)
			return s
		}, 4401, "The access token has expired"},
		{"a revoked token", func(c *community) *socket {
			s := c.connect(member)
			c.data(member, `mutation { logout { loggedOut } }`, nil)
			return s
		}, 4401, "The access token was revoked"},
		{"the end of the server", func(c *community) *socket {
			s := c.connect(member)
			s.subscribe("1", countsChanged)
			go func() { _ = c.Live.Drain(context.WithoutCancel(c.t.Context())) }()
			return s
		}, websocket.StatusGoingAway, "about to stop"},
	} {
		t.Run(tc.name, func(t *testing.T) { tc.do(newCommunity(t)).wantClose(tc.code, tc.reason) })
	}
}

// Nobody can hold more than their share.
func TestStreamsAreLimited(t *testing.T) {
	c := newCommunity(t)
	from := func(address string) map[string]string { return map[string]string{"X-Forwarded-For": address} }
	for range 5 {
		receive(t, events(t, c.listen(http.MethodPost, member, from("192.0.2.1")))) //nolint:bodyclose // listen closes it
	}
	res := c.listen(http.MethodPost, member, from("192.0.2.1")) //nolint:bodyclose // listen closes it
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth stream of an address gets %d, want 429 with Retry-After", res.StatusCode)
	}
	_, res, err := websocket.Dial(t.Context(), c.url, &websocket.DialOptions{ //nolint:bodyclose // it has been read
		Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"X-Forwarded-For": {"192.0.2.1"}},
	})
	if err == nil || res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a socket beyond the limit gets %v, want 429", err)
	}
	for range 5 {
		receive(t, events(t, c.listen(http.MethodPost, member, from("192.0.2.2")))) //nolint:bodyclose // listen closes it
	}
	res = c.listen(http.MethodPost, member, from("192.0.2.3")) //nolint:bodyclose // listen closes it
	if res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("the eleventh stream gets %d, want 503", res.StatusCode)
	}
	answer, _ := c.ask(member, `{ __typename }`, nil)
	if !strings.Contains(string(answer), "Query") {
		t.Errorf("a query beside the streams gets %s", answer)
	}
}

func TestSubscriptionsNeedAStream(t *testing.T) {
	server := endpoint(t, graph.Options{})
	status, _, answer := send(t, server, message{
		"POST", "",
		map[string]string{"Accept": asJSON},
		fmt.Sprintf(`{"query":%q}`, countsChanged),
	})
	if status != http.StatusNotAcceptable || !strings.Contains(answer, "graphql-transport-ws") {
		t.Errorf("a subscription that wants JSON gets %d %s, want 406", status, answer)
	}
}

// Apollo's clients take subscriptions as parts.
func TestSubscriptionInParts(t *testing.T) {
	c := newCommunity(t)
	accept := map[string]string{"Accept": `multipart/mixed;subscriptionSpec="1.0", application/json`}
	res := c.listen(http.MethodPost, member, accept) //nolint:bodyclose // listen closes it
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() && !strings.Contains(lines.Text(),
		`{"payload":{"data":{"notificationCountsChanged":{"notifications":10`) {
	}
	for lines.Scan() && lines.Text() != "{}" { // a heartbeat
	}
	if err := c.Live.Drain(t.Context()); err != nil || lines.Err() != nil {
		t.Error(err, lines.Err())
	}
}

// Whatever becomes of clients, nothing of them stays.
func TestStreamsLeaveNothingBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Run("clients", func(t *testing.T) { // the servers end with it
		c := newCommunity(t)
		for range 3 {
			res := c.listen(http.MethodPost, member, nil)
			receive(t, events(t, res))
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
	})
	http.DefaultClient.CloseIdleConnections()
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
}
