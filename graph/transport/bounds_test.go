package transport_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"circlegraph/graph/transport/transporttest"
	"circlegraph/internal/memory"
)

const asMember = "Bearer member"

// dialAs opens a socket from an address, and says who is asking with connection_init.
func (s *toy) dialAs(address, token string) *socket {
	s.t.Helper()
	c := transporttest.Dial(s.t, s.url, websocket.DialOptions{
		HTTPClient: s.client, Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"From": {address}},
	})
	c.SignIn(token)
	return c
}

func TestSocketHasAHundredOperations(t *testing.T) {
	inBubble(t, func(_ *testing.T, s *toy) {
		c := s.connect()
		for n := range 100 {
			c.Subscribe(fmt.Sprint(n), counted)
			c.Want(fmt.Sprintf(`{"id":"%d","type":"next"`, n))
		}
		c.Subscribe("one more", counted)
		c.Want(`{"id":"one more","type":"error","payload":[{"message":"Too many operations`)
		c.Send(`{"id":"7","type":"complete"}`)
		synctest.Wait()
		c.Subscribe("again", counted)
		c.Want(`{"id":"again","type":"next"`)
	})
}

// A client that ends an operation has its place back only when the work has ended too.
func TestPlaceEndsWithItsWork(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		held := make(chan bool)
		release := sync.OnceFunc(func() { close(held) })
		t.Cleanup(release)
		s.write = func() { <-held }
		c := s.connect()
		for n := range 100 {
			c.Subscribe(fmt.Sprint(n), `mutation { write }`)
			synctest.Wait()
			c.Send(fmt.Sprintf(`{"id":"%d","type":"complete"}`, n))
			synctest.Wait()
		}
		c.Subscribe("late", `{ __typename }`)
		c.Want(`{"id":"late","type":"error","payload":[{"message":"Too many operations`)
		release()
		synctest.Wait()
		c.Subscribe("later", `{ __typename }`)
		c.Want(`"Query"`)
		<-time.After(time.Second) // what is read of a socket is paced; nothing may be left of it
	})
}

// What nobody wants any more is not parsed, and a socket has one operation parsed at a time.
func TestUnwantedOperationsAreNotParsed(t *testing.T) {
	var mu sync.Mutex
	var parsed []string
	held := make(chan bool)
	toyOptions{turns: 4, parse: func(query string) {
		mu.Lock()
		parsed = append(parsed, query)
		mu.Unlock()
		<-held
	}}.inBubble(t, func(t *testing.T, s *toy) {
		held = make(chan bool)
		c := s.dialAs("192.0.2.1", asMember)
		c.Subscribe("1", `{ first: __typename }`)
		synctest.Wait()
		for n := range 5 {
			c.Subscribe(fmt.Sprint("unwanted", n), `{ unwanted: __typename }`)
			c.Send(fmt.Sprintf(`{"id":"unwanted%d","type":"complete"}`, n))
		}
		c.Subscribe("2", `{ second: __typename }`)
		synctest.Wait()
		if fmt.Sprint(parsed) != "[{ first: __typename }]" {
			t.Errorf("%q are parsed at a time, want the first only", parsed)
		}
		close(held)
		heard := ""
		for range 3 { // the end of the first may be overtaken
			_, message, err := c.Conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			heard += string(message)
		}
		if !strings.Contains(heard, `"first"`) || !strings.Contains(heard, `"second"`) {
			t.Errorf("the socket says %s, want both answers", heard)
		}
		if fmt.Sprint(parsed) != "[{ first: __typename } { second: __typename }]" {
			t.Errorf("%q are parsed, want nothing that is unwanted", parsed)
		}
	})
}

// Strangers keep each other waiting with what is to be parsed, and no member.
func TestTurnsAreKeptForMembers(t *testing.T) {
	held := make(chan bool)
	toyOptions{turns: 2, parse: func(query string) {
		if strings.Contains(query, "slow") {
			<-held
		}
	}}.inBubble(t, func(t *testing.T, s *toy) {
		held = make(chan bool)
		var strangers sync.WaitGroup
		for range 3 {
			strangers.Go(func() { s.send(ask(asJSON, `{ slow: __typename }`)) })
		}
		synctest.Wait()
		member := ask(asJSON, `{ __typename }`)
		member.header["Authorization"] = asMember
		if status, _, answer := s.send(member); status != http.StatusOK {
			t.Errorf("a member is answered %d %s", status, answer)
		}
		start := time.Now()
		status, header, answer := s.send(ask(asJSON, `{ __typename }`))
		if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" ||
			!strings.Contains(answer, "RATE_LIMITED") || time.Since(start) != 5*time.Second {
			t.Errorf("one stranger more is answered %d %s after %v, want 503 after 5s, and when to try again", status, answer,
				time.Since(start))
		}
		close(held)
		strangers.Wait()
	})
}

