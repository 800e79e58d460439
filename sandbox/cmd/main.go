// Command cmd serves the sandbox community by itself, for clients that want to talk to a Circle which is not Circle.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"circlegraph/sandbox"
)

// settings are the command's flags.
type settings struct {
	listen, token, publicURL, storageURL string
	latency, tokenLife                   time.Duration
	rateLimit                            int
	expose                               bool
}

func main() {
	var set settings
	flag.StringVar(&set.listen, "listen", "127.0.0.1:4010", "`address` to serve on")
	flag.StringVar(&set.token, "token", sandbox.DefaultHeadlessToken, "community `secret` that the Auth API asks for")
	flag.DurationVar(&set.latency, "latency", 0, "wait before every answer")
	flag.DurationVar(&set.tokenLife, "token-life", time.Hour, "how long access tokens last")
	flag.IntVar(&set.rateLimit, "rate-limit", 2000, "`requests` per five minutes and IP address, 0 for no limit")
	flag.StringVar(&set.publicURL, "public-url", "", "beginning of the addresses of posts and spaces")
	flag.StringVar(&set.storageURL, "storage-url", "",
		"beginning of the addresses of uploads and pictures, as clients reach this server (default: the address it serves "+
			"on)")
	flag.BoolVar(&set.expose, "expose", false,
		"allow an address that other machines can reach: anybody there can act as any member")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, set, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

// run serves until the context ends.
func run(ctx context.Context, set settings, out io.Writer) error {
	if !set.expose && !loopback(set.listen) {
		return fmt.Errorf("%s is not a loopback address; the sandbox lets anybody in, so this needs -expose", set.listen)
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", set.listen)
	if err != nil {
		return err
	}
	box := sandbox.New(sandbox.Options{
		HeadlessToken: set.token, Latency: set.latency, RateLimit: set.rateLimit, PublicURL: set.publicURL,
		TokenLife: set.tokenLife, StorageURL: cmp.Or(set.storageURL, "http://"+listener.Addr().String()),
	})
	banner(out, set, listener.Addr().String(), box.Members())
	server := &http.Server{Handler: box, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(drain)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// banner prints how to get a token, and the members.
func banner(out io.Writer, set settings, addr string, members []sandbox.Member) {
	_, _ = fmt.Fprintf(out, "Circle sandbox on http://%s, community secret %q\n\n", addr, set.token)
	_, _ = fmt.Fprintf(out, "  curl -s -X POST http://%s/api/v1/headless/auth_token -H 'Authorization: Bearer %s' \\\n"+
		"    -H 'Content-Type: application/json' -d '{\"email\":\"member@example.com\"}'\n\nMembers:\n", addr, set.token)
	for _, m := range members {
		role := ""
		if m.Admin {
			role = " (admin)"
		}
		_, _ = fmt.Fprintf(out, "  %d  %-26s %s%s\n", m.ID, m.Email, m.Name, role)
	}
}

// loopback reports whether an address can be reached from this machine only.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
