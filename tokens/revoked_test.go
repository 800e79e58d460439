package tokens

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

func TestRevocationsEnd(t *testing.T) {
	clock := newTestClock()
	m := NewMemoryRevocations(10, clock.Now)
	add := func(token string, d time.Duration) {
		if err := m.Add(t.Context(), token, clock.Now().Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	add("short", time.Minute)
	add("greedy", 48*time.Hour)
	add("dead", 0)
	steps := []struct {
		after         time.Duration
		short, greedy bool
	}{
		{0, true, true}, {59 * time.Second, true, true}, {time.Second, false, true}, {
			59*time.Minute - time.Second, false,
			true,
		}, {time.Second, false, false},
	}
	for i, step := range steps {
		clock.advance(step.after)
		if m.Contains("short") != step.short || m.Contains("greedy") != step.greedy || m.Contains("dead") {
			t.Errorf("step %d: Contains = %v, %v, %v; want %v, %v, false", i, m.Contains("short"), m.Contains("greedy"),
				m.Contains("dead"), step.short, step.greedy)
		}
	}
	add("next", time.Minute)
	if m.Len() != 1 {
		t.Errorf("Len() = %d after all others ended, want 1", m.Len())
	}
}

func TestRevocationsForgetTheEarliestBeyondTheLimit(t *testing.T) {
	clock := newTestClock()
	m := NewMemoryRevocations(3, clock.Now)
	for token, minutes := range map[string]int{"a": 10, "b": 20, "c": 30, "d": 40, "e": 50} {
		if err := m.Add(t.Context(), token, clock.Now().Add(time.Duration(minutes)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	for token, want := range map[string]bool{"a": false, "b": false, "c": true, "d": true, "e": true} {
		if got := m.Contains(token); got != want {
			t.Errorf("Contains(%s) = %v, want %v", token, got, want)
		}
	}
	if m.Len() != 3 || len(m.byToken) != 3 {
		t.Errorf("holds %d and %d, want 3", m.Len(), len(m.byToken))
	}
}

func TestRevocationsLiveLongestOnRepetition(t *testing.T) {
	clock := newTestClock()
	m := NewMemoryRevocations(2, clock.Now)
	for _, minutes := range []int{1, 30, 5} {
		if err := m.Add(t.Context(), "again", clock.Now().Add(time.Duration(minutes)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	clock.advance(29 * time.Minute)
	if !m.Contains("again") || m.Len() != 1 {
		t.Errorf("Contains = %v with %d entries, want true with 1", m.Contains("again"), m.Len())
	}
}

func TestRevocationsConcurrently(t *testing.T) {
	clock := newTestClock()
	m := NewMemoryRevocations(50, clock.Now)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 200 {
				token := fmt.Sprint(i, j)
				if err := m.Add(t.Context(), token, clock.Now().Add(time.Duration(j+1)*time.Second)); err != nil {
					t.Error(err)
				}
				m.Contains(token)
			}
		})
	}
	wg.Wait()
	if m.Len() != 50 {
		t.Errorf("Len() = %d, want the limit 50", m.Len())
	}
}
