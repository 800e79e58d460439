package network

import (
	"fmt"
	"net/netip"
	"testing"
)

func TestAround(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.77":         "[192.0.2.77/32 192.0.2.0/24 192.0.0.0/16]",
		"::ffff:192.0.2.77":  "[192.0.2.77/32 192.0.2.0/24 192.0.0.0/16]",
		"2001:db8:1:2345::6": "[2001:db8:1:2345::/64 2001:db8:1:2300::/56 2001:db8:1::/48]",
		"fe80::1%eth0":       "[fe80::/64 fe80::/56 fe80::/48]",
	} {
		a := netip.MustParseAddr(address)
		if got := fmt.Sprint(Around(a)); got != want {
			t.Errorf("Around(%s) = %s, want %s", address, got, want)
		}
		if Of(a) != Around(a)[0] {
			t.Errorf("Of(%s) = %s, want the narrowest of %s", address, Of(a), want)
		}
	}
	if got := Around(netip.Addr{}); got != nil {
		t.Errorf("around nobody are %v, want none", got)
	}
}
