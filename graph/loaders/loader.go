package loaders

import (
	"context"
	"sync"
	"time"

	"circlegraph/circleclient"
)

// batchWait is how long a batch waits for keys that nobody has announced.
const batchWait = time.Millisecond

// Batch is a loader of things that Circle answers many at once. A timer alone would make the number of requests a
// matter of luck: under load, the fields of a long list do not all run within a millisecond. So the resolver of a list
// announces with [Batch.Expect] what the fields beneath may ask for, and the first of them to ask asks for all.
type Batch[K comparable, V any] struct {
	ctx   context.Context
	group func(K) int64 // keys of one group are asked together
	fetch func(context.Context, []K) map[K]Result[V]

	mu       sync.Mutex
	expected map[int64][]K
	open     map[int64]*flight[K, V] // still taking keys
	flights  map[K]*flight[K, V]
}

// Result is what was found for a key, or why nothing was.
type Result[V any] struct {
	Value V
	Err   error
}

// flight is one request for many keys.
type flight[K comparable, V any] struct {
	keys    []K
	done    chan struct{}
	results map[K]Result[V]
}

func newBatch[K comparable, V any](
	ctx context.Context, group func(K) int64, fetch func(context.Context, []K) map[K]Result[V],
) *Batch[K, V] {
	return &Batch[K, V]{
		ctx: ctx, group: group, fetch: fetch,
		expected: map[int64][]K{}, open: map[int64]*flight[K, V]{}, flights: map[K]*flight[K, V]{},
	}
}

// Expect announces keys that may be asked for. By itself it asks for nothing.
func (b *Batch[K, V]) Expect(keys ...K) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range keys {
		g := b.group(k)
		b.expected[g] = append(b.expected[g], k)
	}
}

// Prime remembers what is known of a key already, unless it is being asked for. The value must be all that a request
// would give.
func (b *Batch[K, V]) Prime(key K, value V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.flights[key] != nil {
		return
	}
	f := &flight[K, V]{done: make(chan struct{}), results: map[K]Result[V]{key: {Value: value}}}
	close(f.done)
	b.flights[key] = f
}

// Load gives what belongs to a key: ErrNotFound where Circle has no answer for it.
func (b *Batch[K, V]) Load(key K) (V, error) {
	b.mu.Lock()
	f := b.flights[key]
	if f == nil {
		f = b.board(key)
	}
	b.mu.Unlock()
	<-f.done
	r, ok := f.results[key]
	if !ok {
		r.Err = errMissing()
	}
	return r.Value, r.Err
}

// board puts a key and all that are expected with it on the open flight of its group, or on a new one.
func (b *Batch[K, V]) board(key K) *flight[K, V] {
	g := b.group(key)
	f := b.open[g]
	if f == nil {
		f = &flight[K, V]{done: make(chan struct{})}
		b.open[g] = f
		time.AfterFunc(batchWait, func() { b.depart(g, f) })
	}
	for _, k := range append(b.expected[g], key) {
		if b.flights[k] == nil {
			b.flights[k] = f
			f.keys = append(f.keys, k)
		}
	}
	delete(b.expected, g)
	return f
}

// depart closes a flight and asks for its keys.
func (b *Batch[K, V]) depart(group int64, f *flight[K, V]) {
	b.mu.Lock()
	delete(b.open, group)
	b.mu.Unlock()
	defer close(f.done)
	defer func() {
		if p := recover(); p != nil { // nobody above this goroutine would
			f.results = answered(f.keys, nil, func(V) (none K) { return none }, circleclient.Panicked(p))
		}
	}()
	f.results = b.fetch(b.ctx, f.keys)
}

// errMissing is a key that Circle did not answer.
func errMissing() error {
	return &circleclient.Error{Kind: circleclient.ErrNotFound, Operation: "batch"}
}

// together gives one group to all keys.
func together[K any](K) int64 { return 0 }

// homeApart gives one group to all spaces but the home space, whose number is 0.
func homeApart(spaceID int64) int64 {
	if spaceID == 0 {
		return 0
	}
	return 1
}

// answered pairs what a request for many keys gave with the keys; an error is the error of each.
func answered[K comparable, V any](keys []K, values []V, key func(V) K, err error) map[K]Result[V] {
	results := make(map[K]Result[V], len(keys))
	if err != nil {
		for _, k := range keys {
			results[k] = Result[V]{Err: err}
		}
		return results
	}
	for _, v := range values {
		results[key(v)] = Result[V]{Value: v}
	}
	return results
}

// alone asks for the keys that have no result yet, each by itself and side by side.
func alone[K comparable, V any](
	ctx context.Context, keys []K, results map[K]Result[V], fetch func(context.Context, K) (V, error),
) {
	var mu sync.Mutex
	var wait sync.WaitGroup
	for _, key := range keys {
		mu.Lock()
		_, found := results[key]
		mu.Unlock()
		if found {
			continue
		}
		wait.Go(func() {
			v, err := safely(ctx, key, fetch)
			mu.Lock()
			defer mu.Unlock()
			results[key] = Result[V]{v, err}
		})
	}
	wait.Wait()
}
