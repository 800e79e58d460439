package web

import (
	"crypto/tls"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestOrigin(t *testing.T) {
	origin := Origin([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	for name, c := range map[string]struct {
		peer, host, forwardedHost, forwardedProto string
		tls                                       bool
		want                                      string
	}{
		"a phone in the same network": {peer: "192.168.0.9:1", host: "192.168.0.5:8080", want: "http://192.168.0.5:8080"},
		"IPv6":                        {peer: "[::1]:1", host: "[::1]:8080", want: "http://[::1]:8080"},
		"TLS":                         {peer: "192.168.0.9:1", host: "a.example", tls: true, want: "https://a.example"},
		"a proxy": {
			peer: "10.1.2.3:1", host: "facade:8080", forwardedHost: "app.example.com", forwardedProto: "https",
			want: "https://app.example.com",
		},
		"a proxy behind another": {
			peer: "10.1.2.3:1", host: "facade:8080", forwardedHost: "evil.example, app.example.com",
			forwardedProto: "http, https", want: "https://app.example.com",
		},
		"a proxy that says nothing of the host": {peer: "10.1.2.3:1", host: "app.example", want: "http://app.example"},
		"somebody who says to be one": {
			peer: "192.168.0.9:1", host: "facade:8080", forwardedHost: "evil.example", forwardedProto: "https",
			want: "http://facade:8080",
		},
		"no host at all":  {peer: "192.168.0.9:1", host: `"><script>`, want: ""},
		"a broken scheme": {peer: "10.1.2.3:1", host: "a.example", forwardedProto: "javascript", want: "http://a.example"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/graphql", nil)
			r.RemoteAddr, r.Host = c.peer, c.host
			if c.tls {
				r.TLS = &tls.ConnectionState{}
			}
			if c.forwardedHost != "" {
				r.Header.Set("X-Forwarded-Host", c.forwardedHost)
			}
			if c.forwardedProto != "" {
				r.Header.Set("X-Forwarded-Proto", c.forwardedProto)
			}
			if got := origin(r); got != c.want {
				t.Errorf("the origin is %q, want %q", got, c.want)
			}
		})
	}
}
