//go:build unix

package main

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// BenchmarkStart is what the built program takes from its start to its first answer to a query: of a real community,
// and of the sandbox, which makes up a community first. Time for each operation counts what else the machine does.
func BenchmarkStart(b *testing.B) {
	built, err := build(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		env  []string
	}{
		{"community", facadeSettings("http://127.0.0.1:1")},
		{"sandbox", []string{"CIRCLEGRAPH_LISTEN=%ADDRESS%"}},
	} {
		b.Run(tc.name, func(b *testing.B) {
			var cpu time.Duration
			for b.Loop() {
				cpu += startOnce(b, built.facade, tc.env)
			}
			b.ReportMetric(float64(cpu.Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// startOnce starts the program, waits for its first answer, ends it and returns what it has computed.
func startOnce(b *testing.B, program string, env []string) time.Duration {
	b.Helper()
	address, err := freeAddress(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = os.Environ()
	for _, pair := range env {
		cmd.Env = append(cmd.Env, strings.ReplaceAll(pair, "%ADDRESS%", address))
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/graphql?query=%7B__typename%7D", nil)
		if err != nil {
			b.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close() // nobody reads it
			if res.StatusCode != http.StatusOK {
				b.Fatalf("the first answer has status %d", res.StatusCode)
			}
			break
		}
		if ctx.Err() != nil {
			b.Fatal("the program does not answer: ", err)
		}
		time.Sleep(time.Millisecond) //nolint:forbidigo // another process takes its time
	}
	_ = cmd.Process.Kill() // the state tells
	_ = cmd.Wait()         // that it was killed
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
