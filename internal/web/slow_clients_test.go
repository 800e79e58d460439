package web

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/internal/memnet"
)

// A client that is slow loses its connection, whatever it is slow with, and after which time.
func TestSlowClientsLoseTheirConnection(t *testing.T) {
	const requestTimeout = 20 * time.Second
	for _, tc := range []struct {
		name, sent string
		reads      bool
		after      time.Duration
	}{
		{"nothing", "", true, 10 * time.Second},
		{"half of the header", "POST / HTTP/1.1\r\nHost: a\r\nX-Long: ", true, 10 * time.Second},
		{"half of the body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf", true, 30 * time.Second},
		{"no second request", "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", true, 2 * time.Minute},
		{"an answer that is not read", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", false, 30*time.Second + requestTimeout},
		{"too many headers", "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: 1\r\n", 200), true, 0},
		{"many headers", "GET / HTTP/1.1\r\nHost: a\r\n" + strings.Repeat("X: 1\r\n", 150), true, 10 * time.Second},
		{
			"many lines of a body", "POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n" +
				strings.Repeat("\n", 900) + "GET /healthz HTTP/1.1\r\nHost: a\r\n" +
				strings.Repeat("X: 1\r\n", 150) + "\r\n", true, 2 * time.Minute,
		},
		{"too long a header", "GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + strings.Repeat("x", 70<<10), true, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := memnet.Listen()
				handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path == "/healthz" {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					for range 100 {
						if _, err := w.Write(make([]byte, 64<<10)); err != nil {
							return
						}
					}
				})
				server := NewServer(handler, requestTimeout, slog.New(slog.DiscardHandler))
				go func() { _ = server.Serve(heads{network, nil}) }()
				defer server.Close()
				conn, err := network.Dial(t.Context(), "", "")
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				start := time.Now()
				go func() { _, _ = io.WriteString(conn, tc.sent) }()
				if tc.reads {
					_, _ = io.Copy(io.Discard, bufio.NewReader(conn))
				} else {
					waitUntilClosed(t, conn)
				}
				if lasted := time.Since(start); lasted < tc.after || lasted > tc.after+2*time.Second {
					t.Errorf("the connection lasted %v, want %v", lasted, tc.after)
				}
			})
		})
	}
}

// waitUntilClosed waits, without reading, until the other side has closed a connection.
func waitUntilClosed(t *testing.T, conn net.Conn) {
	t.Helper()
	<-time.After(time.Second)
	for range 300 {
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := conn.Write([]byte{0}); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
	t.Error("the connection is never closed")
}
