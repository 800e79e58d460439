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
	// idempotencyTTL is how long a key counts.
	idempotencyTTL = 10 * time.Minute
	// maxIdempotencyRecords and maxIdempotencyBytes bound the memory; beyond them the oldest are forgotten.
	maxIdempotencyRecords = 10_000
	maxIdempotencyBytes   = 64 << 20
	// maxIdempotencyKey is the longest key, in bytes.
	maxIdempotencyKey = 255
	// recordOverhead is what a record takes beside its value, in bytes.
	recordOverhead = 400
)

// Store remembers what a create gave, so that repeating it with the same key gives the same instead of a second
// object. A key belongs to the member who used it, whichever of their access tokens they use, and nobody else reaches
// it: who is asking is what Circle said of the token, never what the token claims.
type Store struct {
	now func() time.Time
	who func(context.Context) (memberID int64, err error)

	mu      sync.Mutex
	records map[idempotencyID]*linked.Element
	order   *linked.List // of *idempotencyRecord, oldest first
	bytes   int
}

// idempotencyID is a key of one member for one mutation.
type idempotencyID [sha256.Size]byte

type idempotencyRecord struct {
	id      idempotencyID
	input   [sha256.Size]byte
	expires time.Time
	bytes   int

	done  chan struct{} // closed once value and err are there
	value any
	err   error
}

// New remembers nothing yet. It asks who for the number of the member who makes a request.
func New(now func() time.Time, who func(context.Context) (int64, error)) *Store {
	return &Store{now: now, who: who, records: map[idempotencyID]*linked.Element{}, order: linked.New()}
}

// ErrReused is a key that came with another input before.
var ErrReused = errors.New("the idempotency key was used for another input")

// errPanicked is the outcome for those who wait for a create that panicked.
var errPanicked = errors.New("the create panicked")

// Do carries create out, unless the caller has sent the same key for the same mutation and input within ten minutes:
// then it gives that result, waiting for it if need be. Another input under the same key is [ErrReused]. Without a key
// it is create alone.
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
	if *key == "" || len(*key) > maxIdempotencyKey {
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
	found, first := s.record(of, sha256.Sum256(text))
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
	ctx context.Context, store *Store, record *idempotencyRecord, create func(context.Context) (T, error),
) (value T, err error) {
	record.err = errPanicked
	defer func() { store.finish(record) }()
	value, err = create(ctx)
	record.value, record.err = value, err
	return value, err
}

// record finds or makes the record of a key; first tells that the caller is to fill it. It is nil where the key belongs
// to another input.
func (s *Store) record(id idempotencyID, input [sha256.Size]byte) (record *idempotencyRecord, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for oldest := s.oldest(); oldest != nil && !now.Before(oldest.expires); oldest = s.oldest() {
		s.forget(oldest)
	}
	if element, ok := s.records[id]; ok {
		found, _ := element.Value.(*idempotencyRecord)
		if found.input != input {
			return nil, false
		}
		return found, false
	}
	record = &idempotencyRecord{id: id, input: input, done: make(chan struct{}), expires: now.Add(idempotencyTTL)}
	s.records[id] = s.order.PushBack(record)
	s.weigh(record, recordOverhead)
	return record, true
}

// finish lets those who wait go on. Only an outcome is kept: what certainly came to nothing may be tried again.
func (s *Store) finish(record *idempotencyRecord) {
	size := recordOverhead + sizeOf(record.value)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(record.done)
	if element, ok := s.records[record.id]; !ok || element.Value != any(record) {
		return // forgotten meanwhile
	}
	if record.err != nil && !circleclient.OutcomeUnknown(record.err) {
		s.forget(record)
		return
	}
	s.weigh(record, size)
}

// weigh says how much memory a record takes, and forgets the oldest until all have room.
func (s *Store) weigh(record *idempotencyRecord, bytes int) {
	s.bytes += bytes - record.bytes
	record.bytes = bytes
	for s.order.Len() > maxIdempotencyRecords || s.bytes > maxIdempotencyBytes {
		s.forget(s.oldest())
	}
}

func (s *Store) oldest() *idempotencyRecord {
	if s.order.Len() == 0 {
		return nil
	}
	record, _ := s.order.Front().Value.(*idempotencyRecord)
	return record
}

func (s *Store) forget(record *idempotencyRecord) {
	s.order.Remove(s.records[record.id])
	delete(s.records, record.id)
	s.bytes -= record.bytes
}

// sizeOf is about how many bytes a value takes.
func sizeOf(value any) int {
	text, err := json.Marshal(value)
	if err != nil {
		return math.MaxInt32 // what cannot be weighed is not kept
	}
	return len(text)
}
