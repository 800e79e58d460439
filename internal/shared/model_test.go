package shared

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"circlegraph/circleclient"
)

// modelled is purse.lua in Go, for simulations of more than a real store could carry in a test. TestModelAgrees holds
// it to the script.
type modelled struct {
	perSecond float64
	burst     float64
	now       func() time.Time
	instances int

	mu                        sync.Mutex
	began                     bool
	at                        float64
	n, held, before, gen, v   float64
	strength, changed, paused float64
	waiting                   map[string]*modelledEntry
	commands                  int
}

// modelledEntry is what the purse knows of an instance that waits, or that was served a while ago.
type modelledEntry struct{ wants, tag, ends, since float64 }

func newModelled(perSecond float64, burst int, now func() time.Time, instances int) *modelled {
	return &modelled{
		perSecond: perSecond, burst: float64(burst), now: now, instances: instances, strength: 1,
		waiting: map[string]*modelledEntry{},
	}
}

// of is the purse as an instance sees it.
func (p *modelled) of(id string) circleclient.Purse { return modelledPurse{p, id} }

// carried is how many commands there were.
func (p *modelled) carried() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.commands
}

type modelledPurse struct {
	*modelled

	id string
}

// Share implements circleclient's Purse.
func (p modelledPurse) Share() float64 { return afterOutage / float64(p.instances) }

// Take implements circleclient's Purse.
func (p modelledPurse) Take(_ context.Context, ask circleclient.Ask) (circleclient.Grant, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.take(p.id, 1, ask), nil
}

func (p *modelled) take(id string, share float64, ask circleclient.Ask) circleclient.Grant {
	p.commands++
	const generation = 30000
	now, rate := float64(p.now().UnixMilli()), p.perSecond/1000
	if !p.began {
		p.began, p.at, p.n = true, now, max(math.Floor(p.burst/10), 1)
	}
	p.n += max(0, now-p.at) * rate * p.strength * share
	g := math.Floor(now / generation)
	if g == p.gen+1 {
		p.n, p.before, p.held = p.n-p.before, p.held, 0
	} else if g != p.gen {
		p.n, p.before, p.held = p.n-p.before-p.held, 0, 0
	}
	for _, used := range ask.Used {
		lot, spent, unused := float64(used.Lot), float64(used.Spent), float64(used.Unused)
		switch lot {
		case g:
			p.n, p.held = p.n-min(spent, p.held), max(p.held-spent-unused, 0)
		case g - 1:
			p.n, p.before = p.n-min(spent, p.before), max(p.before-spent-unused, 0)
		}
	}
	switch {
	case ask.Refused:
		p.paused = max(p.paused, now+float64(ask.Pause.Milliseconds()))
		if now-p.changed >= 1000 {
			p.strength, p.changed = max(p.strength/2, 1./16), now
		}
	case ask.Accepted && p.strength < 1 && now-p.changed >= 10000 && now >= p.paused:
		p.strength, p.changed = min(p.strength*1.25, 1), now
	}
	full := max(math.Floor(p.burst*p.strength), 1)
	p.n = max(min(p.n, full), -p.burst)
	if ask.WasAway {
		p.n = min(p.n, max(p.burst/10, 1)+p.held+p.before)
	}
	want := min(float64(ask.Want), full)
	tag, since, others, rivals, needed := p.v, now, 0, 0, 0.
	for name, entry := range p.waiting {
		switch {
		case name == id:
			if tag = max(entry.tag, p.v); entry.wants > 0 {
				since = entry.since
			}
		case entry.ends < now, entry.wants == 0 && entry.tag <= p.v:
			delete(p.waiting, name)
		default:
			if others++; entry.wants > 0 {
				rivals++
			}
		}
	}
	for name, other := range p.waiting {
		if name == id || other.wants == 0 {
			continue
		}
		if turn := max(other.tag, p.v); turn < tag || turn == tag &&
			(other.since < since || other.since == since && name < id) {
			needed += other.wants
		}
	}
	left, got, next := p.n-p.held-p.before, 0., 0.
	switch {
	case want == 0:
		delete(p.waiting, id)
	case now >= p.paused && left-needed >= want:
		got, p.v = want, tag
		if rivals == 0 {
			got += max(min(float64(ask.More), math.Floor(left-want-full/2)), 0)
		}
		if others == 0 {
			delete(p.waiting, id)
		} else {
			p.waiting[id] = &modelledEntry{0, tag + got, now + 10000, now}
		}
		p.held, left = p.held+got, left-got
	default:
		next = max((needed+want-left)/(rate*p.strength*max(share, .01)), p.paused-now, 1)
		p.waiting[id] = &modelledEntry{want, tag, math.Round(now + min(next, 1000) + 1000), since}
	}
	p.at, p.gen = now, g
	return circleclient.Grant{
		Got: int(got), Lot: int64(g), Next: milliseconds(math.Ceil(next)), Strength: p.strength,
		Pause: milliseconds(max(p.paused-now, 0)), Left: left, Rivals: rivals,
	}
}

// TestModelAgrees: the purse of simulations gives what the store's gives, whatever is asked.
func TestModelAgrees(t *testing.T) {
	t.Parallel()
	c := newClocked(t)
	stores := []*Store{c.store, still(t, c.store.options.URL), still(t, c.store.options.URL)}
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 8))
		name := string('a' + rune(seed))
		model := newModelled(6, 90, func() time.Time { return c.now }, 4)
		used := make([][]circleclient.Used, len(stores))
		for n := range 300 {
			c.advance(time.Duration(random.IntN(4000)) * time.Millisecond / time.Duration(1+random.IntN(20)))
			if random.IntN(60) == 0 {
				c.advance(time.Duration(random.IntN(120)) * time.Second)
			}
			i := random.IntN(len(stores))
			ask := circleclient.Ask{
				Want: random.IntN(12), More: random.IntN(5), Used: used[i], Accepted: random.IntN(3) == 0,
				Refused: random.IntN(80) == 0, Pause: time.Duration(random.IntN(5000)) * time.Millisecond,
				WasAway: random.IntN(80) == 0,
			}
			if !ask.Refused {
				ask.Pause = 0
			}
			got, err := stores[i].Purse(name, 6, 90).Take(t.Context(), ask)
			if err != nil {
				t.Fatal(err)
			}
			want := model.take(stores[i].id, 1, ask)
			if used[i] = nil; got.Got > 0 {
				spent := random.IntN(got.Got + 1)
				used[i] = []circleclient.Used{{Lot: got.Lot, Spent: spent, Unused: got.Got - spent}}
			}
			late := got.Next - want.Next
			if got.Got != want.Got || got.Lot != want.Lot || got.Rivals != want.Rivals ||
				math.Abs(got.Strength-want.Strength) > 1e-5 || math.Abs(got.Left-want.Left) > .01 ||
				late.Abs() > 2*time.Millisecond || got.Pause != want.Pause {
				t.Fatalf("ask %d of seed %d: %+v gives %+v, and in the model %+v", n, seed, ask, got, want)
			}
		}
	}
}
