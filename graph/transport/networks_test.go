package transport_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/coder/websocket"

	"circlegraph/graph/transport/transporttest"
	"circlegraph/internal/memory"
)

// attackers are networks that strangers come from, by what belongs to one household, customer or provider, each with an
// address of somebody else in it.
var attackers = map[string]struct {
	from      func(i int) string
	neighbour string
}{
	"an address of IPv4": {func(int) string { return "203.0.113.1" }, "203.0.113.1"},
	"a /64":              {func(i int) string { return fmt.Sprintf("2001:db8:1:1::%x", i+1) }, "2001:db8:1:1:ffff::1"},
	"a /56":              {func(i int) string { return fmt.Sprintf("2001:db8:1:1%02x::1", i%256) }, "2001:db8:1:107::2"},
	"a /48":              {func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i*31+1) }, "2001:db8:1:20::2"},
	"a /24 of IPv4":      {func(i int) string { return fmt.Sprintf("203.0.113.%d", i%250+1) }, "203.0.113.7"},
	"a /16 of IPv4":      {func(i int) string { return fmt.Sprintf("203.0.%d.1", i%250+1) }, "203.0.9.2"},
}

// try opens a socket and reports whether it is let in; it says who is asking unless token is empty.
func (s *toy) try(address, token string) (*socket, bool) {
	s.t.Helper()
	conn, res, err := websocket.Dial(s.t.Context(), s.url, &websocket.DialOptions{ //nolint:bodyclose // the library has read it
		HTTPClient: s.client, Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"From": {address}},
	})
	if err != nil {
		if res == nil || res.StatusCode != http.StatusTooManyRequests && res.StatusCode != http.StatusServiceUnavailable {
			s.t.Errorf("a socket is refused with %v, %v", res, err)
		}
		return nil, false
	}
	s.t.Cleanup(func() { _ = conn.CloseNow() })
	c := &socket{T: s.t, Conn: conn}
	if token == "" {
		return c, true
	}
	c.Send(fmt.Sprintf(`{"type":"connection_init","payload":{"Authorization":%q}}`, token))
	_, message, err := conn.Read(s.t.Context()) // once it is known who they are, they may have too many
	if err != nil && websocket.CloseStatus(err) != websocket.StatusTryAgainLater {
		s.t.Error(err)
	}
	return c, err == nil && strings.Contains(string(message), "connection_ack")
}

// isOpen reports whether a socket answers still.
func isOpen(c *socket) bool {
	if c.Conn.Write(c.T.Context(), websocket.MessageText, []byte(`{"type":"ping"}`)) != nil {
		return false
	}
	_, message, err := c.Conn.Read(c.T.Context())
	return err == nil && strings.Contains(string(message), "pong")
}

// Whatever strangers of one network open, members in it get theirs, and so does everybody elsewhere.
func TestStrangersOfOneNetwork(t *testing.T) {
	counted := func(s *toy, address, token string) *http.Response {
		return s.listen(map[string]string{"From": address, "Authorization": token})
	}
	for kind, open := range map[string]func(s *toy, address string){
		"streams": func(s *toy, address string) {
			_ = counted(s, address, "Bearer ending") //nolint:bodyclose // open closes it
		},
		"sockets that never say who is asking": func(s *toy, address string) { s.try(address, "") },
		"sockets with an invented token":       func(s *toy, address string) { s.try(address, "Bearer ending") },
		"bodies that never end":                func(s *toy, address string) { s.t.Cleanup(s.holdBody(address, 120<<10)) },
		"bodies of all sizes, and sockets": func(s *toy, address string) {
			s.t.Cleanup(s.holdBody(address, 120<<10))
			s.t.Cleanup(s.holdBody(address, 34<<10))
			s.try(address, "")
		},
	} {
		for name, network := range attackers {
			t.Run(kind+" from "+name, func(t *testing.T) {
				budget := memory.New(3 << 20)
				toyOptions{maxBytes: 1 << 20, memory: budget}.inBubble(t, func(t *testing.T, s *toy) {
					elsewhere, ok := s.try("198.51.100.1", "Bearer ending")
					if !ok {
						t.Fatal("nobody is let in")
					}
					for i := range 60 {
						open(s, network.from(i))
					}
					synctest.Wait()
					if n := s.live.Len(); n > 1+4 {
						t.Errorf("%d streams are open, want half of what there is for strangers at most, and one more", n)
					}
					if used := budget.Used(); used > 3<<20/6*5/4+32<<10 {
						t.Errorf("%d bytes are held, want the share of one network", used)
					}
					if !isOpen(elsewhere) {
						t.Error("a stranger elsewhere has lost the socket")
					}
					if _, ok := s.try("198.51.100.2", ""); !ok {
						t.Error("another stranger elsewhere is not let in")
					}
					large := fmt.Sprintf(`{"query":"query($t: String!) { echo(text: $t) }","variables":{"t":%q}}`,
						strings.Repeat("x", 100<<10))
					if status, _, answer := s.send(message{
						http.MethodPost, "", map[string]string{"From": "198.51.100.3"}, large,
					}); status != http.StatusOK {
						t.Errorf("a large request from elsewhere is answered %d %s", status, answer)
					}
					for range 2 {
						if c, ok := s.try(network.neighbour, asMember); !ok || !isOpen(c) {
							t.Error("a member in the network has no socket")
						}
						heard := transporttest.Events(counted(s, network.neighbour, asMember)) //nolint:bodyclose // open closes it
						wantEvents(t, heard, `next {"data":{"counted":1}}`)
					}
					for i := range 20 { // go on
						open(s, network.from(i))
					}
					if s.live.Len() < 4 {
						t.Errorf("%d streams are open, want those of members still", s.live.Len())
					}
					if status, _, answer := s.send(message{
						http.MethodPost, "", map[string]string{"From": network.neighbour, "Authorization": asMember}, large,
					}); status != http.StatusOK {
						t.Errorf("a large request of a member in the network is answered %d %s", status, answer)
					}
				})
			})
		}
	}
}

