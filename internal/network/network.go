// Package network says which addresses belong together, for every limit that counts by address.
package network

import "net/netip"

// Of returns what counts as one address: an address of IPv4, or a /64 of IPv6, because a household has 2^64 addresses.
func Of(address netip.Addr) netip.Prefix { return around(address, 32, 64) }

// Around returns the networks that an address is in, the narrowest, [Of], first. The wider ones are what a household or
// a customer of a provider may have as a whole: /56 and /48 of IPv6, and /24 and /16 of IPv4. There are none around the
// zero address.
func Around(address netip.Addr) []netip.Prefix {
	if !address.IsValid() {
		return nil
	}
	return []netip.Prefix{Of(address), around(address, 24, 56), around(address, 16, 48)}
}

// around returns the network of so many bits that an address is in, without its zone.
func around(address netip.Addr, bits4, bits6 int) netip.Prefix {
	address = address.Unmap().WithZone("")
	bits := bits4
	if address.Is6() {
		bits = bits6
	}
	network, _ := address.Prefix(bits) // fails only for bits out of range, and for the zero address
	return network
}
