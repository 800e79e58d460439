// Package memory bounds the bytes that a process holds for its clients at a time: what they send, what that becomes,
// their answers and their streams. All of it is weighed against one number, so that load is refused before memory is.
package memory

import (
	"context"
	"net/netip"
	"sync"

	"circlegraph/internal/network"
)

const (
	// Free is how many bytes of each hold are not weighed. A sign-in fits in, so nobody keeps others from it.
	Free = 32 << 10
	// unprovenShare is the part of the budget, one of so many, that all holds together may have for which no member
	// vouches, and networkShare is the part of that for those of one network, see [network.Around].
	unprovenShare = 3
	networkShare  = 2
	// streamShare is how much more of both there is for streams, one of so many: who came first makes room for newcomers
	// there, as bodies that are held back do not.
	streamShare = 4
	// ownerShare is the part of the budget that the holds of one member may have.
	ownerShare = 2
)

// Budget is a number of bytes that holds share. It is safe for concurrent use. A nil budget has no end.
type Budget struct {
	size int64

	mu             sync.Mutex
	used, unproven int64
	byNetwork      map[netip.Prefix]int64 // of the unproven; what is not from anywhere is in the zero network
	byOwner        map[string]int64
}

// New makes a budget.
func New(size int64) *Budget {
	return &Budget{size: size, byNetwork: map[netip.Prefix]int64{}, byOwner: map[string]int64{}}
}

// Used is how many bytes are held.
func (b *Budget) Used() int64 {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Hold is what one request or stream holds. It is safe for concurrent use. A nil hold takes anything.
type Hold struct {
	budget   *Budget
	networks []netip.Prefix // that share a limit, the narrowest first; none if a member vouched from the beginning
	owner    string         // the member whose it is; empty if nobody's in particular
	free     int64
	stream   bool

	proven bool  // under the lock of the budget, as what follows
	n      int64 // with what is free
	ended  bool
}

// Hold begins a hold of nothing, for a client in a network as [network.Of] gives it. If no member vouches for it, only
// a third of the budget is there for it and all of its kind, and half of that for its network and for each one around.
func (b *Budget) Hold(of netip.Prefix, proven bool) *Hold {
	if b == nil {
		return nil
	}
	h := &Hold{budget: b, free: Free, proven: proven}
	if proven {
		return h
	}
	if h.networks = network.Around(of.Addr()); h.networks == nil {
		h.networks = []netip.Prefix{of}
	}
	return h
}

// Stream begins the hold of a stream. If no member vouches for it there is a quarter more than for others.
func (b *Budget) Stream(of netip.Prefix, proven bool) *Hold {
	h := b.Hold(of, proven)
	if h != nil {
		h.stream = true
	}
	return h
}

// Another begins another hold of the same client, which ends by itself.
func (h *Hold) Another() *Hold {
	if h == nil {
		return nil
	}
	h.budget.mu.Lock()
	proven, owner := h.proven, h.owner
	h.budget.mu.Unlock()
	return (&Hold{budget: h.budget, networks: h.networks, free: Free, proven: proven}).Of(owner)
}

// Of notes whose the hold is, who may have half of the budget; empty for nobody in particular. It returns the hold.
func (h *Hold) Of(owner string) *Hold {
	if h == nil {
		return nil
	}
	h.budget.mu.Lock()
	defer h.budget.mu.Unlock()
	n := h.weight()
	h.change(-n)
	h.owner = owner
	h.change(n)
	return h
}

// Add holds n bytes more, and reports whether there is room for them. If not, nothing has changed.
func (h *Hold) Add(n int64) bool {
	_, ok := h.AddIn(n)
	return ok
}

// AddIn is Add. If there is no room it says where: in the network whose share is used up, the narrowest, or nowhere at
// all, which is the zero network.
func (h *Hold) AddIn(n int64) (full netip.Prefix, ok bool) {
	if h == nil {
		return full, true
	}
	return h.add(n, false)
}

// Force holds n bytes more, whether or not there is room: for what cannot be refused any more.
func (h *Hold) Force(n int64) {
	if h != nil {
		h.add(n, true)
	}
}

func (h *Hold) add(n int64, force bool) (full netip.Prefix, ok bool) {
	b := h.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	if h.ended { // what still goes on for it is given up, and nobody would give this back
		return full, true
	}
	more := max(0, h.n+n-h.free) - h.weight()
	if !force && more > 0 {
		if full, ok = h.room(more); !ok {
			return full, false
		}
	}
	h.n += n
	h.change(more)
	return full, true
}

// room reports whether there is room for more, and if not, where.
func (h *Hold) room(more int64) (full netip.Prefix, ok bool) {
	b := h.budget
	if b.used+more > b.size || h.owner != "" && b.byOwner[h.owner]+more > b.size/ownerShare {
		return full, false
	}
	if h.proven {
		return full, true
	}
	shared := b.size / unprovenShare
	if h.stream {
		shared += shared / streamShare
	}
	for _, in := range h.networks {
		if b.byNetwork[in]+more > shared/networkShare {
			return in, false
		}
	}
	return full, b.unproven+more <= shared
}

// weight is what the budget counts of the hold.
func (h *Hold) weight() int64 { return max(0, h.n-h.free) }

// change notes that the weight of the hold has grown.
func (h *Hold) change(more int64) {
	b := h.budget
	b.used += more
	if h.owner != "" {
		if b.byOwner[h.owner] += more; b.byOwner[h.owner] == 0 {
			delete(b.byOwner, h.owner)
		}
	}
	if h.proven {
		return
	}
	b.unproven += more
	for _, in := range h.networks {
		if b.byNetwork[in] += more; b.byNetwork[in] == 0 {
			delete(b.byNetwork, in)
		}
	}
}

// Prove notes that a member vouches for the hold from here on.
func (h *Hold) Prove() {
	if h == nil {
		return
	}
	h.budget.mu.Lock()
	defer h.budget.mu.Unlock()
	if h.proven {
		return
	}
	n := h.weight()
	h.change(-n)
	h.proven = true
	h.change(n)
}

// Release gives n bytes back.
func (h *Hold) Release(n int64) {
	if h == nil {
		return
	}
	h.budget.mu.Lock()
	defer h.budget.mu.Unlock()
	before := h.weight()
	h.n = max(0, h.n-n)
	h.change(h.weight() - before)
}

// End gives all back.
func (h *Hold) End() {
	if h == nil {
		return
	}
	h.budget.mu.Lock()
	defer h.budget.mu.Unlock()
	h.change(-h.weight())
	h.n, h.ended = 0, true
}

type holdKey struct{}

// With returns a context whose work is weighed by a hold.
func With(ctx context.Context, h *Hold) context.Context { return context.WithValue(ctx, holdKey{}, h) }

// From returns the hold of a context; nil, which takes anything, if it has none.
func From(ctx context.Context) *Hold {
	h, _ := ctx.Value(holdKey{}).(*Hold)
	return h
}
