package shared

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"circlegraph/circleclient"
)

// TestPurse: what instances take together is never more than the whole in any window.
func TestPurse(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	const perSecond, burst = 6.0, 90
	others := []circleclient.Purse{
		c.store.Purse("requests", perSecond, burst),
		still(t, c.store.options.URL).Purse("requests", perSecond, burst),
		still(t, c.store.options.URL).Purse("requests", perSecond, burst),
	}
	type spending struct {
		at time.Duration
		n  int
	}
	var spent []spending
	start := c.now
	held := make([][]circleclient.Used, len(others))
	random := rand.New(rand.NewPCG(3, 4))
	for quiet := range 20 {
		c.advance(time.Duration(quiet*quiet) * time.Second)
		for range 100 {
			c.advance(time.Duration(random.IntN(1000)) * time.Millisecond)
			i := random.IntN(3)
			ask := circleclient.Ask{Want: random.IntN(20), Used: held[i]}
			g, err := others[i].Take(context.Background(), ask)
			if err != nil {
				t.Fatal(err)
			}
			held[i] = nil
			if g.Got > 0 {
				n := random.IntN(g.Got + 1)
				held[i] = []circleclient.Used{{Lot: g.Lot, Spent: n, Unused: g.Got - n}}
				spent = append(spent, spending{c.now.Sub(start), n})
			} else if ask.Want > 0 && (g.Next <= 0) {
				t.Fatalf("%d are wanted, none is given, and next is %v", ask.Want, g.Next)
			}
		}
	}
	most := 0
	for i := range spent {
		n := 0
		for _, s := range spent[i:] {
			if s.at-spent[i].at < 5*time.Minute {
				n += s.n
			}
		}
		most = max(most, n)
	}
	// What is spent is told up to three seconds later here, of which six instances know nothing.
	if limit := burst + int(perSecond*(300+10)); most > limit || most < burst {
		t.Errorf("five minutes saw %d requests, want at most %d, and some", most, limit)
	}
}

// TestPurseIsFair: who asks for little waits little beside somebody who asks for all there is, and nobody starves.
func TestPurseIsFair(t *testing.T) {
	c := newClocked(t)
	greedy := c.store.Purse("requests", 6, 90)
	modest := still(t, c.store.options.URL).Purse("requests", 6, 90)
	got, large := map[string]int{}, map[string]int{}
	used := map[string][]circleclient.Used{}
	take := func(name string, p circleclient.Purse, want int) {
		g, err := p.Take(t.Context(), circleclient.Ask{Want: want, Used: used[name]})
		if err != nil {
			t.Fatal(err)
		}
		used[name] = []circleclient.Used{{Lot: g.Lot, Spent: g.Got}}
		got[name] += g.Got
		if g.Got > 1 {
			large[name]++
		}
	}
	for range 600 { // a minute
		c.advance(100 * time.Millisecond)
		take("greedy", greedy, 1)
		take("modest", modest, 20)
	}
	if got["modest"] < got["greedy"]*2/3 || got["greedy"] < got["modest"]*2/3 || large["modest"] == 0 {
		t.Errorf("they got %v, want about the same each", got)
	}
}

// TestRefusalSlowsAll: a 429 that one instance meets holds back all of them.
func TestRefusalSlowsAll(t *testing.T) {
	c := newClocked(t)
	a := c.store.Purse("requests", 6, 90)
	b := still(t, c.store.options.URL).Purse("requests", 6, 90)
	c.advance(time.Minute)
	if _, err := a.Take(t.Context(), circleclient.Ask{Refused: true, Pause: 7 * time.Second}); err != nil {
		t.Fatal(err)
	}
	g, err := b.Take(t.Context(), circleclient.Ask{Want: 1})
	if err != nil || g.Got != 0 || g.Pause != 7*time.Second || g.Strength != .5 {
		t.Errorf("the other one gets %+v, %v, want a pause of 7s at half strength", g, err)
	}
	for range 4 {
		c.advance(11 * time.Second)
		if g, err = b.Take(t.Context(), circleclient.Ask{Want: 1, Accepted: true}); err != nil || g.Got != 1 {
			t.Errorf("after the pause: %+v, %v", g, err)
		}
	}
	if g.Strength != 1 {
		t.Errorf("strength %v after Circle has answered for long, want 1", g.Strength)
	}
}

// TestDeadInstanceHoldsNothing: what an instance took and never spoke of again is free after a minute.
func TestDeadInstanceHoldsNothing(t *testing.T) {
	c := newClocked(t)
	dead := c.store.Purse("requests", 6, 90)
	alive := still(t, c.store.options.URL).Purse("requests", 6, 90)
	c.advance(0)
	if _, err := dead.Take(t.Context(), circleclient.Ask{}); err != nil {
		t.Fatal(err)
	}
	c.advance(time.Minute)
	if g, err := dead.Take(t.Context(), circleclient.Ask{Want: 90}); err != nil || g.Got != 90 {
		t.Fatalf("%+v, %v", g, err)
	}
	if g, err := dead.Take(t.Context(), circleclient.Ask{Want: 90}); err != nil || g.Got != 0 {
		t.Fatalf("%+v, %v", g, err)
	}
	for range 5 { // its place among those who wait ends too
		c.advance(15 * time.Second)
		if _, err := alive.Take(t.Context(), circleclient.Ask{}); err != nil {
			t.Fatal(err)
		}
	}
	if g, err := alive.Take(t.Context(), circleclient.Ask{Want: 60}); err != nil || g.Got != 60 {
		t.Errorf("the living one gets %+v, %v, want 60", g, err)
	}
}
