package tokens

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"circlegraph/circleclient"
)

const (
	// MaxRevocationAge is how long a revoked token is remembered at most: Circle's access tokens live as long.
	MaxRevocationAge = time.Hour
	// DefaultRevocationLimit is how many revoked tokens are remembered at a time; they take some 15 MB.
	DefaultRevocationLimit = 100_000
)

// Revocations are the tokens that this process no longer accepts, although they may look alive. The list is a short
// cut: Circle refuses a revoked token by itself, and its word always counts.
type Revocations interface {
	// Add refuses token until then, but no longer than [MaxRevocationAge] from now.
	Add(ctx context.Context, token string, until time.Time) error
	// Contains reports whether token is refused now. It runs before every call to Circle and so answers from memory:
	// an implementation that shares its list among processes keeps a copy.
	Contains(token string) bool
}

// MemoryRevocations keeps hashes of tokens in memory. Beyond its limit it forgets those that end first. It is safe for
// concurrent use.
type MemoryRevocations struct {
	now   func() time.Time
	limit int

	mu      sync.RWMutex
	byToken map[circleclient.TokenHash]*revocation
	byEnd   revocationHeap
}

// NewMemoryRevocations makes an empty list for up to limit tokens, [DefaultRevocationLimit] if limit is not
// positive.
func NewMemoryRevocations(limit int, now func() time.Time) *MemoryRevocations {
	if limit <= 0 {
		limit = DefaultRevocationLimit
	}
	return &MemoryRevocations{now: now, limit: limit, byToken: map[circleclient.TokenHash]*revocation{}}
}

// Add implements [Revocations]. It never fails.
func (m *MemoryRevocations) Add(_ context.Context, token string, until time.Time) error {
	m.AddHash(circleclient.HashToken(token), until)
	return nil
}

// AddHash is Add for who knows only the hash of a token.
func (m *MemoryRevocations) AddHash(hash circleclient.TokenHash, until time.Time) {
	now := m.now()
	if latest := now.Add(MaxRevocationAge); until.After(latest) {
		until = latest
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.byEnd) > 0 && !now.Before(m.byEnd[0].until) {
		m.forgetFirst()
	}
	if !now.Before(until) {
		return
	}
	if known, ok := m.byToken[hash]; ok {
		if until.After(known.until) {
			known.until = until
			heap.Fix(&m.byEnd, known.index)
		}
		return
	}
	added := &revocation{hash: hash, until: until}
	m.byToken[hash] = added
	heap.Push(&m.byEnd, added)
	for len(m.byEnd) > m.limit {
		m.forgetFirst()
	}
}

// Contains implements [Revocations].
func (m *MemoryRevocations) Contains(token string) bool {
	hash := circleclient.HashToken(token)
	m.mu.RLock()
	defer m.mu.RUnlock()
	known, ok := m.byToken[hash]
	return ok && m.now().Before(known.until)
}

// Len is how many tokens are held, those included that have ended since the last Add.
func (m *MemoryRevocations) Len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.byEnd)
}

func (m *MemoryRevocations) forgetFirst() {
	if first, ok := heap.Pop(&m.byEnd).(*revocation); ok {
		delete(m.byToken, first.hash)
	}
}

type revocation struct {
	hash  circleclient.TokenHash
	until time.Time
	index int
}

// revocationHeap implements [heap.Interface]: the one that ends first is first.
type revocationHeap []*revocation

func (h revocationHeap) Len() int           { return len(h) }
func (h revocationHeap) Less(i, j int) bool { return h[i].until.Before(h[j].until) }
func (h revocationHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push is for package heap.
func (h *revocationHeap) Push(x any) {
	if added, ok := x.(*revocation); ok {
		added.index = len(*h)
		*h = append(*h, added)
	}
}

// Pop is for package heap.
func (h *revocationHeap) Pop() any {
	last := len(*h) - 1
	popped := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return popped
}
