package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"circlegraph/sandbox"
)

// What this program is in processes of their own, by its argument: in one process they would wait for each other, and
// not for the facade.
const (
	honestRole   = "honest-members"
	attackerRole = "attackers"
	circleRole   = "circle"
)

// roleOf is what a process of a role does; nil for any other argument.
func roleOf(args []string) func(context.Context, io.Reader, io.Writer) error {
	if len(args) != 1 {
		return nil
	}
	switch args[0] {
	case honestRole:
		return beHonest
	case attackerRole:
		return attackTarget
	case circleRole:
		return beCircle
	}
	return nil
}

// job is what the honest and the attackers are told.
type job struct {
	URL                string
	Tokens, Own, Posts []string
	Habit              string   // of the honest
	Attacks            []string // of the attackers, all at once
	Length             time.Duration
}

func (j job) target() *target {
	return &target{url: j.URL, tokens: j.Tokens, own: j.Own, posts: j.Posts}
}

// process makes a process of a role that will be told the job, and stands back for processors as in nice(1).
func (j job) process(ctx context.Context, role string, nice int) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	told, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, role)
	if nice != 0 {
		cmd = exec.CommandContext(ctx, "nice", "-n", strconv.Itoa(nice), self, role)
	}
	cmd.Stdin, cmd.Stderr = bytes.NewReader(told), os.Stderr
	return cmd, nil
}

// attackTarget does attacks for as long as the job says.
func attackTarget(ctx context.Context, in io.Reader, _ io.Writer) error {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, j.Length)
	defer cancel()
	chosen := slices.DeleteFunc(slices.Clone(attacks), func(a attack) bool { return !slices.Contains(j.Attacks, a.name) })
	do := chosen[0].do
	if len(chosen) > 1 {
		do = atOnce(chosen)
	}
	if err := do(ctx, j.target()); err != nil && ctx.Err() == nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// askedPath is where the sandbox says how many requests it was sent.
const askedPath = "/-/asked"

// beCircle is a sandbox in place of Circle, which writes its address and serves until ctx ends.
func beCircle(ctx context.Context, _ io.Reader, out io.Writer) error {
	box := sandbox.New(sandbox.Options{HeadlessToken: headlessToken, Crowd: crowd})
	var asked atomic.Int64
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{
		ReadHeaderTimeout: time.Minute,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == askedPath {
				fmt.Fprint(w, asked.Load())
				return
			}
			asked.Add(1)
			box.ServeHTTP(w, r)
		}),
	}
	fmt.Fprintf(out, "http://%s\n", listener.Addr())
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return server.Serve(listener)
}
