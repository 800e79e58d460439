package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"circlegraph/graph/transport"
	"circlegraph/graph/transport/transporttest"
)

type socket = transporttest.Socket

func (s *toy) dial(protocols ...string) *socket {
	s.t.Helper()
	return transporttest.Dial(s.t, s.url, websocket.DialOptions{HTTPClient: s.client, Subprotocols: protocols})
}

// connect opens a socket with a token that may end.
func (s *toy) connect() *socket {
	s.t.Helper()
	return s.connectAs("ending")
}

func (s *toy) connectAs(token string) *socket {
	s.t.Helper()
	c := s.dial("graphql-transport-ws")
	c.SignIn("Bearer " + token)
	return c
}

func TestSocket(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		c := s.connect()
		c.Send(`{"type":"ping","payload":{"at":1}}`)
		c.Want(`{"type":"pong","payload":{"at":1}}`)
		c.Subscribe("1", counted)
		c.Want(`{"id":"1","type":"next","payload":{"data":{"counted":1}}}`)
		s.counts <- 2
		c.Want(`{"id":"1","type":"next","payload":{"data":{"counted":2}}}`)
		c.Subscribe("2", `mutation { write }`) // mutations and queries too
		c.Want(`{"id":"2","type":"next","payload":{"data":{"write":true}}}`)
		c.Want(`{"id":"2","type":"complete"}`)
		c.Send(`{"id":"1","type":"complete"}`)
		c.Subscribe("3", `{ viewer { name ... @defer { email } } }`)
		c.Want(`{"id":"3","type":"next","payload":{"data":{"viewer":{"name":"Maya","email":"maya@example.com"}}}}`)
		c.Want(`{"id":"3","type":"complete"}`)
		c.Subscribe("4", `{ nothing }`)
		c.Want(`{"id":"4","type":"error","payload":[{"message":`)
		c.Subscribe("3", `{ __typename }`) // an id is free again after its end
		c.Want(`"Query"`)
	})
}

// Clients decide by the code whether to come again, and how.
func TestSocketsAreClosedForAReason(t *testing.T) {
	for _, tc := range []struct {
		name   string
		do     func(*toy) *socket
		code   websocket.StatusCode
		reason string
	}{
		{"no protocol", func(s *toy) *socket { return s.dial() }, 4406, ""},
		{
			"another protocol", func(s *toy) *socket { return s.dial("graphql-ws") }, 4406,
			"set the subprotocol graphql-transport-ws",
		},
		{"no JSON", func(s *toy) *socket { c := s.connect(); c.Send("hello"); return c }, 4400, ""},
		{"an unknown message", func(s *toy) *socket { c := s.connect(); c.Send(`{"type":"start"}`); return c }, 4400, ""},
		{"no query", func(s *toy) *socket {
			c := s.connect()
			c.Send(`{"type":"subscribe","id":"1","payload":{}}`)
			return c
		}, 4400, ""},
		{"no id", func(s *toy) *socket { c := s.connect(); c.Subscribe("", counted); return c }, 4400, ""},
		{"not asked who", func(s *toy) *socket {
			c := s.dial("graphql-transport-ws")
			c.Subscribe("1", counted)
			return c
		}, 4401, "connection_init comes first"},
		{
			"asked twice", func(s *toy) *socket { c := s.connect(); c.Send(`{"type":"connection_init"}`); return c },
			4429, "",
		},
		{"one id twice", func(s *toy) *socket {
			c := s.connect()
			c.Subscribe("1", counted)
			c.Subscribe("1", counted)
			return c
		}, 4409, "already exists"},
		{"a bad token", func(s *toy) *socket {
			c := s.dial("graphql-transport-ws")
			c.Send(`{"type":"connection_init","payload":{"authorization":"Bearer bad"}}`)
			return c
		}, 4401, "The token is invalid"},
		{"a token that ends", func(s *toy) *socket {
			c := s.connect()
			c.Subscribe("1", counted)
			c.Want("next")
			s.over.Store(true)
			return c
		}, 4401, "The token has ended"},
		{"a token that expires", func(s *toy) *socket {
			c := s.connectAs("expiring")
			c.Subscribe("1", counted)
			c.Want("next")
			s.over.Store(true)
			return c
		}, 4403, "The token has expired"},
		{"a token that expires before it is used again", func(s *toy) *socket {
			c := s.connectAs("expiring")
			s.over.Store(true)
			c.Subscribe("1", counted)
			return c
		}, 4403, "The token has expired"},
		{"a token that has expired before", func(s *toy) *socket {
			s.over.Store(true)
			c := s.dial("graphql-transport-ws")
			c.Send(`{"type":"connection_init","payload":{"authorization":"Bearer expiring"}}`)
			return c
		}, 4401, "The token has expired"},
		{"the end of the server", func(s *toy) *socket {
			c := s.connect()
			c.Subscribe("1", counted)
			go func() { _ = s.live.Drain(context.WithoutCancel(s.t.Context())) }()
			return c
		}, websocket.StatusServiceRestart, "about to stop"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, func(_ *testing.T, s *toy) { tc.do(s).WantClose(tc.code, tc.reason) })
		})
	}
}

