package transport_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"circlegraph/internal/memory"
)

// raw sends the beginning of a request and returns the answer, which must come within a minute of made-up time.
func (s *toy) raw(head string) *http.Response {
	s.t.Helper()
	conn, err := s.client.Transport.(*http.Transport).DialContext(s.t.Context(), "tcp", "")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	if _, err = io.WriteString(conn, head); err != nil {
		s.t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		s.t.Fatalf("there is no answer: %v", err)
	}
	_ = res.Body.Close()
	return res
}

// A body whose announced length is too long is refused before any of it has come, and the connection ends with it.
func TestAnnouncedBodiesAreNotRead(t *testing.T) {
	for name, tc := range map[string]struct {
		token  string
		length int
		status int
	}{
		"of a member":                   {asMember, 2 << 20, http.StatusRequestEntityTooLarge},
		"of a stranger":                 {"", 200 << 10, http.StatusRequestEntityTooLarge},
		"of somebody who may be anyone": {"Bearer outage", 200 << 10, http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			toyOptions{maxBytes: 1 << 20}.inBubble(t, func(t *testing.T, s *toy) {
				start := time.Now()
				res := s.raw(fmt.Sprintf("POST / HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\n"+ //nolint:bodyclose // raw closes it
					"Authorization: %s\r\nContent-Length: %d\r\n\r\n", tc.token, tc.length))
				if res.StatusCode != tc.status || !res.Close || time.Since(start) > 0 {
					t.Errorf("answered %d after %v, the connection ends: %v; want %d at once and the end", res.StatusCode,
						time.Since(start), res.Close, tc.status)
				}
			})
		})
	}
}

// The values of a GET are counted like those of a body.
func TestValuesOfAddressesAreCounted(t *testing.T) {
	s := newToy(t)
	for _, name := range []string{"variables", "extensions"} {
		values := url.Values{"query": {"{ __typename }"}, name: {`{"a":[` + strings.Repeat("1,", 10_000) + `1]}`}}
		_, _, answer := s.send(message{method: http.MethodGet, query: values.Encode()})
		if !strings.Contains(answer, `"limit":"variableValues"`) {
			t.Errorf("a GET with many %s is answered %.200s", name, answer)
		}
	}
}

// What one member holds back leaves half of the memory to others, large or small, by whichever token it is known late.
func TestBodiesOfOneMemberHaveHalf(t *testing.T) {
	for name, tc := range map[string]struct {
		token string
		size  int
	}{
		"small": {asMember, 120 << 10}, "large": {asMember, 900 << 10}, "known late": {"Bearer late", 900 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			budget := memory.New(4 << 20)
			toyOptions{maxBytes: 1 << 20, memory: budget, owned: true}.inBubble(t, func(t *testing.T, s *toy) {
				for range 40 {
					defer s.holdBodyAs(tc.token, "192.0.2.1", tc.size)()
				}
				synctest.Wait()
				if n := budget.Used(); n > 2<<20 || n < 800<<10 {
					t.Errorf("%d bytes of one member are held, want at most half of the budget, and more than strangers have", n)
				}
			})
		})
	}
}

// Messages on sockets are weighed as their senders are: strangers have a share together, a member half of all.
func TestMessagesAreWeighed(t *testing.T) {
	half := func(c *socket, n int) {
		w, err := c.Conn.Writer(c.T.Context(), websocket.MessageText)
		if err != nil {
			c.T.Error(err)
			return
		}
		_, _ = w.Write([]byte(`{"type":"ping","payload":"` + strings.Repeat("x", n))) // and no end; it may be refused
	}
	for name, tc := range map[string]struct {
		token    string
		size     int
		atMost   int64
		networks int
	}{
		"strangers": {"Bearer ending", 100 << 10, 2 << 20 / 6, 1}, "a member": {asMember, 900 << 10, 2 << 20 / 2, 5},
	} {
		t.Run(name, func(t *testing.T) {
			budget := memory.New(2 << 20)
			toyOptions{maxBytes: 1 << 20, memory: budget, owned: true}.inBubble(t, func(t *testing.T, s *toy) {
				var sockets []*socket
				for n := range 4 {
					sockets = append(sockets, s.dialAs(fmt.Sprintf("192.0.2.%d", n%tc.networks), tc.token))
				}
				places := budget.Used() // of the sockets themselves, which no member owns
				if tc.token != asMember {
					places = 0
				}
				for _, c := range sockets {
					go half(c, tc.size)
				}
				synctest.Wait()
				if n := budget.Used() - places; n > tc.atMost || n < tc.atMost/2 {
					t.Errorf("%d bytes are held, want at most %d", n, tc.atMost)
				}
			})
			if n := budget.Used(); n != 0 {
				t.Errorf("%d bytes are held after the end", n)
			}
		})
	}
}

