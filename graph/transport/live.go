package transport

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"circlegraph/internal/memory"
)

// The limits if none are given.
const (
	DefaultStreams           = 10_000 // at a time in this process
	DefaultStreamsPerAddress = 100    // at a time from one address, behind which an office may be
	defaultHeartbeat         = 10 * time.Second
)

// LiveOptions are the rules for what stays open.
type LiveOptions struct {
	// Heartbeat is how often a stream shows that it lives (a websocket every third time), and how soon the end of a token
	// is noticed at the latest; 10 s if zero.
	Heartbeat time.Duration
	// Streams and PerAddress are how many may be open at a time, and a member may have twice PerAddress; the defaults if
	// zero.
	Streams, PerAddress int
	// Address returns who sent a request, for PerAddress, which counts by [network.Of]; all share one limit if nil.
	Address func(*http.Request) netip.Addr
	// Memory is what streams are weighed against; nil for any number of bytes.
	Memory *memory.Budget
}

// Live keeps the streams and sockets of this process: how many there are, and that all of them end with it. It is safe
// for concurrent use.
type Live struct {
	LiveOptions

	mu        sync.Mutex
	drained   bool
	byNetwork map[netip.Prefix]int
	open      sync.WaitGroup
	count     int
	byMember  map[string]int
	strangers strangers
	seats     map[*seat]struct{}
}

// NewLive makes a keeper of no streams.
func NewLive(o LiveOptions) *Live {
	if o.Heartbeat == 0 {
		o.Heartbeat = defaultHeartbeat
	}
	if o.Streams == 0 {
		o.Streams = DefaultStreams
	}
	if o.PerAddress == 0 {
		o.PerAddress = DefaultStreamsPerAddress
	}
	if o.Address == nil {
		o.Address = func(*http.Request) netip.Addr { return netip.Addr{} }
	}
	return &Live{
		LiveOptions: o, byNetwork: map[netip.Prefix]int{}, byMember: map[string]int{}, strangers: strangers{},
		seats: map[*seat]struct{}{},
	}
}

// Drain tells all streams and sockets to end, lets in no more, and waits until they have ended or ctx has. It gives
// what ctx ended with, or nil.
func (l *Live) Drain(ctx context.Context) error {
	l.mu.Lock()
	l.drained = true
	for s := range l.seats {
		s.finish(errDraining)
	}
	l.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		l.open.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Len is how many streams and sockets are open.
func (l *Live) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count
}

// errDraining is why a stream ends that could have gone on.
var errDraining = errors.New("the server is about to stop")
