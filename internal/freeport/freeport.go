// Package freeport finds ports for programs that cannot say which one they were given.
package freeport

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
)

// The ports lie below those that systems choose for whoever asks for any: another process may be given one of those
// between two moments.
const first, last = 20000, 31999

// taken are the ports that this process has been given.
var taken sync.Map

// Take is a port of this machine that nobody listens on. It is given only once in a process.
func Take(ctx context.Context) (int, error) {
	for range 10 * (last - first) {
		port := first + rand.IntN(last-first+1) //nolint:gosec // no secret
		if _, before := taken.LoadOrStore(port, true); before {
			continue
		}
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			continue
		}
		return port, listener.Close()
	}
	return 0, fmt.Errorf("no port from %d to %d is free", first, last)
}
