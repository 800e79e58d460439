package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"circlegraph/sandbox"
)

func TestOnlyLoopbackUnlessExposed(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.0.0.1:4010": true, "localhost:0": true, "[::1]:4010": true,
		"0.0.0.0:4010": false, ":4010": false, "10.0.0.7:4010": false, "nonsense": false,
	} {
		if got := loopback(addr); got != want {
			t.Errorf("loopback(%q) = %v, want %v", addr, got, want)
		}
	}
	if err := run(t.Context(), settings{listen: "0.0.0.0:0"}, io.Discard); err == nil {
		t.Error("run on all interfaces without expose = nil, want an error")
	}
}

func TestRunServesUntilStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &stopAfter{stop: stop, text: "member@example.com"}
	if err := run(ctx, settings{listen: "127.0.0.1:0", token: sandbox.DefaultHeadlessToken}, out); err != nil {
		t.Fatalf("run = %v, want nil after the context ended", err)
	}
	for _, want := range []string{"Circle sandbox on http://127.0.0.1:", "admin@example.com", "(admin)"} {
		if !strings.Contains(out.all.String(), want) {
			t.Errorf("the banner lacks %q:\n%s", want, out.all.String())
		}
	}
}

// stopAfter ends a context once a text has been written: the last line of the banner comes right before the server
// starts to accept.
type stopAfter struct {
	stop context.CancelFunc
	text string
	all  strings.Builder
}

func (w *stopAfter) Write(p []byte) (int, error) {
	if strings.Contains(w.all.String(), w.text) {
		w.stop()
	}
	return w.all.Write(p)
}
