package live

import (
	"testing"

	"circlegraph/circleclient"
)

// What waits for a follower is bounded, also while it is being read what it has missed, which may take long; and that
// ends, however the reading ended.
func TestMailboxIsBounded(t *testing.T) {
	event := func(n int) Event {
		return Event{Kind: MessageAdded, Message: &circleclient.ChatMessage{ID: int64(n)}}
	}
	kinds := func(events []Event) (missed, others int) {
		for _, e := range events {
			if e.Kind == Missed {
				missed++
			} else {
				others++
			}
		}
		return missed, others
	}
	for name, tc := range map[string]struct {
		during, after  int // events while it replays, and later
		failed         bool
		missed, others int
	}{
		"few":                    {during: 60, others: 60},
		"many":                   {during: 65, missed: 1},
		"very many":              {during: 10_000, missed: 1},
		"few, and then many":     {during: 10, after: 100, missed: 1},
		"nothing could be read":  {during: 3, failed: true, missed: 1, others: 3},
		"many, and nothing read": {during: 65, failed: true, missed: 2},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFollower(nil, []Topic{{Kind: Room, Room: "r", After: 1}})
			most := 0
			for n := range tc.during {
				f.put(event(n))
				most = max(most, len(f.held))
			}
			if len(f.waiting) > 0 || most > 64 {
				t.Errorf("%d events are told before what was missed, and %d wait, of at most 64", len(f.waiting), most)
			}
			var news []Event
			if tc.failed {
				news = []Event{{Kind: Missed}}
			}
			f.release(nil, news...)
			for n := range tc.after {
				f.put(event(1000 + n))
			}
			missed, others := kinds(f.waiting)
			if f.replaying || f.held != nil || len(f.waiting) > 64 || missed != tc.missed ||
				tc.missed == 0 && others != tc.others {
				t.Errorf("it waits for %d events and that %d times some were missed, still replaying: %v; want %d and %d", others,
					missed, f.replaying, tc.others, tc.missed)
			}
		})
	}
	t.Run("much was read", func(t *testing.T) {
		f := newFollower(nil, []Topic{{Kind: Room, Room: "r", After: 1}})
		var news []Event
		for n := range 60 {
			f.put(event(n))
			news = append(news, event(100+n))
		}
		f.release(nil, news...)
		if missed, others := kinds(f.waiting); missed != 1 || others != 0 {
			t.Errorf("it waits for %d events and that %d times some were missed, want only that", others, missed)
		}
	})
	t.Run("whoever has left", func(t *testing.T) {
		f := newFollower(nil, []Topic{{Kind: Room, Room: "r", After: 1}})
		f.put(event(1))
		f.close()
		f.release(nil, event(2))
		f.put(event(3))
		if len(f.waiting) > 0 || len(f.held) > 1 {
			t.Errorf("%d events wait for a follower that has left, and %d are held", len(f.waiting), len(f.held))
		}
	})
}
