package redistest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// The ports that [FreePort] gives lie below those that systems choose for whoever asks for any: another process may be
// given one of those between two moments.
const firstPort, lastPort = 20000, 31999

// handed are the ports that this process has been given.
var handed sync.Map

// FreePort is a port of this machine that nobody listens on. It is given only once in a process.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 10 * (lastPort - firstPort) {
		port := firstPort + rand.IntN(lastPort-firstPort+1) //nolint:gosec // no secret
		if _, before := handed.LoadOrStore(port, true); before {
			continue
		}
		l, err := net.Listen("tcp", fmt.Sprintf(":%d", port)) //nolint:noctx // for a moment
		if err != nil {
			continue
		}
		_ = l.Close()
		return port
	}
	t.Fatalf("no port from %d to %d is free", firstPort, lastPort)
	return 0
}
