package sandbox

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// An hour of life is the same at every start, to the moment, and something that others see at a human pace. Without it
// nothing happens.
func TestLifeIsTheSameEachTime(t *testing.T) {
	lived := func(alive bool) (written int, told []string) {
		synctest.Test(t, func(t *testing.T) {
			s := New(Options{Clock: NewSystemClock()})
			before := len(s.store.messages)
			ctx, end := context.WithTimeout(t.Context(), time.Hour)
			defer end()
			if alive {
				s.Life(ctx)
			}
			<-ctx.Done()
			s.mu.Lock()
			defer s.mu.Unlock()
			written = len(s.store.messages) - before
			for _, id := range slices.Sorted(maps.Keys(s.store.messages)) {
				m := s.store.messages[id]
				told = append(told, fmt.Sprintf("%v: member %d writes in room %d, answering %t: %s, which has %v", m.sentAt,
					m.memberID, m.room.id, m.parent != nil, m.content.text, m.reactions))
			}
			for _, p := range s.store.posts {
				told = append(told, fmt.Sprintf("post %d is liked by %v", p.id, p.likes))
			}
		})
		return written, told
	}
	written, first := lived(true)
	if written < 60 || written > 600 {
		t.Errorf("%d messages are written in an hour, want some in each minute", written)
	}
	if _, again := lived(true); !slices.Equal(first, again) {
		t.Errorf("an hour is\n%q\nand then\n%q", first, again)
	}
	if written, quiet := lived(false); written != 0 || slices.Equal(first, quiet) {
		t.Errorf("%d messages are written without it", written)
	}
}
