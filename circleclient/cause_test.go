package circleclient

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

func TestCause(t *testing.T) {
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	for want, err := range map[string]error{
		"":                            nil,
		"DNS: the name was not found": &net.DNSError{Err: "no such host", Name: "app.circle.so", IsNotFound: true},
		"DNS: no answer in time":      &net.DNSError{Err: "i/o timeout", Name: "app.circle.so", IsTimeout: true},
		"connection refused":          dial(syscall.ECONNREFUSED),
		"network unreachable":         dial(syscall.ENETUNREACH),
		"timeout while connecting":    dial(syscall.ETIMEDOUT),
		"TLS: no trusted connection":  x509.UnknownAuthorityError{},
		"timeout":                     context.DeadlineExceeded,
		"the connection was cut off":  io.ErrUnexpectedEOF,
	} {
		if err != nil {
			r := &request{method: http.MethodGet}
			err = fmt.Errorf("wrapped: %w", r.fail(ErrUnavailable, nil, err))
		}
		if got := Cause(err); got != want {
			t.Errorf("Cause(%v) = %q, want %q", err, got, want)
		}
	}
	if got := Cause(&Error{Kind: ErrUnavailable, Status: 503}); got != "status 503" {
		t.Errorf("Cause of a 503 = %q", got)
	}
	if got := Cause(errors.New("secret")); strings.Contains(got, "secret") {
		t.Errorf("Cause repeats what it does not know: %q", got)
	}
}

// The operator reads once that an operation fails, why, and once that it works again.
func TestOutageIsLoggedOnce(t *testing.T) {
	var down atomic.Bool
	down.Store(true)
	var log bytes.Buffer
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		say(http.StatusOK, "application/json", `[]`)(w, r)
	}), func(cfg *Config) {
		cfg.Rest = time.Nanosecond
		cfg.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	ctx := asMember(t)
	for range 20 {
		if _, err := c.Spaces.List(ctx); err == nil {
			t.Fatal("success while Circle is down")
		}
	}
	down.Store(false)
	if _, err := c.Spaces.List(ctx); err != nil {
		t.Fatal(err)
	}
	text := log.String()
	if n := strings.Count(text, "level=WARN msg=\"circle fails\""); n != 1 {
		t.Errorf("%d warnings, want one:\n%s", n, text)
	}
	if n := strings.Count(text, "level=WARN msg=\"circle works again\""); n != 1 {
		t.Errorf("%d words of its end, want one:\n%s", n, text)
	}
	for _, want := range []string{`cause="status 503"`, "level=DEBUG msg=\"circle call\""} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in the log:\n%s", want, text)
		}
	}
}
