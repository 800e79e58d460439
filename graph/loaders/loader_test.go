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

func (c *counter) list(_ context.Context, keys []int64) ([]int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, slices.Sorted(slices.Values(keys)))
	var doubles []int64
	for _, k := range keys {
		switch {
		case k < 0:
			panic("negative")
		case k > 100:
			return doubles, errors.New("too large")
		case k%10 != 0:
			doubles = append(doubles, 2*k)
		}
	}
	return doubles, nil
}

// one reads what the list lacks too, all but 0.
func (c *counter) one(_ context.Context, key int64) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, []int64{key})
	switch {
	case key < 0:
		panic("negative")
	case key == 0:
		return 0, errMissing()
	}
	return 2 * key, nil
}

func (c *counter) many(t *testing.T) *Loader[int64, int64] {
	return many(&Loaders{ctx: t.Context()}, "doubles", c.list, func(k, v int64) bool { return v == 2*k }, c.one)
}

// was fails the test unless these keys have been asked for.
func (c *counter) was(t *testing.T, want string) {
	t.Helper()
	if got := fmt.Sprint(c.asked); got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}

func load(t *testing.T, l *Loader[int64, int64], keys ...int64) {
	t.Helper()
	for _, k := range keys { // one after the other: no timer would gather them
		if v, err := l.Load(t.Context(), k); v != 2*k || err != nil {
			t.Errorf("Load(%d) = %d, %v", k, v, err)
		}
	}
}

// What a list announces is asked for in one request, however late its last field comes, and only once something is
// asked.
func TestAnnouncedKeysAreAskedTogether(t *testing.T) {
	c := &counter{}
	l := c.many(t)
	l.Expect(1, 2, 3)
	c.was(t, "[]")
	load(t, l, 2, 1, 3, 2)
	c.was(t, "[[1 2 3]]")
}

func TestGroupsAreAskedApart(t *testing.T) {
	c := &counter{}
	l := c.many(t).by(func(k int64) int64 { return k % 2 })
	l.Expect(1, 2, 3, 4)
	load(t, l, 1)
	c.was(t, "[[1 3]]")
}

func TestNoMoreAreAskedThanCircleTakes(t *testing.T) {
	c := &counter{}
	l := c.many(t).atMost(2)
	l.Expect(1, 2, 3, 4)
	load(t, l, 4, 1, 2, 3)
	slices.SortFunc(c.asked, slices.Compare)
	c.was(t, "[[1 2] [3 4]]")
}

// A single key is read by itself, and so is what the list lacks.
func TestKeysReadByThemselves(t *testing.T) {
	c := &counter{}
	l := c.many(t)
	load(t, l, 5)
	c.was(t, "[[5]]")
	l.Expect(6, 10)
	load(t, l, 6, 10)
	c.was(t, "[[5] [6 10] [10]]")
	for _, k := range []int64{5, 10, 6} { // only a row of the list has to be read again
		if v, err := l.LoadFull(t.Context(), k); v != 2*k || err != nil {
			t.Errorf("LoadFull(%d) = %d, %v", k, v, err)
		}
	}
	c.was(t, "[[5] [6 10] [10] [6]]")
}

func TestOneAtATime(t *testing.T) {
	c := &counter{}
	l := one(&Loaders{ctx: t.Context()}, "doubles", c.one)
	l.Expect(1, 2, 3) // nothing to gather
	l.Begin(t.Context(), 4)
	if !l.Begun(4) || l.Begun(5) {
		t.Error("Begun is wrong")
	}
	load(t, l, 4, 5, 4)
	c.was(t, "[[4] [5]]")
	l.Clear(5)
	load(t, l, 5)
	c.was(t, "[[4] [5] [5]]")
}

func TestLoaderAnswers(t *testing.T) {
	l := (&counter{}).many(t)
	l.Prime(9, 1)
	if v, err := l.Load(t.Context(), 9); v != 1 || err != nil {
		t.Errorf("a primed key: %d, %v", v, err)
	}
	if _, err := l.Load(t.Context(), 0); !errors.Is(err, circleclient.ErrNotFound) {
		t.Errorf("a key without an answer: %v, want ErrNotFound", err)
	}
	if _, err := l.Load(t.Context(), -1); err == nil || errors.Is(err, circleclient.ErrNotFound) {
		t.Errorf("a panic: %v, want an error of its own", err)
	}
	l.Expect(1, 101, 2) // of which the list gives only the first
	if _, err := l.Load(t.Context(), 2); err == nil {
		t.Error("no error of the list")
	}
	load(t, l, 1)
	l.Expect(3, -2)
	if _, err := l.Load(t.Context(), 3); err == nil {
		t.Error("no error of a list that panicked")
	}
}

// A name is read once in a response, and a panic is an error of everybody who asked.
func TestShared(t *testing.T) {
	ctx := With(t.Context(), New(t.Context(), &circleclient.Client{}, nil, nil))
	reads := 0
	for range 2 {
		v, err := Shared(ctx, "list", func() (string, error) { reads++; return "page", nil })
		if v != "page" || err != nil || reads != 1 {
			t.Errorf("Shared = %q, %v after %d reads", v, err, reads)
		}
		if v, err := Shared(ctx, "broken", func() (*int, error) { panic("broken") }); v != nil || err == nil {
			t.Errorf("a read that panics: %v, %v", v, err)
		}
	}
}

// The observer is told of each batch, with its keys and its end, and of what is read by itself within it. A name that
// responses share is none.
func TestObserver(t *testing.T) {
	type within struct{}
	var mu sync.Mutex
	var told []string
	observe := func(ctx, asked context.Context, batch string, keys int) (context.Context, func(error)) {
		around, _ := asked.Value(within{}).(string)
		name := fmt.Sprintf("%s%s of %d", around, batch, keys)
		return context.WithValue(ctx, within{}, name+" > "), func(err error) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, fmt.Sprint(name, ": ", err))
		}
	}
	c := &counter{}
	l := c.many(t)
	l.in.observe = observe
	l.Expect(6, 10)
	load(t, l, 6, 10, 6)
	load(t, l, 7)
	l.Expect(1, 101)
	if _, err := l.Load(t.Context(), 101); err == nil {
		t.Error("no error of the list")
	}
	ctx := With(t.Context(), New(t.Context(), &circleclient.Client{}, nil, observe))
	if _, err := Shared(ctx, "page 7", func() (int, error) { return 7, nil }); err != nil {
		t.Error(err)
	}
	want := []string{
		"doubles of 2 > doubles of 1: <nil>", "doubles of 2: <nil>", "doubles of 1: <nil>", "doubles of 2: too large",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
