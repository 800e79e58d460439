package loaders

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"circlegraph/circleclient"
	"circlegraph/internal/panics"
)

// batchWait is how long a batch waits for keys that nobody has announced.
const batchWait = time.Millisecond

// Loader reads values by key, each key once. What has been read, errors too, is remembered.
//
// If Circle answers many keys at once, only a timer would make the number of requests a matter of luck: under load, the
// fields of a long list do not all run within a millisecond. So whoever makes a list announces with [Loader.Expect]
// what the fields beneath may ask for, and the first of them to ask asks for all.
type Loader[K comparable, V any] struct {
	ctx   context.Context
	one   func(context.Context, K) (V, error)
	list  func(context.Context, []K) ([]V, error) // nil if Circle answers only one key at a time
	is    func(K, V) bool                         // reports whether a value of the list belongs to a key
	group func(K) int64                           // keys of one group are asked together; nil if there is only one group
	limit int                                     // most keys that are asked together; 0 for any number

	mu     sync.Mutex
	known  dataloader.Cache[K, V]    // what Load has been asked for
	full   *dataloader.Loader[K, V]  // reads each key by itself
	groups map[int64]*batching[K, V] // by group
}

// batching gathers the keys of a group.
type batching[K comparable, V any] struct {
	expected []K
	batches  *dataloader.Loader[K, V]
}

// one makes a loader that reads each key by itself, without any wait.
func one[K comparable, V any](ctx context.Context, fetch func(context.Context, K) (V, error)) *Loader[K, V] {
	return &Loader[K, V]{ctx: ctx, one: fetch}
}

// many makes a loader of what Circle answers many at once. It reads a single key by itself. Of several it looks first
// into the list, which may be only the beginning of a longer one, and reads those by themselves that are not there.
// With an error of the list, the keys that are not there have this error.
func many[K comparable, V any](
	ctx context.Context, list func(context.Context, []K) ([]V, error), is func(K, V) bool,
	fetch func(context.Context, K) (V, error),
) *Loader[K, V] {
	return &Loader[K, V]{ctx: ctx, one: fetch, list: list, is: is}
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

// Load returns what belongs to a key. It is ErrNotFound if Circle has no answer for it.
func (l *Loader[K, V]) Load(ctx context.Context, key K) (V, error) { return l.join(ctx, key)() }

// LoadFull returns what a key gives if it is read by itself, for the parts that the rows of the list lack.
func (l *Loader[K, V]) LoadFull(ctx context.Context, key K) (V, error) { return l.alone(ctx, key)() }

// Begin starts to read a key, without waiting for it.
func (l *Loader[K, V]) Begin(ctx context.Context, key K) { l.join(ctx, key) }

// Begun reports whether a key has been asked for.
func (l *Loader[K, V]) Begun(ctx context.Context, key K) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, begun := l.cache().Get(ctx, key)
	return begun
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
func (l *Loader[K, V]) Prime(ctx context.Context, key K, value V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.cache().Get(ctx, key); !known {
		l.cache().Set(ctx, key, func() (V, error) { return value, nil })
	}
}

// Clear forgets a key, which is then read again.
func (l *Loader[K, V]) Clear(ctx context.Context, key K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cache().Delete(ctx, key)
	l.itself().Clear(ctx, key)
}

// join puts a key and all that are expected with it on the open batch of its group.
func (l *Loader[K, V]) join(ctx context.Context, key K) dataloader.Thunk[V] {
	if l.list == nil {
		return l.alone(ctx, key)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if known, ok := l.cache().Get(ctx, key); ok {
		return known
	}
	b := l.batching(key)
	if b.batches == nil {
		b.batches = dataloader.NewBatchedLoader(l.run, dataloader.WithCache(l.cache()),
			dataloader.WithWait[K, V](batchWait), dataloader.WithBatchCapacity[K, V](l.limit),
			dataloader.WithInputCapacity[K, V](circleclient.MaxPerPage))
	}
	for _, k := range b.expected {
		b.batches.Load(ctx, k)
	}
	b.expected = nil
	return b.batches.Load(ctx, key)
}

// single starts to read a key by itself.
func (l *Loader[K, V]) alone(ctx context.Context, key K) dataloader.Thunk[V] {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.itself().Load(ctx, key)
}

// itself is the loader that reads each key by itself. It and the next two need the lock.
func (l *Loader[K, V]) itself() *dataloader.Loader[K, V] {
	if l.full != nil {
		return l.full
	}
	cache := l.cache()
	if l.list != nil { // which keeps rows of the list
		cache = dataloader.NewCache[K, V]()
	}
	l.full = dataloader.NewBatchedLoader(func(_ context.Context, keys []K) []*dataloader.Result[V] {
		v, err := guarded(l.ctx, keys[0], l.one) //nolint:contextcheck // the operation's, see New
		return []*dataloader.Result[V]{{Data: v, Error: err}}
	}, dataloader.WithCache(cache), dataloader.WithBatchCapacity[K, V](1), dataloader.WithInputCapacity[K, V](1))
	return l.full
}

func (l *Loader[K, V]) cache() dataloader.Cache[K, V] {
	if l.known == nil {
		l.known = dataloader.NewCache[K, V]()
	}
	return l.known
}

func (l *Loader[K, V]) batching(key K) *batching[K, V] {
	var group int64
	if l.group != nil {
		group = l.group(key)
	}
	b := l.groups[group]
	if b == nil {
		if l.groups == nil {
			l.groups = map[int64]*batching[K, V]{}
		}
		b = &batching[K, V]{}
		l.groups[group] = b
	}
	return b
}

// run reads the keys of a batch.
func (l *Loader[K, V]) run(ctx context.Context, keys []K) []*dataloader.Result[V] {
	var rows []V
	var err error
	if len(keys) > 1 {
		rows, err = guarded(l.ctx, keys, l.list) //nolint:contextcheck // the operation's, see New
	}
	results := make([]*dataloader.Result[V], len(keys))
	reads := make([]dataloader.Thunk[V], len(keys)) // side by side
	for i, key := range keys {
		if at := slices.IndexFunc(rows, func(v V) bool { return l.is(key, v) }); at >= 0 {
			results[i] = &dataloader.Result[V]{Data: rows[at]}
		} else if err != nil {
			results[i] = &dataloader.Result[V]{Error: err}
		} else {
			reads[i] = l.alone(ctx, key)
		}
	}
	for i, read := range reads {
		if read != nil {
			v, err := read()
			results[i] = &dataloader.Result[V]{Data: v, Error: err}
		}
	}
	return results
}

// guarded is fetch in a goroutine of a loader, above which nobody would catch a panic.
func guarded[K, V any](ctx context.Context, key K, fetch func(context.Context, K) (V, error)) (_ V, err error) {
	defer panics.Recover(&err)
	return fetch(ctx, key)
}