// A socket holds nothing of what is over: messages, operations, events that were sent.
func TestSocketsGiveBack(t *testing.T) {
	budget := memory.New(4 << 20)
	toyOptions{maxBytes: 1 << 20, memory: budget}.inBubble(t, func(t *testing.T, s *toy) {
		c := s.dialAs("192.0.2.1", asMember)
		c.Conn.SetReadLimit(-1)
		synctest.Wait()
		idle := budget.Used()
		check := func(what string, most int64) {
			t.Helper()
			synctest.Wait()
			if n := budget.Used() - idle; n > most {
				t.Errorf("%d bytes more are held after %s, want %d at most", n, what, most)
			}
		}
		long := strings.Repeat("x", 300<<10)
		c.Send(`{"type":"ping","payload":"` + long + `"}`)
		c.Want("pong")
		c.Send(`{"type":"pong","payload":"` + long + `"}`)
		check("long messages", 0)
		c.Send(fmt.Sprintf(`{"id":"1","type":"subscribe","payload":{"query":"query($t: String!) { echo(text: $t) }",`+
			`"variables":{"t":%q}}}`, long))
		c.Want("next")
		c.Want("complete")
		check("an operation", 0)
		c.Subscribe("2", counted)
		c.Want("next")
		synctest.Wait()
		for range 5000 {
			s.counts <- 2
			c.Want("next")
		}
		check("5,000 events", 0)
		c.Send(`{"id":"2","type":"complete"}`)
		check("a subscription", 0)
		<-time.After(time.Minute) // what is read of the socket is paced
	})
	if n := budget.Used(); n != 0 {
		t.Errorf("%d bytes are held after the end", n)
	}
}

// Who sends a broken or a too long message loses the socket, and what it held of the message.
func TestRefusedMessagesAreGivenBack(t *testing.T) {
	budget := memory.New(4 << 20)
	toyOptions{maxBytes: 1 << 20, memory: budget}.inBubble(t, func(t *testing.T, s *toy) {
		c := s.dialAs("192.0.2.1", asMember)
		go func() { _ = c.Conn.Write(t.Context(), websocket.MessageText, make([]byte, 2<<20)) }() // is refused on the way
		c.WantClose(websocket.StatusMessageTooBig, "too large")
		s.wantGone(time.Minute)
	})
	if n := budget.Used(); n != 0 {
		t.Errorf("%d bytes are held of a message that was refused", n)
	}
}

// Nothing begins on a socket whose token has ended.
func TestNothingBeginsAfterTheTokenEnds(t *testing.T) {
	toyOptions{heartbeat: 24 * time.Hour}.inBubble(t, func(t *testing.T, s *toy) { // which would find out too
		s.write = func() { t.Error("a mutation is carried out with a token that has ended") }
		c := s.dialAs("192.0.2.1", "Bearer ending")
		s.over.Store(true)
		c.Subscribe("1", `mutation { write }`)
		c.WantClose(4401, "The token has ended")
	})
}

// Pages of other hosts open no socket.
func TestSocketsOfOtherPages(t *testing.T) {
	s := newToy(t)
	for origin, want := range map[string]int{
		"https://evil.example": http.StatusForbidden, "": http.StatusSwitchingProtocols,
	} {
		conn, res, err := websocket.Dial(t.Context(), s.url, &websocket.DialOptions{ //nolint:bodyclose // the library has read it
			HTTPClient: s.client, Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {origin}},
		})
		if res == nil || res.StatusCode != want {
			t.Errorf("a socket of a page of %q is answered %v, %v, want %d", origin, res, err, want)
		}
		if err == nil {
			_ = conn.CloseNow()
		}
	}
}

// Where a part ends cannot be guessed: members write what stands in it.
func TestBoundariesAreNotToBeGuessed(t *testing.T) {
	s, seen := newToy(t), map[string]bool{}
	for range 3 {
		_, header, _ := s.send(ask(acceptDefer, deferredPosts))
		_, boundary, _ := strings.Cut(header.Get("Content-Type"), `boundary="`)
		boundary, _, _ = strings.Cut(boundary, `"`)
		if len(boundary) < 20 || seen[boundary] {
			t.Errorf("the boundary is %q", boundary)
		}
		seen[boundary] = true
	}
}