// While nothing happens a subscription that announces its events takes no goroutine. It tells and ends as others do.
func TestSubscriptionsRest(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		s.rests = make(chan *transport.Rest, 1)
		c := s.connect()
		var rests []*transport.Rest
		for n := range 100 { // as many as there may be
			c.Subscribe(fmt.Sprint(n), counted)
			c.Want(fmt.Sprintf(`{"id":"%d","type":"next"`, n))
			rests = append(rests, <-s.rests)
		}
		synctest.Wait()
		stacks := make([]byte, 16<<20)
		if n := strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "transport.(*connection).tell("); n > 0 {
			t.Errorf("%d goroutines wait for 100 subscriptions, want none", n)
		}
		for n := range 3 { // one by one, and two that were announced at once
			rests[7].Announce(1)
			s.counts <- n
			c.Want(fmt.Sprintf(`{"id":"7","type":"next","payload":{"data":{"counted":%d`, n))
		}
		rests[8].Announce(2)
		for n := 8; n < 10; n++ {
			s.counts <- n
			c.Want(fmt.Sprintf(`{"id":"8","type":"next","payload":{"data":{"counted":%d`, n))
		}
		c.Send(`{"id":"7","type":"complete"}`)
		synctest.Wait()
		c.Subscribe("again", counted) // in the place of the one that has ended
		c.Want(`{"id":"again","type":"next"`)
		last := <-s.rests
		last.Announce(1)
		close(s.counts)
		c.Want(`{"id":"again","type":"complete"}`)
		synctest.Wait()
		c.Subscribe("again", counted)
		c.Want(`{"id":"again","type":"next"`)
		<-s.rests
		_ = c.Conn.CloseNow()
		<-time.After(time.Minute) // the bubble sees that nothing is left
	})
}

// A process that stops lets what is under way on its sockets end: a mutation that was taken is answered. Nothing new
// begins, and subscriptions hold nobody up.
func TestDrainLetsOperationsEnd(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		arrived, held := make(chan bool), make(chan bool)
		release := sync.OnceFunc(func() { close(held) })
		t.Cleanup(release)
		s.write = func() {
			arrived <- true
			<-held
		}
		c := s.connect()
		c.Subscribe("changes", counted)
		c.Want(`{"id":"changes","type":"next"`)
		c.Subscribe("write", `mutation { write }`)
		<-arrived
		drained := make(chan error)
		go func() { drained <- s.live.Drain(context.WithoutCancel(t.Context())) }()

		heard := ""
		hear := func() error {
			_, frame, err := c.Conn.Read(c.T.Context())
			heard += string(frame) + "\n"
			return err
		}
		for n := 0; !strings.Contains(heard, `"type":"error"`); n++ { // until the socket has heard of the end
			c.Subscribe(fmt.Sprint("late", n), `{ __typename }`)
			for answered := false; !answered; {
				if err := hear(); err != nil {
					t.Fatalf("%v after\n%s", err, heard)
				}
				answered = strings.Contains(heard, fmt.Sprintf(`{"id":"late%d","type":"complete"}`, n)) ||
					strings.Contains(heard, `"type":"error"`)
			}
		}
		if !strings.Contains(heard, `"RATE_LIMITED"`) || !strings.Contains(heard, "about to stop") {
			t.Errorf("what comes too late is answered\n%s\nwant RATE_LIMITED", heard)
		}
		release()
		var err error
		for err == nil {
			err = hear()
		}
		if got := websocket.CloseStatus(err); got != websocket.StatusServiceRestart {
			t.Errorf("closed by %v, want 1012", err)
		}
		if !strings.Contains(heard, `{"id":"write","type":"next","payload":{"data":{"write":true}}}`) ||
			!strings.Contains(heard, `{"id":"write","type":"complete"}`) {
			t.Errorf("the socket says\n%s\nwant the answer to the mutation and its end", heard)
		}
		if err := <-drained; err != nil {
			t.Errorf("Drain: %v", err)
		}
		if status, _, _ := s.send(ask("text/event-stream", counted)); status != http.StatusServiceUnavailable {
			t.Errorf("a stream after the end gets %d, want 503", status)
		}
	})
}

// A quiet socket is pinged every thirty seconds, which keeps proxies from ending it and lets a phone sleep.
func TestPingsOfAQuietSocket(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		var pings []time.Duration
		start := time.Now()
		c := transporttest.Dial(t, s.url, websocket.DialOptions{
			HTTPClient: s.client, Subprotocols: []string{"graphql-transport-ws"},
			OnPingReceived: func(context.Context, []byte) bool {
				pings = append(pings, time.Since(start).Round(time.Second))
				return true
			},
		})
		c.SignIn(asMember)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		if _, frame, err := c.Conn.Read(ctx); err == nil {
			t.Errorf("a quiet socket is told %s", frame)
		}
		if want := []time.Duration{30 * time.Second, time.Minute, 90 * time.Second}; !slices.Equal(pings, want) {
			t.Errorf("pings after %v, want %v", pings, want)
		}
	})
}
