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

// Shared reads what the name stands for, once in a response: whoever asks for it again, at the same time or later, gets
// the same. A name stands for one type of value.
func Shared[T any](ctx context.Context, name string, read func() (T, error)) (T, error) {
	r, known := From(ctx).shared.read(name)
	if known {
		<-r.done
	} else {
		r.run(func() (any, error) { return read() })
	}
	value, _ := r.value.(T) // nil where it failed
	return value, r.err
}

// Begin starts a read that [Shared] may be asked for by the same name, without waiting for it.
func Begin[T any](ctx context.Context, name string, read func() (T, error)) {
	r, known := From(ctx).shared.read(name)
	if known {
		return
	}
	go func() {
		defer func() { _ = recover() }() // it ends with errBroken
		r.run(func() (any, error) { return read() })
	}()
}

// Begun reports whether a read has been asked for by that name.
func Begun(ctx context.Context, name string) bool {
	s := &From(ctx).shared
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads[name] != nil
}

// read finds the read of that name, or enters one that is to be run.
func (s *shared) read(name string) (r *sharedRead, known bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, known = s.reads[name]
	if !known {
		r = &sharedRead{done: make(chan struct{}), err: errBroken}
		s.reads[name] = r
	}
	return r, known
}

// errBroken is what others get of a read that panicked.
var errBroken = errors.New("loaders: a shared read did not come to its end")

func (r *sharedRead) run(read func() (any, error)) {
	defer close(r.done)
	r.value, r.err = read()
}
