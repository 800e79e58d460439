package web

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// Who has begun to connect is let in before the port is closed, and nobody else.
func TestIgnoreNewcomers(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		listener, err := Listen(t.Context(), address)
		if err != nil {
			t.Logf("%s: %v", address, err) // a machine without IPv6
			continue
		}
		defer listener.Close()
		dial := func(ctx context.Context) error {
			conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", listener.Addr().String())
			if err == nil {
				t.Cleanup(func() { _ = conn.Close() })
			}
			return err
		}
		if err := dial(t.Context()); err != nil {
			t.Fatal(err)
		}
		ignoreNewcomers(listener)
		briefly, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := dial(briefly); !errors.Is(err, os.ErrDeadlineExceeded) &&
			!errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: a newcomer gets %v, want no answer", address, err)
		}
		accepted, err := listener.Accept()
		if err != nil {
			t.Fatalf("%s: who was there before gets %v", address, err)
		}
		_ = accepted.Close()
	}
}
