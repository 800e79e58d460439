package circleclient

import (
	"fmt"
	"testing"
	"time"
)

// Those who are told to come later come one after the other, at the times that they were told.
func TestPromises(t *testing.T) {
	var p promises
	begin := time.Unix(1_000_000, 0)
	at := func(seconds float64) time.Time { return begin.Add(time.Duration(seconds * float64(time.Second))) }
	for _, told := range []struct {
		now        float64
		who        string
		wait, want time.Duration
	}{
		{0, "a", 10 * time.Second, 10 * time.Second},
		{0, "b", time.Second, 12 * time.Second},
		{0, "c", time.Minute, time.Minute}, // must wait longer than the others take
		{1, "d", time.Second, 61 * time.Second},
		{3, "a", time.Second, 7 * time.Second}, // too early, so the same time
	} {
		if got := p.make(at(told.now), told.who, told.wait, 2*time.Second); got != told.want {
			t.Errorf("after %v s %s is told %s, want %s", told.now, told.who, got, told.want)
		}
	}
	for _, comes := range []struct {
		now  float64
		who  string
		want bool
	}{{8.9, "a", false}, {9, "a", true}, {30, "a", true}, {10, "b", false}, {10, "nobody", false}} {
		if got := p.due(at(comes.now), comes.who); got != comes.want {
			t.Errorf("after %v s %s is due: %t, want %t", comes.now, comes.who, got, comes.want)
		}
	}
	if p.keep("a"); p.due(at(30), "a") {
		t.Error("a promise that was kept still counts")
	}
	if p.make(at(64), "e", time.Second, time.Second); p.due(at(64), "b") {
		t.Error("once all were served, who did not come still goes before the others")
	}
}

// Nobody is told to come later than the budget's window lasts, and those beyond it do not come together either.
func TestPromisesAreBounded(t *testing.T) {
	var p promises
	now := time.Unix(1_000_000, 0)
	told := map[time.Duration]bool{}
	for i := range maxPromises + 100 {
		wait := p.make(now, fmt.Sprint(i), 0, time.Minute)
		if told[wait] = true; wait > budgetWindow || i > 5 && wait < budgetWindow*3/4 {
			t.Fatalf("number %d is told %s", i, wait)
		}
	}
	if len(told) < maxPromises/2 {
		t.Errorf("%d are told %d times in all", maxPromises+100, len(told))
	}
	if len(p.by) > maxPromises {
		t.Errorf("%d promises are remembered, want %d at most", len(p.by), maxPromises)
	}
}

// Ten who were told to come later are a crowd until they have been served.
func TestPromisesToACrowd(t *testing.T) {
	var p promises
	now := time.Unix(1_000_000, 0)
	for i := range few {
		if p.pending(now) {
			t.Errorf("%d are a crowd", i)
		}
		p.make(now, fmt.Sprint(i), time.Second, time.Second)
	}
	for after, want := range map[time.Duration]bool{0: true, 10 * time.Second: true, 11 * time.Second: false} {
		if got := p.pending(now.Add(after)); got != want {
			t.Errorf("after %s a crowd is to come: %t, want %t", after, got, want)
		}
	}
}