// Before connection_ack a message is no longer than a token, and until a member vouches for the caller it is small.
func TestMessagesAreLimited(t *testing.T) {
	long := func(n int) string { return `{"type":"ping","payload":{"x":"` + strings.Repeat("x", n) + `"}}` }
	for _, tc := range []struct {
		name, token string // empty before connection_init
		size        int
		taken       bool
	}{
		{"greeting", "", 10 << 10, true},
		{"long greeting", "", 20 << 10, false},
		{"stranger", "Bearer ending", 100 << 10, true},
		{"stranger with much", "Bearer ending", 140 << 10, false},
		{"member", asMember, 900 << 10, true},
		{"member with more", asMember, 1 << 20, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			toyOptions{maxBytes: 1 << 20}.inBubble(t, func(_ *testing.T, s *toy) {
				var c *socket
				if tc.token == "" {
					c = s.dial("graphql-transport-ws")
				} else {
					c = s.dialAs("192.0.2.1", tc.token)
				}
				var writing sync.WaitGroup
				writing.Go(func() { _ = c.Conn.Write(c.T.Context(), websocket.MessageText, []byte(long(tc.size))) })
				if tc.taken {
					c.Want(`{"type":"pong"}`) // without what was long
				} else {
					c.WantClose(websocket.StatusMessageTooBig, "too large")
				}
				writing.Wait()
			})
		})
	}
}

// Whoever goes on sending what is not wanted, or stops in the middle of it, is not listened to for long.
func TestTooMuchIsNotListenedTo(t *testing.T) {
	long := []byte(`{"type":"ping","payload":"` + strings.Repeat("x", 20<<10) + `"}`)
	for name, send := range map[string]func(c *socket){
		"more and more": func(c *socket) {
			for c.Conn.Write(c.T.Context(), websocket.MessageText, long) == nil {
				<-time.After(100 * time.Millisecond)
			}
		},
		"half a message": func(c *socket) {
			w, err := c.Conn.Writer(c.T.Context(), websocket.MessageText)
			if err != nil {
				c.T.Error(err)
				return
			}
			_, _ = w.Write(long) // and no end
		},
	} {
		t.Run(name, func(t *testing.T) {
			toyOptions{maxBytes: 1 << 20, heartbeat: 24 * time.Hour}.inBubble(t, func(_ *testing.T, s *toy) {
				c := s.dial("graphql-transport-ws")
				var sending sync.WaitGroup
				sending.Go(func() { send(c) })
				s.wantGone(2 * time.Second)
				sending.Wait()
			})
		})
	}
}

// Of a peer that goes on sending after the end hardly anything is read, which would have to be byte by byte.
func TestEndIsNotDrownedOut(t *testing.T) {
	for name, begin := range map[string]string{
		"what is too long":    strings.Repeat("x", 20<<10),
		"what has no meaning": "hello",
	} {
		t.Run(name, func(t *testing.T) {
			toyOptions{maxBytes: 1 << 20, heartbeat: 24 * time.Hour}.inBubble(t, func(t *testing.T, s *toy) {
				conn := s.upgrade()
				go func() { _, _ = io.Copy(io.Discard, conn) }() // what it says, which is not heeded
				_, _ = conn.Write(binaryFrame([]byte(begin)))    // it may be closed on the way
				taken, much := 0, binaryFrame(make([]byte, 4<<10))
				for range 1 << 10 {
					n, err := conn.Write(much)
					taken += n
					if err != nil {
						break
					}
				}
				s.wantGone(10 * time.Second)
				if taken > 128<<10 {
					t.Errorf("%d bytes were read of a socket that had come to its end", taken)
				}
			})
		})
	}
}

