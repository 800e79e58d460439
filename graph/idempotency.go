package graph

import (
	linked "container/list"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"sync"
	"time"

	"circlegraph/circleclient"
	"circlegraph/graph/model"
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

// idempotency remembers what a create gave, so that repeating it with the same key gives the same instead of a second
// object. A key belongs to the member who used it, whichever of their access tokens they use, and nobody else reaches
// it: who is asking is what Circle said of the token, never what the token claims.
type idempotency struct {
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

func newIdempotency(now func() time.Time, who func(context.Context) (int64, error)) *idempotency {
	return &idempotency{now: now, who: who, records: map[idempotencyID]*linked.Element{}, order: linked.New()}
}

// once carries create out, unless the caller has sent the same key for the same mutation and input within ten minutes:
// then it gives that result, waiting for it if need be. Another input under the same key is a user error. Without a key
// it is create alone.
//
// With a key, create is carried out to its end even if the caller leaves, so that they find its result when they come
// back. A refusal leaves the key unused; an unknown outcome is an outcome like any other, since trying again might do
// it twice.
func once[T any](ctx context.Context, store *idempotency, mutation string, key *string, input any,
	create func(context.Context) (T, error),
) (T, []*model.UserError, error) {
	var none T
	if key == nil {
		value, err := create(ctx)
		return settle(value, err)
	}
	if *key == "" || len(*key) > maxIdempotencyKey {
		return none, nil, &scalar.InputError{Message: "`idempotencyKey` must have 1 to 255 bytes."}
	}
	text, err := json.Marshal(input)
	if err != nil {
		return none, nil, err
	}
	memberID, err := store.who(ctx)
	if err != nil {
		return none, nil, err
	}
	id := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s", memberID, mutation, *key))
	record, first := store.record(id, sha256.Sum256(text))
	switch {
	case record == nil:
		return none, refused(model.UserErrorCodeIdempotencyKeyReused,
			"This `idempotencyKey` was used for another input. Make up a new one.", "idempotencyKey"), nil
	case first:
		value, err := carryOut(context.WithoutCancel(ctx), store, record, create)
		return settle(value, err)
	}
	select {
	case <-record.done:
	case <-ctx.Done():
		return none, nil, ctx.Err()
	}
	value, _ := record.value.(T)
	return settle(value, record.err)
}

// carryOut makes the attempt for all who wait. A panic is a failure for them too.
func carryOut[T any](
	ctx context.Context, store *idempotency, record *idempotencyRecord, create func(context.Context) (T, error),
) (value T, err error) {
	record.err = errInternal
	defer func() { store.finish(record) }()
	value, err = create(ctx)
	record.value, record.err = value, err
	return value, err
}

// settle splits an outcome into the value, what the person can mend, and the rest.
func settle[T any](value T, err error) (T, []*model.UserError, error) {
	problems, err := userErrors(err)
	return value, problems, err
}

// record finds or makes the record of a key; first tells that the caller is to fill it. It is nil where the key belongs
// to another input.
func (s *idempotency) record(id idempotencyID, input [sha256.Size]byte) (record *idempotencyRecord, first bool) {
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
func (s *idempotency) finish(record *idempotencyRecord) {
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
func (s *idempotency) weigh(record *idempotencyRecord, bytes int) {
	s.bytes += bytes - record.bytes
	record.bytes = bytes
	for s.order.Len() > maxIdempotencyRecords || s.bytes > maxIdempotencyBytes {
		s.forget(s.oldest())
	}
}

func (s *idempotency) oldest() *idempotencyRecord {
	if s.order.Len() == 0 {
		return nil
	}
	record, _ := s.order.Front().Value.(*idempotencyRecord)
	return record
}

func (s *idempotency) forget(record *idempotencyRecord) {
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
