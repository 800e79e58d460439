package circleclient

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"circlegraph/internal/memnet"
)

// swallowed is a connection that goes silent: what is written vanishes, and nothing arrives any more.
type swallowed struct {
	net.Conn
	silent atomic.Bool
}

func (c *swallowed) Write(p []byte) (int, error) {
	if c.silent.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func (c *swallowed) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err != nil || !c.silent.Load() {
			return n, err
		}
	}
}

// A connection that goes silent, because a load balancer, NAT or peer forgot it, is noticed within seconds: what was
// under way on it is sent once more on a new connection if it is a read, and no later request meets it.
func TestSilentConnection(t *testing.T) {
	for _, tt := range []struct {
		name     string
		idle     time.Duration // between the silence and the next request
		requests func(context.Context, *Client) error
		within   time.Duration
		fails    bool
		sent     int64 // how many times the request was sent, with those that vanished
	}{
		{"a read under way", 0, readSpace, 8 * time.Second, false, 2},
		{"a write under way", 0, resetCount, 7 * time.Second, true, 1},
		{"a sign-in under way", 0, askToken, 7 * time.Second, true, 1},
		{"a read after an idle minute", time.Minute, readSpace, time.Second, false, 1},
		{"a write after an idle minute", time.Minute, resetCount, time.Second, false, 1},
		{"a sign-in after an idle minute", time.Minute, askToken, time.Second, false, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				circle := newFarCircle(t)
				c := circle.client
				if err := readSpace(asMember(t), c); err != nil {
					t.Fatal(err)
				}
				circle.fallSilent()
				time.Sleep(tt.idle) //nolint:forbidigo // in a bubble
				circle.sent.Store(0)
				start := time.Now()
				err := tt.requests(asMember(t), c)
				if took := time.Since(start); (err != nil) != tt.fails || took > tt.within {
					t.Errorf("%v after %v, want a failure: %v, within %v", err, took, tt.fails, tt.within)
				}
				if failure, _ := errors.AsType[*Error](err); err != nil && failure == nil {
					t.Errorf("the failure is %v, want one of this package", err)
				}
				if n := circle.sent.Load(); n != tt.sent {
					t.Errorf("the request was sent %d times, want %d", n, tt.sent)
				}
				if n := circle.dialled(); n != 2 && !tt.fails {
					t.Errorf("%d connections were made, want a second one", n)
				}
				start = time.Now()
				if err := tt.requests(asMember(t), c); err != nil || time.Since(start) > time.Second {
					t.Errorf("the next request: %v after %v, want an answer at once", err, time.Since(start))
				}
			})
		})
	}
}

func readSpace(ctx context.Context, c *Client) error {
	_, err := c.Spaces.Get(ctx, 1)
	return err
}

func resetCount(ctx context.Context, c *Client) error {
	return c.Notifications.ResetCount(ctx)
}

func askToken(ctx context.Context, c *Client) error {
	_, err := c.Auth.CreateToken(ctx, TokenRequest{Email: "a@example.com"})
	return err
}

// farCircle is a Circle over HTTP/2 in made-up time.
type farCircle struct {
	client *Client
	sent   atomic.Int64 // requests
	mu     sync.Mutex
	conns  []*swallowed
}

func newFarCircle(t *testing.T) *farCircle {
	f := &farCircle{}
	network := memnet.Listen()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Errorf("the request came over %s, want HTTP/2", r.Proto)
		}
		say(200, "application/json", `{"id":1,"access_token":"a.b.c","refresh_token":"r"}`)(w, r)
	}))
	_ = server.Listener.Close()
	server.Listener, server.EnableHTTP2 = network, true
	server.StartTLS()
	transport := newTransport(newDialer(), connsWithoutBudget)
	transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	transport.DialContext = func(ctx context.Context, kind, address string) (net.Conn, error) {
		conn, err := network.Dial(ctx, kind, address)
		if err != nil {
			return nil, err
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.conns = append(f.conns, &swallowed{Conn: conn})
		return f.conns[len(f.conns)-1], nil
	}
	f.client = testClient(t, nil, func(cfg *Config) {
		cfg.BaseURL, cfg.Transport = "https://127.0.0.1", transport
		cfg.Observe = func(context.Context, Sent) { f.sent.Add(1) }
	})
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return f
}

func (f *farCircle) fallSilent() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, conn := range f.conns {
		conn.silent.Store(true)
	}
}

func (f *farCircle) dialled() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.conns)
}

