// Package idempotency gives the first result again where a create is repeated with the same key.
package idempotency

import (
	linked "container/list"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"circlegraph/circleclient"
	"circlegraph/graph/scalar"
)

const (
	// ttl is how long a key counts.
	ttl = 10 * time.Minute
	// maxRecords and maxBytes bound the memory; beyond them the oldest are forgotten.
	maxRecords = 10_000
	maxBytes   = 64 << 20
	// maxKey is the longest key, in bytes.
	maxKey = 255
	// recordOverhead is what a record takes beside its value, in bytes.
	recordOverhead = 400
)

// Store remembers what creates gave, so that repeating it with the same key gives the same instead of a second
// object. A key belongs to the member who used it, whichever of their access tokens they use, and nobody else reaches
// it: who is asking is what Circle said of the token, never what the token claims.
type Store struct {
	now func() time.Time
	who func(context.Context) (memberID int64, err error)

	mu      sync.Mutex
	records map[id]*linked.Element
	order   *linked.List // of *record, oldest first
	bytes   int
}

// id is a key of one member for one mutation.
type id [sha256.Size]byte

type record struct {
	id      id
	input   [sha256.Size]byte
	expires time.Time
	bytes   int

	done  chan struct{} // closed once value and err are there
	value any
	err   error
}

// New remembers nothing yet. It asks who for the number of the member who makes a request.
func New(now func() time.Time, who func(context.Context) (int64, error)) *Store {
	return &Store{now: now, who: who, records: map[id]*linked.Element{}, order: linked.New()}
}

// ErrReused is a key that came with another input before.
var ErrReused = errors.New("the idempotency key was used for another input")

// errPanicked is the outcome for those who wait for a create that panicked.
var errPanicked = errors.New("the create panicked")

// Do carries create out, unless the caller has sent the same key for the same mutation and input within ten minutes:
// then it gives that result, waiting for it if need be. Another input under the same key is [ErrReused]. Without a key
// it is only create.
//
// With a key, create is carried out to its end even if the caller leaves, so that they find its result when they come
// back. A refusal leaves the key unused; an unknown outcome is an outcome like any other, since trying again might do
// it twice.
func Do[T any](
	ctx context.Context, s *Store, mutation string, key *string, input any, create func(context.Context) (T, error),
) (T, error) {
	if key == nil {
		return create(ctx)
	}
	var none T
	if *key == "" || len(*key) > maxKey {
		return none, &scalar.InputError{Message: "`idempotencyKey` must have 1 to 255 bytes."}
	}
	text, err := json.Marshal(input)
	if err != nil {
		return none, err
	}
	memberID, err := s.who(ctx)
	if err != nil {
		return none, err
	}
	of := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s", memberID, mutation, *key))
	found, first := s.claim(of, sha256.Sum256(text))
	switch {
	case found == nil:
		return none, ErrReused
	case first:
		return carryOut(context.WithoutCancel(ctx), s, found, create)
	}
	select {
	case <-found.done:
	case <-ctx.Done():
		return none, ctx.Err()
	}
	value, _ := found.value.(T)
	return value, found.err
}

// carryOut makes the attempt for all who wait. A panic is a failure for them too.
func carryOut[T any](
	ctx context.Context, s *Store, r *record, create func(context.Context) (T, error),
) (value T, err error) {
	r.err = errPanicked
	defer func() { s.finish(r) }()
	value, err = create(ctx)
	r.value, r.err = value, err
	return value, err
}

// claim finds or makes the record of a key; first reports whether the caller is to fill it. It is nil if the key
// belongs to another input.
func (s *Store) claim(id id, input [sha256.Size]byte) (r *record, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for oldest := s.oldest(); oldest != nil && !now.Before(oldest.expires); oldest = s.oldest() {
		s.forget(oldest)
	}
	if element, ok := s.records[id]; ok {
		found, _ := element.Value.(*record)
		if found.input != input {
			return nil, false
		}
		return found, false
	}
	r = &record{id: id, input: input, done: make(chan struct{}), expires: now.Add(ttl)}
	s.records[id] = s.order.PushBack(r)
	s.weigh(r, recordOverhead)
	return r, true
}

// finish lets those who wait go on. Only an outcome is kept: what certainly came to nothing may be tried again.
func (s *Store) finish(r *record) {
	size := recordOverhead + sizeOf(r.value)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(r.done)
	if element, ok := s.records[r.id]; !ok || element.Value != any(r) {
		return // forgotten meanwhile
	}
	if r.err != nil && !circleclient.OutcomeUnknown(r.err) {
		s.forget(r)
		return
	}
	s.weigh(r, size)
}

// weigh says how much memory a record takes, and forgets the oldest until all have room.
func (s *Store) weigh(r *record, bytes int) {
	s.bytes += bytes - r.bytes
	r.bytes = bytes
	for s.order.Len() > maxRecords || s.bytes > maxBytes {
		s.forget(s.oldest())
	}
}

func (s *Store) oldest() *record {
	if s.order.Len() == 0 {
		return nil
	}
	r, _ := s.order.Front().Value.(*record)
	return r
}

func (s *Store) forget(r *record) {
	s.order.Remove(s.records[r.id])
	delete(s.records, r.id)
	s.bytes -= r.bytes
}

// sizeOf is about how many bytes a value takes.
func sizeOf(value any) int {
	text, err := json.Marshal(value)
	if err != nil {
		return math.MaxInt32 // what cannot be weighed is not kept
	}
	return len(text)
}