// upgrade opens a socket of which every byte is the test's.
func (s *toy) upgrade() net.Conn {
	s.t.Helper()
	conn, err := s.client.Transport.(*http.Transport).DialContext(s.t.Context(), "tcp", "")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: toy\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"+
		"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n")
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols {
		s.t.Fatal(res, err)
	}
	_ = res.Body.Close()
	return conn
}

// binaryFrame is a whole message of a client, masked with zeros.
func binaryFrame(payload []byte) []byte {
	n := len(payload)
	return slices.Concat([]byte{0x82, 0x80 | 126, byte(n >> 8), byte(n), 0, 0, 0, 0}, payload)
}

// A mistake of the program costs one socket, and is said.
func TestPanicCostsOneSocket(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		var said strings.Builder
		s.server.ErrorLog = log.New(&said, "", 0)
		other, c := s.connect(), s.dial("graphql-transport-ws")
		c.Send(`{"type":"connection_init","payload":{"Authorization":"Bearer panic"}}`)
		if _, _, err := c.Conn.Read(t.Context()); err == nil {
			t.Error("a socket goes on after a panic")
		}
		synctest.Wait()
		if n := s.live.Len(); n != 1 || !strings.Contains(said.String(), "a websocket ended by a panic: string") {
			t.Errorf("%d sockets are open, want the other; the log says %q", n, said.String())
		}
		other.Subscribe("1", `{ __typename }`)
		other.Want("Query")
	})
}

func TestClientMustSayWhoIsAsking(t *testing.T) {
	toyOptions{heartbeat: 24 * time.Hour}.inBubble(t, func(t *testing.T, s *toy) {
		c, start := s.dial("graphql-transport-ws"), time.Now()
		c.Send(`{"type":"ping"}`)
		c.Want("pong")
		c.WantClose(4408, "Connection initialisation timeout")
		if waited := time.Since(start); waited != 10*time.Second {
			t.Errorf("closed after %v, want 10s", waited)
		}
		patient := s.connect()
		<-time.After(time.Minute)
		patient.Subscribe("1", `{ __typename }`)
		patient.Want("Query")
	})
}

// pour sends events to a subscription until the test is over.
func (s *toy) pour() (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	var pouring sync.WaitGroup
	pouring.Go(func() {
		for {
			select {
			case s.counts <- 1:
			case <-ctx.Done():
				return
			}
		}
	})
	return func() { cancel(); pouring.Wait() }
}

// wantGone waits until no stream is left, in made-up time.
func (s *toy) wantGone(within time.Duration) {
	s.t.Helper()
	for start := time.Now(); s.live.Len() > 0; <-time.After(time.Second) {
		if time.Since(start) > within {
			s.t.Fatalf("the stream is still open after %v", within)
		}
	}
}

// A client that reads nothing of what it asked for is given up.
func TestClientsMustRead(t *testing.T) {
	patient := toyOptions{heartbeat: 24 * time.Hour} // the heartbeat would find out too
	t.Run("sockets", func(t *testing.T) {
		patient.inBubble(t, func(_ *testing.T, s *toy) {
			c := s.connect()
			c.Subscribe("1", counted)
			defer s.pour()()
			s.wantGone(time.Minute)
		})
	})
	t.Run("events", func(t *testing.T) {
		patient.inBubble(t, func(_ *testing.T, s *toy) {
			res := s.listen(nil) //nolint:bodyclose // open closes it
			_, _ = bufio.NewReaderSize(res.Body, 16).ReadByte()
			defer s.pour()()
			s.wantGone(time.Minute)
		})
	})
}

// Whose token has ended hears nothing more, however soon it comes.
func TestNothingIsSentAfterTheTokenEnds(t *testing.T) {
	patient := toyOptions{heartbeat: 24 * time.Hour}
	t.Run("sockets", func(t *testing.T) {
		patient.inBubble(t, func(t *testing.T, s *toy) {
			c := s.connect()
			c.Subscribe("1", counted)
			c.Want("next")
			s.over.Store(true)
			s.counts <- 2
			if _, got, err := c.Conn.Read(t.Context()); websocket.CloseStatus(err) != 4401 {
				t.Errorf("the socket says %s, %v, want close code 4401", got, err)
			}
		})
	})
	t.Run("events", func(t *testing.T) {
		patient.inBubble(t, func(t *testing.T, s *toy) {
			heard := transporttest.Events(s.listen(map[string]string{"Authorization": "Bearer ending"})) //nolint:bodyclose // open closes it
			wantEvents(t, heard, `next {"data":{"counted":1}}`)
			s.over.Store(true)
			s.counts <- 2
			wantEvents(t, heard, `next {"errors":[{"message":"The token has ended."}]}`, "complete", "")
		})
	})
}

