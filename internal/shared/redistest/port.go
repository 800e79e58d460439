package redistest

import (
	"testing"

	"circlegraph/internal/freeport"
)

// FreePort is a port of this machine that nobody listens on, see [freeport.Take].
func FreePort(t testing.TB) int {
	t.Helper()
	port, err := freeport.Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
