// Package idempotency returns the first result again if a create is repeated with the same key.
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
	// maxOwnRecords and maxOwnBytes are what is remembered of one member; beyond them that member's oldest are forgotten,
	// and nobody else's.
	maxOwnRecords = 500
	maxOwnBytes   = 2 << 20
	// maxRecords and maxBytes are what is remembered of all, which only many members together can fill.
	maxRecords = 100_000
	maxBytes   = 64 << 20
	// maxValue is the largest result, in bytes, that is kept as it is. Of a larger one only the id is.
	maxValue = 8 << 10
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
	// read reads a large result again; nil if all are kept.
	read func(context.Context, circleclient.Ref) (any, error)
	// receipts are what other processes know; nil if there are none.
	receipts Receipts

	mu      sync.Mutex
	records map[id]*record
	order   *linked.List // of *record, oldest first
	bytes   int
	members map[int64]*share
}

// share is what is remembered of one member.
type share struct {
	order *linked.List // of *record, oldest first
	bytes int
}

// id is a key of one member for one mutation.
type id [sha256.Size]byte

type record struct {
	id      id
	member  int64
	input   [sha256.Size]byte
	expires time.Time
	bytes   int
	all     *linked.Element // in the order of all, and own in that of the member; nil once it is forgotten
	own     *linked.Element

	done  chan struct{} // closed once value and err are there
	value any
	ref   circleclient.Ref // instead of a value that is too large
	err   error
}

// New remembers nothing yet. It asks who for the number of the member who makes a request.
func New(now func() time.Time, who func(context.Context) (int64, error)) *Store {
	return &Store{
		now: now, who: who, records: map[id]*record{}, order: linked.New(), members: map[int64]*share{},
	}
}

// Reading makes the store keep only the ids of large results, which read reads again as what create gave.
func (s *Store) Reading(read func(context.Context, circleclient.Ref) (any, error)) *Store {
	s.read = read
	return s
}

// Sharing makes the store ask for what other processes know, and tell them.
func (s *Store) Sharing(r Receipts) *Store {
	s.receipts = r
	return s
}

// ErrReused is a key that came with another input before.
var ErrReused = errors.New("the idempotency key was used for another input")

// errPanicked is the outcome for those who wait for a create that panicked.
var errPanicked = errors.New("the create panicked")

// Do carries create out, unless the caller has sent the same key for the same mutation and input within ten minutes:
// then it gives that result, waiting for it if need be. Another input under the same key is [ErrReused]. Without a key
// it is only create.
//
// Of a large result only the id is kept, and it is read again for the repetition.
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
	var found *record
	for again := true; again; again = found.err == errLeft { //nolint:errorlint // it is our own
		var first bool
		found, first = s.claim(of, memberID, sha256.Sum256(text))
		switch {
		case found == nil:
			return none, ErrReused
		case first:
			return carryOut(ctx, s, found, create)
		}
		select {
		case <-found.done:
		case <-ctx.Done():
			return none, ctx.Err()
		}
	}
	result, err := found.value, found.err
	if !found.ref.IsZero() {
		result, err = s.read(ctx, found.ref)
	}
	value, _ := result.(T)
	return value, err
}

type lateKey struct{}

// unending returns a context that ends neither when the caller leaves nor at their deadline, of which [Late] knows
// until done is called.
func unending(ctx context.Context) (_ context.Context, done func()) {
	without := context.WithoutCancel(ctx)
	deadline, limited := ctx.Deadline()
	if !limited {
		return without, func() {}
	}
	late, done := context.WithDeadline(without, deadline)
	return context.WithValue(without, lateKey{}, late), done
}

// Late returns an error once the time of an operation is over, also in a create, which goes on: what has not been sent
// by then need not be prepared.
func Late(ctx context.Context) error {
	if late, ok := ctx.Value(lateKey{}).(context.Context); ok {
		return late.Err()
	}
	return ctx.Err()
}

// carryOut makes the attempt for all who wait. A panic is a failure for them too.
func carryOut[T any](
	ctx context.Context, s *Store, r *record, create func(context.Context) (T, error),
) (value T, err error) {
	r.err = errPanicked
	defer func() { s.finish(r) }()
	value, err = carryOutOnce(ctx, s, r, create)
	if r.value, r.err = value, err; errors.Is(err, errLeft) {
		r.err, err = errLeft, ctx.Err()
	}
	return value, err
}

// claim finds or makes the record of a key; first reports whether the caller is to fill it. It is nil if the key
// belongs to another input.
func (s *Store) claim(id id, member int64, input [sha256.Size]byte) (r *record, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for s.order.Len() > 0 && !now.Before(oldest(s.order).expires) {
		s.forget(oldest(s.order))
	}
	if found := s.records[id]; found != nil {
		if found.input != input {
			return nil, false
		}
		return found, false
	}
	r = &record{id: id, member: member, input: input, done: make(chan struct{}), expires: now.Add(ttl)}
	if s.members[member] == nil {
		s.members[member] = &share{order: linked.New()}
	}
	s.records[id], r.all, r.own = r, s.order.PushBack(r), s.members[member].order.PushBack(r)
	s.weigh(r, recordOverhead)
	return r, true
}

// finish lets those who wait go on. Only an outcome is kept: what certainly came to nothing may be tried again.
func (s *Store) finish(r *record) {
	size := recordOverhead + sizeOf(r.value)
	if node, ok := r.value.(interface{ NodeRef() circleclient.Ref }); ok && s.read != nil && r.err == nil &&
		size > maxValue {
		r.ref, r.value, size = node.NodeRef(), nil, recordOverhead
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(r.done)
	if r.all == nil { // forgotten meanwhile
		return
	}
	if r.err != nil && !circleclient.OutcomeUnknown(r.err) {
		s.forget(r)
		return
	}
	s.weigh(r, size)
}

// weigh says how much memory a record takes, and forgets the oldest of its member until there is room. Only if that
// member has no other, and all have filled the memory together, it takes one of the member who has most.
func (s *Store) weigh(r *record, bytes int) {
	own := s.members[r.member]
	s.bytes += bytes - r.bytes
	own.bytes += bytes - r.bytes
	r.bytes = bytes
	for own.order.Len() > maxOwnRecords || own.bytes > maxOwnBytes {
		s.forget(oldest(own.order))
	}
	for s.order.Len() > maxRecords || s.bytes > maxBytes {
		most := own
		if own.order.Len() <= 1 {
			most = s.greatest()
		}
		s.forget(oldest(most.order))
	}
}

func oldest(order *linked.List) *record {
	r, _ := order.Front().Value.(*record)
	return r
}

// greatest is the share of the member of whom most is remembered.
func (s *Store) greatest() (most *share) {
	for _, share := range s.members {
		if most == nil || share.bytes > most.bytes {
			most = share
		}
	}
	return most
}

func (s *Store) forget(r *record) {
	own := s.members[r.member]
	s.order.Remove(r.all)
	own.order.Remove(r.own)
	r.all, r.own = nil, nil
	delete(s.records, r.id)
	s.bytes -= r.bytes
	own.bytes -= r.bytes
	if own.order.Len() == 0 {
		delete(s.members, r.member)
	}
}

// sizeOf is about how many bytes a value takes.
func sizeOf(value any) int {
	text, err := json.Marshal(value)
	if err != nil {
		return math.MaxInt32 // what cannot be weighed is not kept
	}
	return len(text)
}
