package memory

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

var (
	here  = netip.MustParsePrefix("192.0.2.1/32")
	there = netip.MustParsePrefix("2001:db8:1:1::/64")
	third = netip.MustParsePrefix("192.0.2.3/32")
)

const kb = 1 << 10

// Members may have all of the budget, everybody else a third of it, and a network half of that.
func TestBudgetIsShared(t *testing.T) {
	b := New(600 * kb)
	first := b.Hold(here, false)
	if !first.Add(Free+100*kb) || first.Add(1) || !first.Add(0) {
		t.Error("a network has not 100 kB, or more")
	}
	second := b.Hold(here, false)
	if !second.Add(Free) || second.Add(1) {
		t.Error("what is free is weighed, or another request of the network has more")
	}
	other := b.Hold(there, false)
	if !other.Add(Free+100*kb) || b.Hold(third, false).Add(Free+1) {
		t.Error("all networks together have not 200 kB, or more")
	}
	member := b.Hold(here, true) // nobody's in particular, such as a server's
	if !member.Add(Free+400*kb) || member.Add(1) || b.Used() != 600*kb {
		t.Errorf("a member does not get the rest: %d are used", b.Used())
	}
	member.Force(50 * kb)
	member.Release(51 * kb)
	if !member.Add(kb) || member.Add(1) {
		t.Error("what was given back is not there again")
	}
	first.End()
	if b.Used() != 500*kb || !second.Add(100*kb) {
		t.Errorf("%d are used after an end, want 500 kB and place for the network", b.Used())
	}
	for _, h := range []*Hold{first, second, other, member} {
		h.End()
		h.End()
	}
	if b.Used() != 0 || b.unproven != 0 || len(b.byNetwork) != 0 {
		t.Errorf("after the end %d are used, %d of them unproven, in %d networks", b.Used(), b.unproven, len(b.byNetwork))
	}
}

// For whom a member vouches leaves the share of the others.
func TestProvenHoldsLeaveTheShare(t *testing.T) {
	b := New(600 * kb)
	h := b.Hold(here, false)
	if !h.Add(Free+100*kb) || h.Add(kb) {
		t.Fatal("a network has not 100 kB, or more")
	}
	h.Prove()
	h.Prove()
	if !h.Add(kb) || !b.Hold(here, false).Add(Free+100*kb) || b.Used() != 201*kb {
		t.Errorf("the share is still taken: %d are used", b.Used())
	}
}

// One member has half of the budget, however many requests they make, from wherever.
func TestMemberHasHalf(t *testing.T) {
	b := New(600 * kb)
	first, second := b.Hold(here, true).Of("7"), b.Hold(there, false)
	if !first.Add(Free+200*kb) || !second.Add(Free) {
		t.Fatal("a member has not 200 kB")
	}
	second.Of("7").Prove()
	if second.Add(101*kb) || !second.Add(100*kb) || first.Another().Add(Free+1) {
		t.Error("a member has not 300 kB, or more")
	}
	other := b.Hold(here, true).Of("8")
	if !other.Add(Free + 300*kb) {
		t.Error("there is no room for another member")
	}
	if second.Force(kb); second.Add(1) {
		t.Error("what was forced is not counted")
	}
	for _, h := range []*Hold{first, second, other} {
		h.End()
	}
	if b.Used() != 0 || len(b.byOwner) != 0 {
		t.Errorf("%d are used after the end, by %v", b.Used(), b.byOwner)
	}
}

// What still goes on once a hold has ended takes nothing that nobody would give back. Another hold has its own end.
func TestEndedHoldTakesNothing(t *testing.T) {
	b := New(600 * kb)
	h := b.Hold(here, false)
	another := h.Another()
	if !another.Add(Free+100*kb) || h.Add(Free+1) {
		t.Error("another hold is not weighed as one of the same network")
	}
	h.End()
	if !h.Add(kb<<10) || b.Used() != 100*kb {
		t.Errorf("%d are used, want only the other's", b.Used())
	}
	h.Force(Free + kb)
	another.End()
	if b.Used() != 0 {
		t.Errorf("%d are used after both have ended", b.Used())
	}
}

// Without a budget there is no limit.
func TestNoBudget(t *testing.T) {
	var none *Budget
	h := none.Hold(here, false)
	h.Force(1)
	h.Prove()
	if !h.Add(1<<40) || none.Used() != 0 || From(With(context.Background(), h)) != h || From(context.Background()) != nil {
		t.Error("what has no budget is limited")
	}
	if h.Another() != nil {
		t.Error("another hold of no budget has one")
	}
	h.Release(1)
	h.End()
}

// What a cache takes is weighed, however many values it holds.
func TestCacheIsWeighed(t *testing.T) {
	c := NewCache(100*kb, func(_, value string) int64 { return int64(len(value)) })
	for n := range 1000 {
		c.Add(t.Context(), fmt.Sprint("key ", n), strings.Repeat("x", 10*kb))
		if c.values.WeightedSize() > 100*kb {
			t.Fatalf("the cache takes %d bytes, want 100 kB at most", c.values.WeightedSize())
		}
	}
	if c.values.WeightedSize() < 50*kb {
		t.Errorf("the cache takes %d bytes only", c.values.WeightedSize())
	}
	small := NewCache(100*kb, func(string, string) int64 { return 0 })
	small.Add(t.Context(), strings.Repeat("k", 200*kb), "")
	small.Add(t.Context(), "key", "value")
	if got, ok := small.Get(t.Context(), "key"); !ok || got != "value" {
		t.Errorf("Get(key) = %q, %v, want what was added", got, ok)
	}
	if small.values.WeightedSize() > 100*kb {
		t.Error("the key is not weighed")
	}
}
