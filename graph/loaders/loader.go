package loaders

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"circlegraph/circleclient"
	"circlegraph/internal/panics"
)

// batchWait is how long a batch waits for keys that nobody has announced.
const batchWait = time.Millisecond

// Loader reads values by key, each key once. What has been read, errors too, is remembered.
//
// If Circle answers many keys at once, a timer by itself would make the number of requests a matter of luck: under
// load, the fields of a long list do not all run within a millisecond. So whoever makes a list announces with
// [Loader.Expect] what the fields beneath may ask for, and the first of them to ask asks for all.
type Loader[K comparable, V any] struct {
	in    *Loaders // those of the same response
	name  string   // what it reads, for the observer, which is not told of it if it has none
	one   func(context.Context, K) (V, error)
	list  func(context.Context, []K) ([]V, error) // nil if Circle answers only one key at a time
	is    func(K, V) bool                         // reports whether a value of the list belongs to a key
	group func(K) int64                           // keys of one group are asked together; nil if there is only one group
	limit int                                     // most keys that are asked together; 0 for any number
	// listed gives what a list has carried of a key a moment ago, if that has all these parts; nil if no list does. whole
	// are the parts that a read gives.
	listed func(context.Context, K, circleclient.Part) (V, bool)
	whole  circleclient.Part

	mu     sync.Mutex
	reads  map[lookup[K]]read[V] // made when needed, like groups and known
	known  map[parts[K]]V        // what lists had
	groups map[int64]*batching[K, V]
}

// lookup is a key and whether it is read by itself.
type lookup[K comparable] struct {
	key    K
	itself bool
}

// parts are parts of what belongs to a key.
type parts[K comparable] struct {
	key   K
	needs circleclient.Part
}

// read waits for what is being read.
type read[V any] = func() (V, error)

// batching gathers the keys of a group.
type batching[K comparable, V any] struct {
	expected []K
	batches  *dataloader.Loader[K, V]
}

// one makes a loader that reads each key by itself, without any wait.
func one[K comparable, V any](in *Loaders, name string, fetch func(context.Context, K) (V, error)) *Loader[K, V] {
	return &Loader[K, V]{in: in, name: name, one: fetch}
}

// many makes a loader of what Circle answers many at once. It reads a single key by itself. Of several it looks first
// into the list, which may be only the beginning of a longer one, and reads those by themselves that are not there.
// With an error of the list, the keys that are not there have this error.
func many[K comparable, V any](
	in *Loaders, name string, list func(context.Context, []K) ([]V, error), is func(K, V) bool,
	fetch func(context.Context, K) (V, error),
) *Loader[K, V] {
	return &Loader[K, V]{in: in, name: name, one: fetch, list: list, is: is}
}

// by asks only keys of one group together.
func (l *Loader[K, V]) by(group func(K) int64) *Loader[K, V] {
	l.group = group
	return l
}

// atMost asks only so many keys together.
func (l *Loader[K, V]) atMost(keys int) *Loader[K, V] {
	l.limit = keys
	return l
}

// or lets lists answer that the caller was given a moment ago.
func (l *Loader[K, V]) or(
	listed func(context.Context, K, circleclient.Part) (V, bool), whole circleclient.Part,
) *Loader[K, V] {
	l.listed, l.whole = listed, whole
	return l
}

// Load returns what belongs to a key. It is ErrNotFound if Circle has no answer for it.
func (l *Loader[K, V]) Load(ctx context.Context, key K) (V, error) {
	return l.LoadPart(ctx, key, l.whole)
}

// LoadPart is Load if only some parts are needed: what a list has carried of the key a moment ago may suffice.
func (l *Loader[K, V]) LoadPart(ctx context.Context, key K, needs circleclient.Part) (V, error) {
	return l.join(ctx, key, needs)()
}

// LoadFull returns what a key gives if it is read by itself, for the parts that the rows of the list lack.
func (l *Loader[K, V]) LoadFull(ctx context.Context, key K) (V, error) {
	return l.itself(ctx, key, l.one)()
}

// Begin starts to read a key, without waiting for it.
func (l *Loader[K, V]) Begin(ctx context.Context, key K) {
	read := l.join(ctx, key, l.whole)
	go func() { _, _ = read() }() // whoever loads the key gets the outcome
}

// Begun reports whether a key has been asked for.
func (l *Loader[K, V]) Begun(key K) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.reads[l.lookup(key)] != nil
}

// Expect announces keys that may be asked for. By itself it asks for nothing.
func (l *Loader[K, V]) Expect(keys ...K) {
	if l.list == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, k := range keys {
		b := l.batching(k)
		b.expected = append(b.expected, k)
	}
}

// Prime remembers what is known of a key already, unless it has been asked for. The value must be all that a request
// would give.
func (l *Loader[K, V]) Prime(key K, value V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := l.lookup(key); l.reads[at] == nil {
		l.keep(at, func() (V, error) { return value, nil })
	}
}

// Clear forgets a key, which is then read again.
func (l *Loader[K, V]) Clear(key K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.reads, lookup[K]{key, false})
	delete(l.reads, lookup[K]{key, true})
	maps.DeleteFunc(l.known, func(p parts[K], _ V) bool { return p.key == key })
}