// Circle's name is looked up for each new connection, and an address of IPv6 that leads nowhere is not waited for.
func TestAddressesOfCircle(t *testing.T) {
	first, second := httptest.NewUnstartedServer(answerOne), httptest.NewUnstartedServer(answerOne)
	first.Start()
	t.Cleanup(first.Close)
	_, port, _ := net.SplitHostPort(first.Listener.Addr().String())
	moved, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", net.JoinHostPort("127.0.0.2", port))
	if err != nil {
		t.Skip("this machine has one address of its own only: ", err)
	}
	_ = second.Listener.Close()
	second.Listener = moved
	second.Start()
	t.Cleanup(second.Close)

	dns := &names{}
	dns.set(net.IPv4(127, 0, 0, 1))
	dialer := newDialer()
	dialer.Timeout = time.Hour // which no busy machine uses up
	dialer.Resolver = &net.Resolver{PreferGo: true, Dial: dns.dial}
	gaveUp := make(chan error, 9)
	dialer.ControlContext = func(ctx context.Context, network, _ string, _ syscall.RawConn) error {
		if network == "tcp6" {
			<-ctx.Done() // leads nowhere, and nobody says so
			gaveUp <- ctx.Err()
		}
		return ctx.Err()
	}
	transport := newTransport(dialer, connsWithoutBudget)
	t.Cleanup(transport.CloseIdleConnections)
	get := func() (servedBy string) {
		t.Helper()
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://circle.test.:"+port, http.NoBody)
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.Header.Get("Served-By")
	}
	if got := get(); !strings.HasPrefix(got, "127.0.0.1:") {
		t.Errorf("served by %s, want the first address", got)
	}
	dns.set(net.IPv4(127, 0, 0, 2))
	first.Close()
	if got := get(); !strings.HasPrefix(got, "127.0.0.2:") {
		t.Errorf("served by %s, want the address that the name moved to", got)
	}
	six, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp6", "[::1]:0")
	if err != nil {
		t.Log("this machine has no IPv6, so no dead address of it is tried: ", err)
		return
	}
	_ = six.Close()
	transport.CloseIdleConnections()
	dns.set(net.IPv6loopback, net.IPv4(127, 0, 0, 2))
	if got := get(); !strings.HasPrefix(got, "127.0.0.2:") {
		t.Errorf("served by %s, want the address that answers", got)
	}
	if err := <-gaveUp; !errors.Is(err, context.Canceled) {
		t.Errorf("IPv6 was given up because of %v, want because the other address answered", err)
	}
}

var answerOne = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Served-By", r.Context().Value(http.LocalAddrContextKey).(net.Addr).String())
})

// names is a DNS server that knows one answer.
type names struct {
	mu        sync.Mutex
	addresses []net.IP
}

func (n *names) set(addresses ...net.IP) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addresses = addresses
}

// dial is a connection to the server, for one question.
func (n *names) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	go func() {
		defer there.Close()
		var length [2]byte // as over TCP: what is no packet connection counts as that
		if _, err := io.ReadFull(there, length[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(there, question); err != nil {
			return
		}
		answer := n.answer(question)
		_, _ = there.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	}()
	return here, nil
}

func (n *names) answer(question []byte) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	m.Response, m.Additionals = true, nil
	asked := m.Questions[0]
	for _, address := range n.addresses {
		head := dnsmessage.ResourceHeader{Name: asked.Name, Type: asked.Type, Class: asked.Class}
		switch four := address.To4(); {
		case four != nil && asked.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: [4]byte(four)}})
		case four == nil && asked.Type == dnsmessage.TypeAAAA:
			body := &dnsmessage.AAAAResource{AAAA: [16]byte(address)}
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: body})
		}
	}
	answer, _ := m.Pack()
	return answer
}

// TestCallsUnderWay: what is under way at a time is bounded by the budget and by nothing else.
func TestCallsUnderWay(t *testing.T) {
	for _, tt := range []struct {
		name          string
		http2         bool
		budget, calls int
		most          int64
	}{
		{"HTTP/2", true, 3000, 200, 150 + 10}, // what is sent at once, and what flows in within a second
		{"HTTP/1.1", false, 3000, 200, 150 + 10},
		{"HTTP/2 without a budget", true, 0, 300, 300},
		{"HTTP/1.1 without a budget", false, 0, 300, connsWithoutBudget},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var underWay, most atomic.Int64
				network := memnet.Listen()
				members := owners{} // many, since one leaves half of what can be sent at once to others
				for n := range int64(20) {
					members[HashToken("token-"+strconv.FormatInt(n, 10))] = n + 1
				}
				server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					now := underWay.Add(1)
					defer underWay.Add(-1)
					for was := most.Load(); now > was && !most.CompareAndSwap(was, now); was = most.Load() {
					}
					time.Sleep(time.Second) //nolint:forbidigo // in a bubble
					say(200, "application/json", `{"id":1}`)(w, r)
				}))
				_ = server.Listener.Close()
				server.Listener, server.EnableHTTP2 = network, tt.http2
				server.StartTLS()
				c := testClient(t, nil, func(cfg *Config) {
					cfg.BaseURL, cfg.Budget.Requests, cfg.Principals = "https://127.0.0.1", tt.budget, members
				})
				transport := c.config.Transport.(*http.Transport)
				transport.DialContext = network.Dial
				transport.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
				t.Cleanup(func() {
					transport.CloseIdleConnections()
					server.Close()
				})
				var all sync.WaitGroup
				for i := range tt.calls {
					all.Go(func() {
						if _, err := c.Spaces.Get(as(t.Context(), "token-"+strconv.Itoa(i%len(members))), int64(i+1)); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				if got := most.Load(); got > tt.most || got < tt.most-10 {
					t.Errorf("%d calls were under way at a time, want about %d", got, tt.most)
				}
			})
		})
	}
}
