package transport

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// The limits where none are given.
const (
	DefaultStreams           = 10_000 // at a time in this process
	DefaultStreamsPerAddress = 100    // at a time from one address, behind which an office may be
	defaultHeartbeat         = 10 * time.Second
)

// LiveOptions are the rules for what stays open.
type LiveOptions struct {
	// Heartbeat is how often a stream shows that it lives, and how soon the end of a token is noticed at the latest; 10 s
	// where zero.
	Heartbeat time.Duration
	// Streams and PerAddress are how many may be open at a time; the defaults where zero.
	Streams, PerAddress int
	// Address tells who sent a request, for PerAddress; all share one limit where nil.
	Address func(*http.Request) string
}

// Live keeps the streams and sockets of this process: how many there are, and that all of them end with it. It is safe
// for concurrent use.
type Live struct {
	LiveOptions

	draining chan struct{}

	mu        sync.Mutex
	drained   bool
	byAddress map[string]int
	open      sync.WaitGroup
	count     int
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
		o.Address = func(*http.Request) string { return "" }
	}
	return &Live{LiveOptions: o, draining: make(chan struct{}), byAddress: map[string]int{}}
}

// Drain tells all streams and sockets to end, lets in no more, and waits until they have ended or ctx has. It gives
// what ctx ended with, or nil.
func (l *Live) Drain(ctx context.Context) error {
	l.mu.Lock()
	if !l.drained {
		l.drained = true
		close(l.draining)
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

// enter lets a stream in, or says why not. Who was let in must leave.
func (l *Live) enter(r *http.Request) (leave func(), problem *refusal) {
	address := l.Address(r)
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.drained:
		return nil, refused(http.StatusServiceUnavailable, "This server is about to stop. Try again.")
	case l.count >= l.Streams:
		return nil, refused(http.StatusServiceUnavailable, "Too many subscriptions are open at the moment. Try again later.")
	case l.byAddress[address] >= l.PerAddress:
		return nil, refused(http.StatusTooManyRequests,
			"Too many subscriptions are open from this address. Use one connection for several.")
	}
	l.open.Add(1)
	l.count++
	l.byAddress[address]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.open.Done()
		l.count--
		if l.byAddress[address]--; l.byAddress[address] == 0 {
			delete(l.byAddress, address)
		}
	}, nil
}

// errDraining is why a stream ends that could have gone on.
var errDraining = errors.New("the server is about to stop")

// watch calls beat with every heartbeat until ctx ends, and end with the reason as soon as the process is about to stop
// or beat fails. It returns when it will call neither any more.
func (l *Live) watch(ctx context.Context, beat func() error, end func(error)) {
	ticker := time.NewTicker(l.Heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.draining:
			end(errDraining)
			return
		case <-ticker.C:
			if err := beat(); err != nil {
				end(err)
				return
			}
		}
	}
}