// lookup is where Load finds a key.
func (l *Loader[K, V]) lookup(key K) lookup[K] { return lookup[K]{key, l.list == nil} }

// keep remembers a read.
func (l *Loader[K, V]) keep(at lookup[K], r read[V]) read[V] {
	if l.reads == nil {
		l.reads = map[lookup[K]]read[V]{}
	}
	l.reads[at] = r
	return r
}

// join puts a key and all that are expected with it on the open batch of its group, unless a list has what is needed.
func (l *Loader[K, V]) join(ctx context.Context, key K, needs circleclient.Part) read[V] {
	l.mu.Lock()
	if known := l.reads[l.lookup(key)]; known != nil {
		l.mu.Unlock()
		return known
	}
	if value, ok := l.find(key, needs); ok {
		l.mu.Unlock()
		return func() (V, error) { return value, nil }
	}
	if l.list == nil {
		l.mu.Unlock()
		return l.itself(ctx, key, l.one)
	}
	defer l.mu.Unlock()
	b := l.batching(key)
	var later []K
	for _, k := range append(b.expected, key) {
		if l.reads[l.lookup(k)] != nil {
			continue
		}
		if _, ok := l.find(k, needs); ok && k != key {
			later = append(later, k) // if more of it is needed than that
			continue
		}
		l.keep(l.lookup(k), shared(b.batches.Load(ctx, k)))
	}
	b.expected = later
	return l.reads[l.lookup(key)]
}

// find finds what a list has carried of a key, the same for all of the response.
func (l *Loader[K, V]) find(key K, needs circleclient.Part) (value V, ok bool) {
	if l.listed == nil {
		return value, false
	}
	at := parts[K]{key, needs}
	if value, ok = l.known[at]; ok {
		return value, true
	}
	if value, ok = l.listed(l.in.ctx, key, needs); ok {
		if l.known == nil {
			l.known = map[parts[K]]V{}
		}
		l.known[at] = value
	}
	return value, ok
}

// itself is the read of a key by itself, which the first one to wait for it carries out. It belongs to what asked.
func (l *Loader[K, V]) itself(asked context.Context, key K, fetch func(context.Context, K) (V, error)) read[V] {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := lookup[K]{key, true}
	if known := l.reads[at]; known != nil {
		return known
	}
	return l.keep(at, shared(func() (V, error) {
		ctx, end := l.observed(asked, 1)
		value, err := guarded(ctx, key, fetch)
		end(err)
		return value, err
	}))
}

// batching finds the group of a key.
func (l *Loader[K, V]) batching(key K) *batching[K, V] {
	var group int64
	if l.group != nil {
		group = l.group(key)
	}
	b := l.groups[group]
	if b == nil {
		b = &batching[K, V]{batches: dataloader.NewBatchedLoader(l.run, dataloader.WithCache(&dataloader.NoCache[K, V]{}),
			dataloader.WithWait[K, V](batchWait), dataloader.WithBatchCapacity[K, V](l.limit),
			dataloader.WithInputCapacity[K, V](circleclient.MaxPerPage))}
		if l.groups == nil {
			l.groups = map[int64]*batching[K, V]{}
		}
		l.groups[group] = b
	}
	return b
}

// observed tells the observer of a batch, and returns the context to read it with and what to call at its end.
func (l *Loader[K, V]) observed(asked context.Context, keys int) (context.Context, func(error)) {
	if l.in.observe == nil || l.name == "" {
		return l.in.ctx, func(error) {}
	}
	return l.in.observe(l.in.ctx, asked, l.name, keys)
}

// run reads the keys of a batch.
func (l *Loader[K, V]) run(asked context.Context, keys []K) []*dataloader.Result[V] {
	var rows []V
	var err error
	if len(keys) > 1 {
		ctx, end := l.observed(asked, len(keys))
		defer func() { end(err) }()
		rows, err = guarded(ctx, keys, l.list)
		asked = ctx
	}
	results, pointers := make([]dataloader.Result[V], len(keys)), make([]*dataloader.Result[V], len(keys))
	var reads sync.WaitGroup
	for i, key := range keys {
		result := &results[i]
		pointers[i] = result
		if at := slices.IndexFunc(rows, func(v V) bool { return l.is(key, v) }); at >= 0 {
			result.Data = rows[at]
		} else if err != nil {
			result.Error = err
		} else {
			reads.Go(func() { result.Data, result.Error = l.itself(asked, key, l.one)() })
		}
	}
	reads.Wait()
	return pointers
}

// guarded is fetch in a goroutine of a loader, above which nobody would catch a panic.
func guarded[K, V any](ctx context.Context, key K, fetch func(context.Context, K) (V, error)) (_ V, err error) {
	defer panics.Recover(&err)
	return fetch(ctx, key)
}

// shared carries fetch out for the first caller; the others wait for the outcome. In contrast to [sync.OnceValues],
// which holds a mutex meanwhile, they wait on a channel, as tests in made-up time need it.
func shared[V any](fetch func() (V, error)) read[V] {
	var started atomic.Bool
	var value V
	var err error
	done := make(chan struct{})
	return func() (V, error) {
		if started.CompareAndSwap(false, true) {
			defer close(done)
			value, err = fetch()
		} else {
			<-done
		}
		return value, err
	}
}
