// Attack does to the facade what a hostile caller would, one attack after the other, beside members who use it
// honestly, and prints what each attack costs: memory, processor time, and how the honest fared.
//
//	go run ./bench/attack
//	go run ./bench/attack -only html-bomb -for 10s
//	go run ./bench/attack -together -for 10m -members 100
//
// Every attack meets a facade of its own, with the limits of deploy/kubernetes.yaml and a sandbox in place of Circle.
// Facade, sandbox, honest members and attackers are processes of their own.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	if role := roleOf(os.Args[1:]); role != nil {
		err = role(ctx, os.Stdin, os.Stdout)
	} else {
		err = run(ctx, os.Args[1:], os.Stdout)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

// bounds are what an attacked facade must keep.
const (
	maxResident = 512 << 20
	maxP99      = 2 * time.Second
)

type options struct {
	length   time.Duration
	members  int
	only     []string
	program  string
	together bool
	nice     int
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var o options
	flags := flag.NewFlagSet("attack", flag.ContinueOnError)
	flags.DurationVar(&o.length, "for", 15*time.Second, "how long each attack lasts")
	flags.IntVar(&o.members, "members", 10, "honest members beside it")
	only := flags.String("only", "", "names of attacks, separated by commas; all if empty")
	flags.StringVar(&o.program, "program", "", "a built facade; it is built from the source if empty")
	flags.IntVar(&o.nice, "nice", 19,
		"how far attackers stand back for processors, as in nice(1), since in life they bring their own")
	flags.BoolVar(&o.together, "together", false, "all attacks at once, on one facade")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	if o.program == "" {
		dir, err := os.MkdirTemp("", "circlegraph-attack-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.program = filepath.Join(dir, "circlegraph")
		build := exec.CommandContext(ctx, "go", "build", "-o", o.program, "circlegraph")
		if text, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building the facade: %w: %s", err, text)
		}
	}
	chosen := slices.DeleteFunc(slices.Clone(attacks), func(a attack) bool {
		return len(o.only) > 0 && !slices.Contains(o.only, a.name)
	})
	if len(chosen) == 0 {
		return fmt.Errorf("no attack is named %s", *only)
	}
	if o.together {
		chosen = []attack{together(chosen)}
	}
	return o.table(ctx, chosen, out)
}

// table runs attacks and prints a row for each.
func (o *options) table(ctx context.Context, chosen []attack, out io.Writer) error {
	fmt.Fprintf(out, "| %-18s | %8s | %6s | %11s | %7s | %7s | %7s | %s\n", "attack", "peak MB", "CPU s", "served",
		"p50 ms",
		"p99 ms", "upstream", "held")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|---|")
	var failed []string
	for _, a := range chosen {
		r, err := o.measure(ctx, a)
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		held := r.held()
		fmt.Fprintf(out, "| %-18s | %8d | %6.1f | %5d/%-5d | %7d | %7d | %7d | %s\n", a.name, r.resident>>20, r.cpu.Seconds(),
			r.served, r.asked, r.p50.Milliseconds(), r.p99.Milliseconds(), r.upstream, held)
		if held != "yes" {
			failed = append(failed, a.name)
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("not held: %s", strings.Join(failed, ", "))
	}
	return nil
}
