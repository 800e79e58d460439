package graph

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"

	"circlegraph/graph/model"
	"circlegraph/graph/scalar"
	"circlegraph/tokens"
)

const (
	// idempotencyTTL is how long a key counts.
	idempotencyTTL = 10 * time.Minute
	// maxIdempotencyRecords bounds the memory; beyond it the oldest are forgotten.
	maxIdempotencyRecords = 10_000
	// maxIdempotencyKey is the longest key, in bytes.
	maxIdempotencyKey = 255
)

// idempotency remembers what a create gave, so that repeating it with the same key gives the same instead of a second
// object. A key belongs to the access token that used it, so no caller can reach another's.
type idempotency struct {
	now func() time.Time

	mu      sync.Mutex
	records map[idempotencyID]*idempotencyRecord
	order   []idempotencyID // oldest first
}

// idempotencyID is a key of one caller for one mutation.
type idempotencyID [sha256.Size]byte

type idempotencyRecord struct {
	input   [sha256.Size]byte
	done    chan struct{}
	expires time.Time
	value   any
	err     error
}

func newIdempotency(now func() time.Time) *idempotency {
	return &idempotency{now: now, records: map[idempotencyID]*idempotencyRecord{}}
}

// once carries create out, unless the caller has sent the same key for the same mutation and input within ten minutes:
// then it gives that result, waiting for it if need be. Another input under the same key is a user error. Without a key it
// is create alone.
func once[T any](ctx context.Context, store *idempotency, mutation string, key *string, input any, create func() (T, error)) (T, []*model.UserError, error) {
	var none T
	if key == nil {
		value, err := create()
		return settle(value, err)
	}
	if *key == "" || len(*key) > maxIdempotencyKey {
		return none, nil, &scalar.InputError{Message: "`idempotencyKey` must have 1 to 255 bytes."}
	}
	token, err := tokens.CallerFrom(ctx).Token()
	if err != nil {
		return none, nil, err
	}
	text, err := json.Marshal(input)
	if err != nil {
		return none, nil, err
	}
	record, first := store.record(sha256.Sum256([]byte(token+"\x00"+mutation+"\x00"+*key)), sha256.Sum256(text))
	switch {
	case record == nil:
		return none, refused(model.UserErrorCodeIdempotencyKeyReused, "This `idempotencyKey` was used for another input. Make up a new one.", "idempotencyKey"), nil
	case first:
		return settle(fillRecord(record, create))
	}
	select {
	case <-record.done:
	case <-ctx.Done():
		return none, nil, ctx.Err()
	}
	value, _ := record.value.(T)
	return settle(value, record.err)
}

// fillRecord carries create out for all who wait. A panic is a failure for them too.
func fillRecord[T any](record *idempotencyRecord, create func() (T, error)) (value T, err error) {
	record.err = errInternal
	defer close(record.done)
	value, err = create()
	record.value, record.err = value, err
	return value, err
}

// settle splits an outcome into the value, what the person can mend, and the rest.
func settle[T any](value T, err error) (T, []*model.UserError, error) {
	problems, err := userErrors(err)
	return value, problems, err
}

// record finds or makes the record of a key; first tells that the caller is to fill it. It is nil where the key belongs to
// another input. A record whose attempt failed is not kept from being tried again, unless the outcome is unknown.
func (s *idempotency) record(id idempotencyID, input [sha256.Size]byte) (record *idempotencyRecord, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for len(s.order) > 0 && (len(s.order) > maxIdempotencyRecords || !now.Before(s.records[s.order[0]].expires)) {
		delete(s.records, s.order[0])
		s.order = s.order[1:]
	}
	if found, ok := s.records[id]; ok && !found.failed() {
		if found.input != input {
			return nil, false
		}
		return found, false
	}
	if _, ok := s.records[id]; !ok {
		s.order = append(s.order, id)
	}
	record = &idempotencyRecord{input: input, done: make(chan struct{}), expires: now.Add(idempotencyTTL)}
	s.records[id] = record
	return record, true
}

// failed tells whether the attempt is over and certainly came to nothing.
func (r *idempotencyRecord) failed() bool {
	select {
	case <-r.done:
		return r.err != nil && !outcomeUnknown(r.err)
	default:
		return false
	}
}
