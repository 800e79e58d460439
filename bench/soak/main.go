// Soak keeps the facade busy for a while with everything that its clients, good and bad, and Circle may do to it, and
// ends with an error unless its memory, goroutines and file descriptors stay level, return to where they began when it
// is quiet again, and it stops in good order.
//
//	go run ./bench/soak -for 30m
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	duration := flags.Duration("for", time.Minute, fmt.Sprintf("how long to keep it busy, at least %s", shortest))
	clients := flags.Int("clients", 2, "clients of each kind")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *duration < shortest {
		return fmt.Errorf("-for %s is too short to tell what grows: at least %s", *duration, shortest)
	}
	circle := startCircle()
	defer circle.stop()
	f, err := startFacade(ctx, circle.url)
	if err != nil {
		return err
	}
	defer f.kill()
	l, err := newLoad(ctx, f.url, circle)
	if err != nil {
		return err
	}
	base, err := f.atRest(ctx, circle, nil)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%8s  %s\n", "", header)
	fmt.Fprintf(out, "%8s  %s\n", "at rest", base)

	busy, quiet := context.WithTimeout(ctx, *duration)
	defer quiet()
	ended := l.start(busy, *clients)
	samples, err := f.watch(busy, out)
	quiet()
	ended()
	if err := errors.Join(err, ctx.Err(), l.verdict(out), level(samples)); err != nil {
		return errors.Join(err, f.complaints())
	}
	rest, err := f.atRest(ctx, circle, &base)
	fmt.Fprintf(out, "%8s  %s\n", "at rest", rest)
	if err != nil {
		return err
	}

	// It must stop while it is busy, and only late clients may lose their connections.
	busy, quiet = context.WithTimeout(ctx, time.Minute)
	defer quiet()
	ended = l.start(busy, *clients)
	wait(ctx, 2*time.Second)
	err = f.stop()
	quiet()
	ended()
	return errors.Join(err, f.complaints())
}

// wait waits, unless ctx ends before. It reports whether there is time left.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
