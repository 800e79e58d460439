package loaders

import (
	"context"
	"errors"
	"sync"
)

// shared remembers reads of the response by name.
type shared struct {
	mu    sync.Mutex
	reads map[string]*sharedRead
}

// sharedRead is a read that is under way or done.
type sharedRead struct {
	done  chan struct{}
	value any
	err   error
}

// Shared reads what the name stands for, once in a response: whoever asks for it again, at the same time or later, gets the
// same. A name stands for one type of value.
func Shared[T any](ctx context.Context, name string, read func() (T, error)) (T, error) {
	s := &From(ctx).shared
	s.mu.Lock()
	r, known := s.reads[name]
	if !known {
		r = &sharedRead{done: make(chan struct{}), err: errBroken}
		s.reads[name] = r
	}
	s.mu.Unlock()
	if known {
		<-r.done
	} else {
		r.run(func() (any, error) { return read() })
	}
	value, _ := r.value.(T) // nil where it failed
	return value, r.err
}

// errBroken is what others get of a read that panicked.
var errBroken = errors.New("loaders: a shared read did not come to its end")

func (r *sharedRead) run(read func() (any, error)) {
	defer close(r.done)
	r.value, r.err = read()
}
