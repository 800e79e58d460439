package freeport

import (
	"fmt"
	"net"
	"testing"
)

// A port is given once, can be listened on, and the system does not give it to somebody else.
func TestTake(t *testing.T) {
	given := map[int]bool{}
	for range 50 {
		port, err := Take(t.Context())
		if err != nil || given[port] || port < first || port > last {
			t.Fatalf("Take = %d, %v, after %v", port, err, given)
		}
		given[port] = true
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
	}
}
