package web

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/internal/memnet"
	"circlegraph/internal/memory"
)

// Heads that never end share the memory of strangers, and keep nobody out whose head is small.
func TestHeadsAreWeighed(t *testing.T) {
	budget := memory.New(6 << 20) // a third of it is for strangers, a sixth for one network of them
	synctest.Test(t, func(t *testing.T) {
		network := memnet.Listen()
		served := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		server := NewServer(served, time.Minute, slog.New(slog.DiscardHandler))
		go func() { _ = server.Serve(heads{network, budget}) }()
		defer server.Close()
		// send gives the status of the answer, 0 if the head is waited for.
		send := func(head string) (status int, header http.Header, end func()) {
			conn, err := network.Dial(t.Context(), "", "")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close() })
			answered := make(chan *http.Response, 1)
			go func() {
				if res, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil { //nolint:bodyclose // below
					answered <- res
				}
			}()
			go func() { _, _ = io.WriteString(conn, head) }() // it may be refused on the way
			synctest.Wait()
			select {
			case res := <-answered:
				_ = res.Body.Close()
				status, header = res.StatusCode, res.Header
			default:
			}
			return status, header, func() { _ = conn.Close() }
		}
		const half = "GET / HTTP/1.1\r\nHost: a\r\nX-Long: "
		long := half + strings.Repeat("x", 40<<10)
		if status, _, _ := send(long + "\r\n\r\n"); status != http.StatusNoContent || budget.Used() != 0 {
			t.Errorf("a long head is answered %d, and %d bytes are held after it", status, budget.Used())
		}
		var ends []func()
		refused := 0
		for range 100 {
			status, header, end := send(long)
			ends = append(ends, end)
			if status == http.StatusServiceUnavailable && header.Get("Retry-After") != "" {
				refused++
			}
		}
		if n := budget.Used(); n > 1<<20 || n < 1<<19 || refused < 80 {
			t.Errorf("%d bytes are held and %d heads refused, want a sixth of the budget and most", n, refused)
		}
		if status, _, _ := send(half + strings.Repeat("x", 6<<10) + "\r\n\r\n"); status != http.StatusNoContent {
			t.Errorf("a head of 6 KB is answered %d meanwhile", status)
		}
		for _, end := range ends[:50] {
			end()
		}
		synctest.Wait()
		if status, _, _ := send(long + "\r\n\r\n"); status != http.StatusNoContent {
			t.Errorf("a long head is answered %d once there is room again", status)
		}
		<-time.After(11 * time.Second) // the others have not ended
		if n := budget.Used(); n != 0 {
			t.Errorf("%d bytes are held of connections that were closed", n)
		}
	})
}

// Both servers hold their clients to the same, whichever of a connection's requests it is.
func TestServersBoundHeads(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	quiet := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for name, serve := range map[string]func(context.Context, *memnet.Listener) (ended func()){
		"clients": func(ctx context.Context, network *memnet.Listener) func() {
			done := make(chan error, 1)
			ctx, stop := context.WithCancel(ctx)
			go func() {
				done <- Run(ctx, NewServer(quiet, time.Minute, log), network, nil, &Health{}, Drain{
					Streams: func(context.Context) error { return nil },
				}, log)
			}()
			return func() { stop(); <-done }
		},
		"metrics": func(_ context.Context, network *memnet.Listener) func() {
			return Beside(network, nil, quiet, log)
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := memnet.Listen()
				ended := serve(t.Context(), network)
				defer ended()
				lasted := func(sent ...string) time.Duration {
					conn, err := network.Dial(t.Context(), "", "")
					if err != nil {
						t.Fatal(err)
					}
					defer conn.Close()
					start, in := time.Now(), bufio.NewReader(conn)
					for i, text := range sent {
						go func() { _, _ = io.WriteString(conn, text) }()
						if i == len(sent)-1 {
							break
						}
						res, err := http.ReadResponse(in, nil)
						if err != nil {
							t.Fatal(err)
						}
						_ = res.Body.Close()
						synctest.Wait()
					}
					_, _ = io.Copy(io.Discard, in)
					return time.Since(start)
				}
				many := "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: 1\r\n", 250)
				if d := lasted(many); d > time.Second {
					t.Errorf("a connection with too many headers lasted %v", d)
				}
				if d := lasted("GET / HTTP/1.1\r\nHost: a\r\n\r\n", many); d > time.Second {
					t.Errorf("a connection whose second request has too many headers lasted %v", d)
				}
				if d := lasted("GET / HTTP/1.1\r\nHost: "); d < 9*time.Second || d > 12*time.Second {
					t.Errorf("a connection with half a head lasted %v, want 10s", d)
				}
			})
		})
	}
}

// What goes wrong in the HTTP server itself is in our log, and nothing in it that was in hand.
func TestErrorsOfTheServerAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const secret = "what-a-member-wrote"
		var text bytes.Buffer
		log := slog.New(slog.NewJSONHandler(&text, nil))
		network := memnet.Listen()
		handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/panic" {
				panic(secret + r.Header.Get("Authorization"))
			}
			w.WriteHeader(http.StatusNoContent)
			w.WriteHeader(http.StatusNoContent) // which the server complains of
		})
		server := NewServer(AccessLog(log, time.Now, ClientAddress(nil), handler), time.Minute, log)
		go func() { _ = server.Serve(heads{network, nil}) }()
		client := &http.Client{Transport: &http.Transport{DialContext: network.Dial}}
		get := func(path string) (failed error) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://server"+path, nil)
			r.RequestURI = ""
			r.Header.Set("Authorization", secret)
			res, err := client.Do(r)
			if err == nil {
				_ = res.Body.Close()
			}
			return err
		}
		if err := get("/"); err != nil {
			t.Error(err)
		}
		if err := get("/panic"); err == nil {
			t.Error("a panic is answered, want that the answer breaks off")
		}
		client.CloseIdleConnections()
		_ = server.Close()
		synctest.Wait()
		got := text.String()
		for _, want := range []string{`"level":"WARN","msg":"http: superfluous response.WriteHeader`, `"status":0`} {
			if !strings.Contains(got, want) {
				t.Errorf("the log lacks %s: %s", want, got)
			}
		}
		if !strings.Contains(got, `"msg":"panic","error":"panic: string`) || strings.Contains(got, secret) {
			t.Errorf("the log lacks the panic, or has what was in hand: %s", got)
		}
	})
}