// A household has 2^64 addresses, which count as one.
func TestStreamsOfANetworkAreLimited(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		from := func(address string) map[string]string {
			return map[string]string{"From": address, "Authorization": asMember}
		}
		for n := range 5 {
			wantEvents(t, transporttest.Events(s.listen(from(fmt.Sprintf("2001:db8:1:1::%x", n+1)))), `next {"data":{"counted":1}}`) //nolint:bodyclose // open closes it
		}
		if res := s.listen(from("2001:db8:1:1:ffff::1")); res.StatusCode != http.StatusTooManyRequests { //nolint:bodyclose // open closes it
			t.Errorf("a sixth address of a network gets %d, want 429", res.StatusCode)
		}
		wantEvents(t, transporttest.Events(s.listen(from("2001:db8:1:2::1"))), `next {"data":{"counted":1}}`) //nolint:bodyclose // open closes it
	})
}

// However many strangers come, from however many networks, members get in. The strangers who came first make room.
func TestRoomIsKeptForMembers(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		var strangers []*socket
		for n := range 12 {
			strangers = append(strangers, s.dialAs(fmt.Sprintf("192.%d.2.1", n), "Bearer ending"))
		}
		for _, c := range strangers[:4] {
			c.WantClose(websocket.StatusTryAgainLater, "nobody is signed in")
		}
		if n := s.live.Len(); n != 8 {
			t.Errorf("%d strangers have sockets, want 8", n)
		}
		var members []*socket
		for n := range 10 {
			members = append(members, s.dialAs(fmt.Sprintf("198.51.100.%d", n), asMember))
		}
		for _, c := range members {
			c.Subscribe("1", counted)
			c.Want(`"next"`)
		}
		if n := s.live.Len(); n != 10 {
			t.Errorf("%d sockets are open, want those of the ten members", n)
		}
		for _, c := range strangers[4:] {
			c.WantClose(websocket.StatusTryAgainLater, "nobody is signed in")
		}
	})
}

// Streams are weighed too.
func TestStreamsAreWeighed(t *testing.T) {
	budget := memory.New(180 << 10)
	toyOptions{memory: budget}.inBubble(t, func(t *testing.T, s *toy) {
		listen := func() *http.Response { return s.listen(map[string]string{"Authorization": asMember}) }
		for range 5 {
			wantEvents(t, transporttest.Events(listen()), `next {"data":{"counted":1}}`) //nolint:bodyclose // open closes it
		}
		if res := s.listen(map[string]string{"From": "192.0.2.1", "Authorization": asMember}); res.StatusCode != http.StatusServiceUnavailable || //nolint:bodyclose // open closes it
			res.Header.Get("Retry-After") == "" {
			t.Errorf("a stream without memory for it gets %d, want 503 and when to try again", res.StatusCode)
		}
		if err := s.live.Drain(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if n := budget.Used(); n != 0 {
		t.Errorf("%d bytes are held after the end", n)
	}
}

// A socket weighs as a member's from the moment on that a member vouches for it.
func TestProvenSocketsLeaveTheShare(t *testing.T) {
	budget := memory.New(6 * 33 << 10) // a third of it is for two strangers, a sixth for one network of them
	toyOptions{memory: budget}.inBubble(t, func(t *testing.T, s *toy) {
		for n := range 4 {
			s.dialAs("192.0.2.1", asMember)
			if open := s.live.Len(); open != n+1 {
				t.Fatalf("%d sockets of a member are open, want %d", open, n+1)
			}
		}
	})
}

// Messages beyond a burst are read at their pace.
func TestMessagesOfASocketArePaced(t *testing.T) {
	inBubble(t, func(t *testing.T, s *toy) {
		c, start := s.connect(), time.Now()
		for range 499 {
			c.Send(`{"type":"ping"}`)
			c.Want("pong")
		}
		if took := time.Since(start); took < 5*time.Second || took > 7*time.Second {
			t.Errorf("500 messages are read in %v, want 6s after a burst of 200", took)
		}
		<-time.After(time.Second) // nothing may be left of the socket
	})
}
