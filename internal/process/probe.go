package process

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// probeTimeout is shorter than that of whoever runs the probe, so that the reason is reported.
const probeTimeout = 2 * time.Second

// Probe asks the server that listens at an address, from the same machine, whether it is alive, and returns the exit
// code: 0 if it is, 1 with a sentence to stderr otherwise. It is for health checks in images that have neither shell
// nor curl.
func Probe(ctx context.Context, listen string, stderr io.Writer) int {
	if err := probe(ctx, listen); err != nil {
		fmt.Fprintln(stderr, "not alive:", err)
		return 1
	}
	return 0
}

func probe(ctx context.Context, listen string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return err
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost" // it listens on all addresses, this one among them
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz",
		http.NoBody)
	if err != nil {
		return err
	}
	answer, err := (&http.Client{Transport: &http.Transport{}}).Do(request) // without a proxy of the environment
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("GET /healthz answers %s", answer.Status)
	}
	return nil
}
