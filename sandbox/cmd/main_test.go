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
	if err := run(context.Background(), settings{Listen: "0.0.0.0:0"}, io.Discard); err == nil {
		t.Error("run on all interfaces without expose = nil, want an error")
	}
}

func TestRunServesUntilStopped(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	var out strings.Builder
	if err := run(ctx, settings{Listen: "127.0.0.1:0", Token: sandbox.DefaultHeadlessToken}, &out); err != nil && ctx.Err() == nil {
		t.Fatalf("run = %v", err)
	}
}
