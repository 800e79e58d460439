package circleclient

import (
	"net/http"
	"runtime"
	"testing"
	"time"
)

// What is given for ten minutes is asked for anew after one if somebody has written since of whom nobody knows who they
// are: it may have been the same member. It is so too for who wants it younger.
func TestWhatChangesSeldomMayBeTooOld(t *testing.T) {
	for _, tc := range []struct {
		name    string
		writer  string // empty: nobody writes
		seconds int64  // until it is read again
		younger time.Duration
		want    int64 // calls
	}{
		{"nobody wrote", "", 61, 0, 0},
		{"another member wrote", "b", 61, 0, 0},
		{"whoever wrote", "unknown", 61, 0, 1},
		{"whoever wrote, a minute ago at most", "unknown", 59, 0, 0},
		{"as old as it may be", "", 5, 5 * time.Second, 0},
		{"older than it may be", "", 6, 5 * time.Second, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := &scripted{}
			c, clock, known := memoClient(t, s, reusing, func(cfg *Config) { cfg.Memo.Seldom = 10 * time.Minute })
			known.Prove(HashToken("a"), 5)
			known.Prove(HashToken("b"), 6)
			read := func(younger time.Duration) {
				if _, err := c.Spaces.Get(With(as(t.Context(), "a"), NotOlder(younger)), 1); err != nil {
					t.Fatal(err)
				}
			}
			read(0)
			if tc.writer != "" {
				if err := c.Bookmarks.Delete(as(t.Context(), tc.writer), 1); err != nil {
					t.Fatal(err)
				}
			}
			clock.Add(tc.seconds)
			before := s.calls.Load()
			if read(tc.younger); s.calls.Load()-before != tc.want {
				t.Errorf("it takes %d calls, want %d", s.calls.Load()-before, tc.want)
			}
		})
	}
}

// Spaces and the own profile are given for ten minutes, from the fifth on renewed beside a read that came anyway, and
// asked for anew after a write. Nothing is asked for nobody.
func TestWhatChangesSeldomIsRenewed(t *testing.T) {
	s := &scripted{}
	c, clock, known := memoClient(t, s, reusing, func(cfg *Config) { cfg.Memo.Seldom = 10 * time.Minute })
	known.Prove(HashToken("a"), 5)
	a := as(t.Context(), "a")
	name := func() string {
		space, err := c.Spaces.Get(a, 1)
		if err != nil {
			t.Fatal(err)
		}
		for c.underWay() > 0 {
			runtime.Gosched()
		}
		return space.Name
	}
	for _, step := range []struct {
		name    string
		seconds int64
		want    string
		calls   int64 // with those beside
	}{
		{"first", 0, "1", 1},
		{"almost half of its time later", 299, "1", 1},
		{"from half of its time on", 1, "1", 2},
		{"what was renewed", 1, "2", 2},
		{"long after the end of its time", 3600, "3", 3},
		{"shortly before its end, as nobody came", 599, "3", 4},
		{"what was renewed then", 0, "4", 4},
	} {
		clock.Add(step.seconds)
		if got := name(); got != step.want || s.calls.Load() != step.calls {
			t.Errorf("%s: %q after %d calls, want %q after %d", step.name, got, s.calls.Load(), step.want, step.calls)
		}
	}
	if err := c.Posts.Like(a, 1); err != nil {
		t.Fatal(err)
	}
	if got := name(); got != "4" {
		t.Errorf("after a like: %q, want what was remembered", got)
	}
	if err := c.Bookmarks.Delete(a, 1); err != nil {
		t.Fatal(err)
	}
	if got := name(); got != "7" {
		t.Errorf("after a write that may touch it: %q, want it asked for anew", got)
	}
	s.status.Store(http.StatusServiceUnavailable)
	clock.Add(400)
	before := s.calls.Load()
	for range 3 {
		if got := name(); got != "7" {
			t.Errorf("while Circle fails: %q", got)
		}
	}
	if n := s.calls.Load() - before; n != 1 {
		t.Errorf("%d calls to renew it while Circle fails, want one within a minute", n)
	}
}

// underWay is how many requests are under way.
func (c *Client) underWay() int {
	c.memo.mu.Lock()
	defer c.memo.mu.Unlock()
	return len(c.memo.flights)
}
