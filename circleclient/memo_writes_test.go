package circleclient

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
)

func TestWritesDropWhatTheyTouch(t *testing.T) {
	s := &scripted{}
	c, _, n := memoClient(t, s)
	a, a2, b := as(t.Context(), "a"), as(t.Context(), "a2"), as(t.Context(), "b")
	n.Prove(HashToken("a"), 7)
	n.Prove(HashToken("a2"), 7)
	n.Prove(HashToken("b"), 8)
	read := func(ctx context.Context) (calls [2]int64) {
		before := s.calls.Load()
		_, _ = c.Posts.Home(ctx, PostListOptions{})
		calls[0] = s.calls.Load() - before
		_, _ = c.Spaces.Get(ctx, 1)
		calls[1] = s.calls.Load() - before - calls[0]
		return calls
	}
	for _, step := range []struct {
		name  string
		write func() error
		want  [2]int64 // calls for the feed and for the space
	}{
		{"like", func() error { return c.Posts.Like(a, 1) }, [2]int64{1, 0}},
		{"join", func() error { _, err := c.Spaces.Join(a, 1); return err }, [2]int64{1, 1}},
		{"like with the other token", func() error { return c.Posts.Like(a2, 1) }, [2]int64{1, 0}},
		{"a like that fails", func() error {
			failing, cancel := context.WithCancel(a)
			cancel()
			_ = c.Posts.Like(failing, 1)
			return nil
		}, [2]int64{1, 0}},
	} {
		for _, ctx := range []context.Context{a, a2, b} {
			read(ctx)
		}
		if err := step.write(); err != nil {
			t.Fatal(err)
		}
		for _, who := range []struct {
			name string
			ctx  context.Context
			want [2]int64
		}{{"the writer", a, step.want}, {"the writer's other token", a2, step.want}, {"another member", b, [2]int64{}}} {
			if got := read(who.ctx); got != who.want {
				t.Errorf("%s: %s costs %v calls for feed and space, want %v", step.name, who.name, got, who.want)
			}
		}
	}
}

// What a token has read ends with a write of it in another process, which may know whose it is when this one does not.
func TestWritesElsewhereDropWhatTheyTouch(t *testing.T) {
	s := &scripted{}
	c, _, _ := memoClient(t, s)
	for _, tc := range []struct {
		name  string
		wrote Written
		want  int64 // calls
	}{
		{"with the token", Written{Token: HashToken("a")}, 1},
		{"with the token, of a known member", Written{Token: HashToken("a"), MemberID: 7}, 1},
		{"with another token", Written{Token: HashToken("b"), MemberID: 8}, 0},
	} {
		ctx := as(t.Context(), "a")
		_, _ = c.Posts.Home(ctx, PostListOptions{})
		before := s.calls.Load()
		c.Wrote(tc.wrote)
		if _, _ = c.Posts.Home(ctx, PostListOptions{}); s.calls.Load()-before != tc.want {
			t.Errorf("a write %s: reading again takes %d calls, want %d", tc.name, s.calls.Load()-before, tc.want)
		}
	}
}

// Other processes are told of writes, but not of those with a token that Circle refuses: whoever invents tokens must
// not end what members have.
func TestOthersAreToldOfWrites(t *testing.T) {
	var told []Written
	c, _, n := memoClient(t, newLivingCircle(map[string]int64{"a": 7}), func(cfg *Config) {
		cfg.OnWrote = func(_ context.Context, w Written) { told = append(told, w) }
	})
	n.Prove(HashToken("a"), 7)
	if err := c.Posts.Like(as(t.Context(), "a"), 1); err != nil {
		t.Fatal(err)
	}
	if err := c.Posts.Like(as(t.Context(), "invented"), 1); !errors.Is(err, ErrTokenInvalid) {
		t.Fatal(err)
	}
	if want := []Written{{Token: HashToken("a"), MemberID: 7, LeavesLong: true}}; !slices.Equal(told, want) {
		t.Errorf("told of %v, want %v", told, want)
	}
}

// What others do ends only what it is about, and only for the member who is told: a busy chat leaves feeds as they are.
func TestEventsDropWhatTheyAreAbout(t *testing.T) {
	s := &scripted{}
	c, _, n := memoClient(t, s)
	n.Prove(HashToken("a"), 7)
	n.Prove(HashToken("b"), 8)
	read := func(token string) (calls [3]int64) {
		ctx := as(t.Context(), token)
		for i, read := range []func(){
			func() { _, _ = c.Posts.Home(ctx, PostListOptions{}) },
			func() { _, _ = c.Chat.Rooms(ctx, PageOptions{}) },
			func() { _, _ = c.Notifications.Counts(ctx) },
		} {
			before := s.calls.Load()
			read()
			calls[i] = s.calls.Load() - before
		}
		return calls
	}
	for _, event := range []struct {
		name string
		tell func(memberID int64)
		want [3]int64 // calls for feed, rooms and counts
	}{
		{"chat", c.ChangedChat, [3]int64{0, 1, 0}},
		{"notifications", c.ChangedNotifications, [3]int64{0, 0, 1}},
	} {
		read("a")
		read("b")
		event.tell(7)
		if got, other := read("a"), read("b"); got != event.want || other != [3]int64{} {
			t.Errorf("%s: the member's reads cost %v calls and another's %v, want %v and none", event.name, got, other,
				event.want)
		}
	}
}

// An answer that was asked for before a write is neither shared nor remembered after it.
func TestReadUnderWayIsOldAfterAWrite(t *testing.T) {
	s := &scripted{}
	hold := make(chan func())
	s.hold.Store(&hold)
	c, _, _ := memoClient(t, s)
	ctx := as(t.Context(), "a")
	var early sync.WaitGroup
	early.Go(func() {
		if space, err := c.Spaces.Get(ctx, 1); err != nil || space.Name != "1" {
			t.Errorf("the early reader: %v, %v", space, err)
		}
	})
	until(t, func() bool { return s.calls.Load() == 1 })
	if _, err := c.Spaces.Join(ctx, 1); err != nil { // call 2
		t.Fatal(err)
	}
	var late sync.WaitGroup
	late.Go(func() {
		if space, err := c.Spaces.Get(ctx, 1); err != nil || space.Name != "3" {
			t.Errorf("the late reader: %v, %v, want an answer of their own", space, err)
		}
	})
	until(t, func() bool { return s.calls.Load() == 3 })
	close(hold)
	early.Wait()
	late.Wait()
	if space, err := c.Spaces.Get(ctx, 1); err != nil || space.Name != "3" {
		t.Errorf("afterwards: %v, %v, want the newer answer", space, err)
	}
}
