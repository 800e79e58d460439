package sandbox

import (
	"fmt"
	"testing"
	"time"
)

func TestSeedIsWhatThePackagePromises(t *testing.T) {
	s := New(Options{Clock: NewClock(time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC))})
	kinds, events, private, secret := map[string]int{}, 0, 0, 0
	for _, sp := range s.store.spaces {
		kinds[sp.kind]++
		if sp.private {
			private++
		}
		if sp.secret {
			secret++
		}
	}
	for _, p := range s.store.posts {
		if p.event != nil {
			events++
		}
	}
	counts := map[string][2]int{
		"members":        {len(s.store.members), 40},
		"spaces":         {len(s.store.spaces), 14},
		"kinds of space": {len(kinds), 6},
		"private spaces": {private, 1},
		"secret spaces":  {secret, 1},
		"posts":          {len(s.store.posts), seedPosts},
		"comments":       {len(s.store.comments), seedComments},
		"events":         {events, 30},
	}
	for what, n := range counts {
		if n[0] != n[1] {
			t.Errorf("%s = %d, want %d", what, n[0], n[1])
		}
	}
	if id := s.store.posts[0].comments[0].id; id <= 1<<31 {
		t.Errorf("comment id %d does not exceed 32 bits", id)
	}
}

func TestSeedIsTheSameAtAnyTime(t *testing.T) {
	outline := func(now time.Time) (lines []string) {
		for _, p := range New(Options{Clock: NewClock(now)}).store.posts {
			lines = append(lines, fmt.Sprint(p.id, p.slug, p.authorID, len(p.comments), len(p.likes), p.topicIDs))
		}
		return lines
	}
	one, two := outline(testNow), outline(time.Date(2031, 7, 2, 23, 59, 58, 987_654_321, time.UTC))
	for i := range one {
		if one[i] != two[i] {
			t.Fatalf("post %d is %q at one time and %q at another", i, one[i], two[i])
		}
	}
}

func TestTheSundayWorkPartyIsOnSundays(t *testing.T) {
	for days := range 7 {
		now := testNow.AddDate(0, 0, days)
		s := New(Options{Clock: NewClock(now)})
		found := 0
		for _, p := range s.store.posts {
			if p.name != "Sunday work party" {
				continue
			}
			found++
			if got := p.event.startsAt.UTC().Weekday(); got != time.Sunday {
				t.Errorf("on %v one is on a %v", now.Weekday(), got)
			}
		}
		if found == 0 {
			t.Errorf("on %v there is none", now.Weekday())
		}
	}
}