// What strangers from everywhere hold back leaves room for those who have yet to say who is asking.
func TestBodiesLeaveRoomForSockets(t *testing.T) {
	budget := memory.New(3 << 20)
	toyOptions{maxBytes: 1 << 20, memory: budget}.inBubble(t, func(t *testing.T, s *toy) {
		for i := range 60 {
			defer s.holdBody(fmt.Sprintf("192.%d.2.1", i), 120<<10)()
			defer s.holdBody(fmt.Sprintf("192.%d.2.1", i), 34<<10)() // fills what is left
		}
		synctest.Wait()
		for i := range 10 {
			c, ok := s.try(fmt.Sprintf("198.%d.2.1", i), asMember)
			if !ok || !isOpen(c) {
				t.Fatalf("member %d has no socket", i)
			}
		}
	})
}

// One member has the streams of two addresses, from however many they are opened.
func TestStreamsOfAMemberAreLimited(t *testing.T) {
	for name, open := range map[string]func(s *toy, address string) bool{
		"streams": func(s *toy, address string) bool {
			return s.listen(map[string]string{"From": address, "Authorization": asMember}).StatusCode == http.StatusOK //nolint:bodyclose // open closes it
		},
		"sockets": func(s *toy, address string) bool {
			c, ok := s.try(address, asMember)
			synctest.Wait() // they are let in before it is known who they are
			return ok && isOpen(c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			toyOptions{owned: true, streams: 40}.inBubble(t, func(t *testing.T, s *toy) {
				let := 0
				for i := range 30 {
					if open(s, fmt.Sprintf("2001:db8:1:%x::1", i)) {
						let++
					}
				}
				if let != 10 || s.live.Len() != 10 {
					t.Errorf("%d of a member's are let in, %d are open, want 10", let, s.live.Len())
				}
				if c, ok := s.try("2001:db8:1:1::1", "Bearer other"); !ok || !isOpen(c) {
					t.Error("another member is not let in")
				}
			})
		})
	}
}

// If a network has used up its share of the memory, those in it make room for each other, and nobody else does.
func TestSharesOfNetworksAreTheirs(t *testing.T) {
	for name, network := range attackers {
		t.Run(name, func(t *testing.T) {
			budget := memory.New(600 << 10) // three streams of a network's strangers, and seven of all
			toyOptions{memory: budget, streams: 40}.inBubble(t, func(t *testing.T, s *toy) {
				var elsewhere []*socket
				for n := range 3 {
					c, ok := s.try(fmt.Sprintf("198.%d.100.1", n), "Bearer ending")
					if !ok {
						t.Fatal("nobody is let in")
					}
					elsewhere = append(elsewhere, c)
				}
				for i := range 20 {
					if _, ok := s.try(network.from(i), ""); !ok {
						t.Fatalf("stranger %d is not let in", i)
					}
				}
				if n := s.live.Len(); n != 6 {
					t.Errorf("%d streams are open, want six", n)
				}
				for n, c := range elsewhere {
					if !isOpen(c) {
						t.Errorf("stranger %d elsewhere has lost the socket", n)
					}
				}
			})
		})
	}
}

// Who has left is not counted among a member's, also if it turns out in that moment whose the stream was.
func TestWhoLeftIsNotCounted(t *testing.T) {
	toyOptions{owned: true, streams: 40}.inBubble(t, func(t *testing.T, s *toy) {
		late := func(address string) *http.Response {
			return s.listen(map[string]string{"From": address, "Authorization": "Bearer late"})
		}
		for range 10 {
			s.asked.Store(false)
			heard := transporttest.Events(late("2001:db8:1:1::1")) //nolint:bodyclose // open closes it
			wantEvents(t, heard, `next {"data":{"counted":1}}`)
			displace := func() {
				for range 5 { // who need the place
					s.try("2001:db8:1:1::1", "")
				}
				s.asked.Store(true)
			}
			s.look.Store(&displace)
			wantEvents(t, heard, "") // after a heartbeat
		}
		if res := late("2001:db8:2::1"); res.StatusCode != http.StatusOK { //nolint:bodyclose // open closes it
			t.Errorf("the member is answered %d", res.StatusCode)
		}
	})
}
