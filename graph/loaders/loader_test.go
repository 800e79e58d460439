package loaders

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"circlegraph/circleclient"
)

// counter is a source of numbers' doubles that notes which keys were asked for together.
type counter struct {
	mu    sync.Mutex
	asked [][]int64
}

func (c *counter) fetch(_ context.Context, keys []int64) map[int64]Result[int64] {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, slices.Sorted(slices.Values(keys)))
	results := map[int64]Result[int64]{}
	for _, k := range keys {
		switch {
		case k < 0:
			panic("negative")
		case k != 0:
			results[k] = Result[int64]{Value: 2 * k}
		}
	}
	return results
}

// What a list announces is asked for in one request, however late its last field comes, and only once something is
// asked.
func TestAnnouncedKeysAreAskedTogether(t *testing.T) {
	c := &counter{}
	b := newBatch(t.Context(), together, c.fetch)
	b.Expect(1, 2, 3)
	if len(c.asked) != 0 {
		t.Fatalf("announcing asked for %v", c.asked)
	}
	for _, k := range []int64{2, 1, 3, 2} { // one after the other: no timer would gather them
		if v, err := b.Load(k); v != 2*k || err != nil {
			t.Errorf("Load(%d) = %d, %v", k, v, err)
		}
	}
	if got := fmt.Sprint(c.asked); got != "[[1 2 3]]" {
		t.Errorf("asked %s, want [[1 2 3]]", got)
	}
}

func TestGroupsAreAskedApart(t *testing.T) {
	c := &counter{}
	b := newBatch(t.Context(), func(k int64) int64 { return k % 2 }, c.fetch)
	b.Expect(1, 2, 3, 4)
	if _, err := b.Load(1); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(c.asked); got != "[[1 3]]" {
		t.Errorf("asked %s, want [[1 3]]", got)
	}
}

func TestBatchAnswers(t *testing.T) {
	b := newBatch(t.Context(), together, (&counter{}).fetch)
	b.Prime(9, 1)
	if v, err := b.Load(9); v != 1 || err != nil {
		t.Errorf("a primed key: %d, %v", v, err)
	}
	if _, err := b.Load(0); !errors.Is(err, circleclient.ErrNotFound) {
		t.Errorf("a key without an answer: %v, want ErrNotFound", err)
	}
	if _, err := b.Load(-1); err == nil || errors.Is(err, circleclient.ErrNotFound) {
		t.Errorf("a panic: %v, want an error of its own", err)
	}
}
