// Command cmd serves the sandbox community by itself, for clients that want to
// talk to a Circle which is not Circle.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"circlegraph/sandbox"
)

// settings are the command's flags.
type settings struct {
	Listen    string        `default:"127.0.0.1:4010" help:"Address to serve on."`
	Token     string        `default:"${token}" help:"Community secret that the Auth API asks for."`
	Latency   time.Duration `default:"0s" help:"Wait before every answer."`
	RateLimit int           `default:"2000" help:"Requests per five minutes and IP address; 0 for no limit."`
	PublicURL string        `help:"Beginning of the addresses of posts and images."`
	Expose    bool          `help:"Allow an address that other machines can reach. Anybody there can act as any member."`
}

func main() {
	var set settings
	kong.Parse(&set, kong.Name("sandbox"), kong.Description("An in-memory Circle community. Nothing is kept."),
		kong.Vars{"token": sandbox.DefaultHeadlessToken})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, set, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

// run serves until the context ends.
func run(ctx context.Context, set settings, out io.Writer) error {
	if !set.Expose && !loopback(set.Listen) {
		return fmt.Errorf("%s is not a loopback address; the sandbox lets anybody in, so this needs --expose", set.Listen)
	}
	box := sandbox.New(sandbox.Options{
		HeadlessToken: set.Token, Latency: set.Latency, RateLimit: set.RateLimit, PublicURL: set.PublicURL,
	})
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", set.Listen)
	if err != nil {
		return err
	}
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

// banner says how to get a token, and as whom.
func banner(out io.Writer, set settings, addr string, members []sandbox.Member) {
	_, _ = fmt.Fprintf(out, "Circle sandbox on http://%s, community secret %q\n\n", addr, set.Token)
	_, _ = fmt.Fprintf(out, "  curl -s -X POST http://%s/api/v1/headless/auth_token -H 'Authorization: Bearer %s' \\\n"+
		"    -H 'Content-Type: application/json' -d '{\"email\":\"member@example.com\"}'\n\nMembers:\n", addr, set.Token)
	for _, m := range members {
		role := ""
		if m.Admin {
			role = " (admin)"
		}
		_, _ = fmt.Fprintf(out, "  %d  %-26s %s%s\n", m.ID, m.Email, m.Name, role)
	}
}

// loopback says whether an address can be reached from this machine only.
func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
