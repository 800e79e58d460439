package transport_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// socket is a client of graphql-transport-ws.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
}

func (s *toy) dial(protocols ...string) *socket {
	s.t.Helper()
	conn, res, err := websocket.Dial(s.t.Context(), s.url,
		&websocket.DialOptions{HTTPClient: s.client, Subprotocols: protocols})
	if res != nil && res.Body != nil {
		_ = res.Body.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.CloseNow() })
	return &socket{s.t, conn}
}

// connect opens a socket with a token that may end.
func (s *toy) connect() *socket {
	s.t.Helper()
	c := s.dial("graphql-transport-ws")
	c.send(`{"type":"connection_init","payload":{"Authorization":"Bearer ending"}}`)
	c.want("connection_ack")
	return c
}

func (c *socket) send(text string) {
	c.t.Helper()
	if err := c.conn.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *socket) subscribe(id, query string) {
	c.t.Helper()
	c.send(fmt.Sprintf(`{"id":%q,"type":"subscribe","payload":{"query":%q}}`, id, query))
}

// want takes the next message, which must hold a text.
func (c *socket) want(text string) {
	c.t.Helper()
	var got json.RawMessage
	if err := wsjson.Read(c.t.Context(), c.conn, &got); err != nil || !strings.Contains(string(got), text) {
		c.t.Fatalf("the socket says %s, %v, want %s", got, err, text)
	}
}

// wantClose waits for the end.
func (c *socket) wantClose(code websocket.StatusCode, reason string) {
	c.t.Helper()
	for {
		if _, _, err := c.conn.Read(c.t.Context()); err != nil {
			if got := websocket.CloseStatus(err); got != code || !strings.Contains(err.Error(), reason) {
				c.t.Errorf("closed by %v, want %d %s", err, code, reason)
			}
			return
		}
	}
}

func TestSocket(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		c := s.connect()
		c.send(`{"type":"ping","payload":{"at":1}}`)
		c.want(`{"type":"pong","payload":{"at":1}}`)
		c.subscribe("1", counted)
		c.want(`{"id":"1","type":"next","payload":{"data":{"counted":1}}}`)
		s.counts <- 2
		c.want(`{"id":"1","type":"next","payload":{"data":{"counted":2}}}`)
		c.subscribe("2", `mutation { write }`) // mutations and queries too
		c.want(`{"id":"2","type":"next","payload":{"data":{"write":true}}}`)
		c.want(`{"id":"2","type":"complete"}`)
		c.send(`{"id":"1","type":"complete"}`)
		c.subscribe("3", `{ viewer { name ... @defer { email } } }`)
		c.want(`{"id":"3","type":"next","payload":{"data":{"viewer":{"name":"Maya","email":"maya@example.com"}}}}`)
		c.want(`{"id":"3","type":"complete"}`)
		c.subscribe("4", `{ nothing }`)
		c.want(`{"id":"4","type":"error","payload":[{"message":`)
		c.subscribe("3", `{ __typename }`) // an id is free again after its end
		c.want(`"Query"`)
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
		{"another protocol", func(s *toy) *socket { return s.dial("graphql-ws") }, 4406, ""},
		{"no JSON", func(s *toy) *socket { c := s.connect(); c.send("hello"); return c }, 4400, ""},
		{"an unknown message", func(s *toy) *socket { c := s.connect(); c.send(`{"type":"start"}`); return c }, 4400, ""},
		{"no query", func(s *toy) *socket {
			c := s.connect()
			c.send(`{"type":"subscribe","id":"1","payload":{}}`)
			return c
		}, 4400, ""},
		{"no id", func(s *toy) *socket { c := s.connect(); c.subscribe("", counted); return c }, 4400, ""},
		{"not asked who", func(s *toy) *socket {
			c := s.dial("graphql-transport-ws")
			c.subscribe("1", counted)
			return c
		}, 4401, "connection_init comes first"},
		{
			"asked twice", func(s *toy) *socket { c := s.connect(); c.send(`{"type":"connection_init"}`); return c },
			4429, "",
		},
		{"one id twice", func(s *toy) *socket {
			c := s.connect()
			c.subscribe("1", counted)
			c.subscribe("1", counted)
			return c
		}, 4409, "already exists"},
		{"a bad token", func(s *toy) *socket {
			c := s.dial("graphql-transport-ws")
			c.send(`{"type":"connection_init","payload":{"authorization":"Bearer bad"}}`)
			return c
		}, 4401, "The token is invalid"},
		{"a token that ends", func(s *toy) *socket {
			c := s.connect()
			c.subscribe("1", counted)
			c.want("next")
			s.over.Store(true)
			return c
		}, 4401, "The token has ended"},
		{"the end of the server", func(s *toy) *socket {
			c := s.connect()
			c.subscribe("1", counted)
			go func() { _ = s.live.Drain(context.WithoutCancel(s.t.Context())) }()
			return c
		}, websocket.StatusGoingAway, "about to stop"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			inBubble(t, func(_ *testing.T, s *toy) { tc.do(s).wantClose(tc.code, tc.reason) })
		})
	}
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
		c.subscribe("changes", counted)
		c.want(`{"id":"changes","type":"next"`)
		c.subscribe("write", `mutation { write }`)
		<-arrived
		drained := make(chan error)
		go func() { drained <- s.live.Drain(context.WithoutCancel(t.Context())) }()

		heard := ""
		hear := func() error {
			_, frame, err := c.conn.Read(c.t.Context())
			heard += string(frame) + "\n"
			return err
		}
		for n := 0; !strings.Contains(heard, `"type":"error"`); n++ { // until the socket has heard of the end
			c.subscribe(fmt.Sprint("late", n), `{ __typename }`)
			if err := hear(); err != nil {
				t.Fatalf("%v after\n%s", err, heard)
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
		if got := websocket.CloseStatus(err); got != websocket.StatusGoingAway {
			t.Errorf("closed by %v, want 1001", err)
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
