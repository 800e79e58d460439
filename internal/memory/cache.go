package memory

import (
	"context"

	"github.com/maypok86/otter/v2"

	"circlegraph/internal/inline"
)

// Cache keeps values by texts, up to a weight in bytes; those of the least use go first. It is safe for concurrent use.
type Cache[V any] struct{ values *otter.Cache[string, V] }

// NewCache makes an empty cache. weigh says what a value takes beside its key.
func NewCache[V any](size int64, weigh func(key string, value V) int64) *Cache[V] {
	return &Cache[V]{otter.Must(&otter.Options[string, V]{
		MaximumWeight: uint64(max(size, 0)),
		Weigher: func(key string, value V) uint32 {
			return uint32(min(int64(len(key))+weigh(key, value)+entry, 1<<31)) //nolint:gosec // it is in the range
		},
		Executor: inline.Executor,
	})}
}

// entry is what a value takes by being kept.
const entry = 200

// Get returns the value of a text.
func (c *Cache[V]) Get(_ context.Context, key string) (value V, ok bool) {
	return c.values.GetIfPresent(key)
}

// Add keeps the value of a text.
func (c *Cache[V]) Add(_ context.Context, key string, value V) { c.values.Set(key, value) }
