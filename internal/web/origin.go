package web

import (
	"context"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
)

// host is a name or address with or without a port, and nothing that could end a URL's host.
var host = regexp.MustCompile(`^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)

// Origin returns a function that returns the origin by which a client has reached us, such as https://app.example.com.
// X-Forwarded-Host and X-Forwarded-Proto are believed of the proxies only. It is empty if the request has no sane one.
func Origin(proxies []netip.Prefix) func(*http.Request) string {
	fromProxy := FromProxy(proxies)
	return func(r *http.Request) string {
		scheme, name := "http", r.Host
		if r.TLS != nil {
			scheme = "https"
		}
		if fromProxy(r) {
			switch proto := lastOf(r.Header, "X-Forwarded-Proto"); proto {
			case "http", "https":
				scheme = proto
			}
			if forwarded := lastOf(r.Header, "X-Forwarded-Host"); forwarded != "" {
				name = forwarded
			}
		}
		if !host.MatchString(name) {
			return ""
		}
		return scheme + "://" + name
	}
}

// lastOf is the last of a header's values, which the proxy next to us wrote.
func lastOf(h http.Header, name string) string {
	values := strings.Split(strings.Join(h.Values(name), ","), ",")
	return strings.TrimSpace(values[len(values)-1])
}

type originKey struct{}

// WithOrigin notes by which origin the client of a request has reached us.
func WithOrigin(ctx context.Context, origin string) context.Context {
	return context.WithValue(ctx, originKey{}, origin)
}

// OriginOf is the origin of the request of a context; empty if there is none.
func OriginOf(ctx context.Context) string {
	origin, _ := ctx.Value(originKey{}).(string)
	return origin
}
