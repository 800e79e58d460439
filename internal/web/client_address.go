package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// ClientAddress returns a function that returns who sent a request: the peer, or, if the peer is one of the proxies,
// the last address of X-Forwarded-For that is not a proxy. Earlier addresses are the sender's own invention. It is the
// zero address if it is not known.
func ClientAddress(proxies []netip.Prefix) func(*http.Request) netip.Addr {
	trusted := within(proxies)
	return func(r *http.Request) netip.Addr {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			return netip.Addr{}
		}
		client := peer.Addr().Unmap()
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for _, hop := range slices.Backward(hops) {
			if !trusted(client) {
				break
			}
			ip, ok := parseHop(strings.TrimSpace(hop))
			if !ok {
				break
			}
			client = ip
		}
		return client
	}
}

// FromProxy returns a function that reports whether a request comes straight from one of the proxies.
func FromProxy(proxies []netip.Prefix) func(*http.Request) bool {
	trusted := within(proxies)
	return func(r *http.Request) bool {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		return err == nil && trusted(peer.Addr().Unmap())
	}
}

func within(networks []netip.Prefix) func(netip.Addr) bool {
	return func(ip netip.Addr) bool {
		return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(ip) })
	}
}

// parseHop reads an address as proxies write it: by itself, with a port, and IPv6 in brackets.
func parseHop(hop string) (netip.Addr, bool) {
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(hop, "["), "]"))
	if err != nil {
		var withPort netip.AddrPort
		withPort, err = netip.ParseAddrPort(hop)
		ip = withPort.Addr()
	}
	return ip.Unmap().WithZone(""), err == nil
}
