package main

import (
	"context"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// proxyCommand serves a reverse proxy that does nothing: the least that anything in between can do.
type proxyCommand struct {
	Listen string `required:"" help:"Address to listen on."`
	Circle string `required:"" help:"Where to send everything."`
}

// Run serves until the context ends.
func (c *proxyCommand) Run(ctx context.Context) error {
	target, err := url.Parse(c.Circle)
	if err != nil {
		return err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true},
	}
	return listenAndServe(ctx, c.Listen, proxy)
}
