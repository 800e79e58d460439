package circleclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// slowCircle is a Circle in made-up time that takes a second for each answer, unless the caller gives up.
type slowCircle struct {
	calls, given, now, most atomic.Int64
	status                  atomic.Int64 // 0 for success
	takes                   atomic.Int64 // nanoseconds, 0 for a second
}

// RoundTrip implements [http.RoundTripper].
func (s *slowCircle) RoundTrip(r *http.Request) (*http.Response, error) {
	s.calls.Add(1)
	now := s.now.Add(1)
	defer s.now.Add(-1)
	s.most.Store(max(s.most.Load(), now))
	if err := sleep(r.Context(), cmp.Or(time.Duration(s.takes.Load()), time.Second)); err != nil {
		s.given.Add(1)
		return nil, err
	}
	status := int(s.status.Load())
	if status == 0 {
		status = http.StatusOK
	}
	return answerOf(r, status, `{"id":1}`), nil
}

// leavers is a client of a slow Circle, with a memo unless edited.
func leavers(t *testing.T, edits ...func(*Config)) (*Client, *slowCircle) {
	s := &slowCircle{}
	c, _, _ := memoClient(t, nil, append([]func(*Config){func(cfg *Config) {
		cfg.Transport, cfg.Clock, cfg.wait = s, time.Now, sleep
	}}, edits...)...)
	return c, s
}

// glance asks for a space and leaves after a time.
func glance(t *testing.T, c *Client, token string, space int64, after time.Duration) error {
	ctx, leave := context.WithTimeout(as(t.Context(), token), after)
	defer leave()
	_, err := c.Spaces.Get(ctx, space)
	return err
}

// noneUnderWay checks that calls leave nothing behind.
func noneUnderWay(t *testing.T, c *Client) {
	synctest.Wait()
	if c.memo.orphaned != 0 || len(c.memo.flights) != 0 {
		t.Errorf("%d calls are under way, %d of them orphaned", len(c.memo.flights), c.memo.orphaned)
	}
}

// What Circle has counted goes on for whoever comes back, also when that is before the answer is there.
func TestWhatIsSentIsFinished(t *testing.T) {
	for name, back := range map[string]time.Duration{
		"before the answer": 100 * time.Millisecond,
		"after it":          2 * time.Second,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := leavers(t)
				if err := glance(t, c, "a", 1, 200*time.Millisecond); err == nil {
					t.Fatal("answered although the caller had left")
				}
				_ = sleep(t.Context(), back)
				if _, err := c.Spaces.Get(as(t.Context(), "a"), 1); err != nil || s.calls.Load() != 1 || s.given.Load() != 0 {
					t.Errorf("%v after %d calls of which %d were given up, want the answer of the first", err, s.calls.Load(),
						s.given.Load())
				}
				noneUnderWay(t, c)
			})
		})
	}
}

// What Circle has not counted costs nothing yet.
func TestWhatWaitsIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := leavers(t, func(cfg *Config) { // one at once, and one every 16 seconds
			cfg.Budget.Requests, cfg.Timeout = 20, time.Minute
		})
		c.principals.Prove(HashToken("a"), 1)
		if err := glance(t, c, "a", 1, 2*time.Second); err != nil {
			t.Fatal(err)
		}
		if err := glance(t, c, "a", 2, 5*time.Second); err == nil {
			t.Fatal("a call went beyond the budget")
		}
		noneUnderWay(t, c)
		if n := c.State().Waiting; n != 0 {
			t.Errorf("%d calls wait", n)
		}
		_ = sleep(t.Context(), time.Minute)
		if n := s.calls.Load(); n != 1 {
			t.Errorf("%d calls, want only the first", n)
		}
	})
}

// Nothing is begun for nobody, and what nobody waits for says as much about Circle as any other call.
func TestNoRetryForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := leavers(t, func(cfg *Config) { cfg.Retries = 2 })
		s.status.Store(http.StatusServiceUnavailable)
		leave := func() {
			_ = glance(t, c, "a", 1, 500*time.Millisecond)
			_ = sleep(t.Context(), 10*time.Second)
		}
		leave()
		if n := s.calls.Load(); n != 1 {
			t.Errorf("%d calls, want no second one for nobody", n)
		}
		var back sync.WaitGroup
		back.Go(func() { _ = glance(t, c, "a", 1, 500*time.Millisecond) })
		_ = sleep(t.Context(), 600*time.Millisecond)
		if err := glance(t, c, "a", 1, time.Minute); !errors.Is(err, ErrUnavailable) || s.calls.Load() != 4 {
			t.Errorf("%v after %d calls, want three more for one who came back", err, s.calls.Load())
		}
		back.Wait()
		s.status.Store(0)
		for range 2 * illAfter {
			leave()
		}
		if state := c.Circuits()["GET /api/headless/v1/spaces/{id}"]; state != CircuitClosed {
			t.Errorf("the circuit is %v after calls that nobody waited for, want closed", state)
		}
	})
}

// A call that nobody waits for ends in its time, with its token, and if there are too many of them.
func TestOrphans(t *testing.T) {
	for name, tc := range map[string]struct {
		edit  func(*Config)
		kill  func(*Client)
		calls int
		given int64
	}{
		"its time is over": {func(cfg *Config) { cfg.Timeout = 700 * time.Millisecond }, func(*Client) {}, 1, 1},
		"its token dies":   {func(*Config) {}, func(c *Client) { c.Forget("a") }, 1, 1},
		"another dies":     {func(*Config) {}, func(c *Client) { c.Forget("b") }, 1, 0},
		"too many":         {func(*Config) {}, func(*Client) {}, maxOrphaned + 9, 9},
		"no memo":          {func(cfg *Config) { cfg.Memo = MemoConfig{} }, func(*Client) {}, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := leavers(t, tc.edit)
				var all sync.WaitGroup
				for i := range tc.calls {
					all.Go(func() { _ = glance(t, c, "a", int64(i+1), 500*time.Millisecond) })
				}
				all.Wait()
				tc.kill(c)
				_ = sleep(t.Context(), 300*time.Millisecond)
				if n := s.given.Load(); n != tc.given {
					t.Errorf("%d of %d calls were given up, want %d", n, tc.calls, tc.given)
				}
				_ = sleep(t.Context(), 10*time.Second)
				noneUnderWay(t, c)
			})
		})
	}
}

// An answer that comes after the end of its token stays nowhere, whoever waits for it.
func TestLateAnswerOfADeadToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := leavers(t)
		_ = glance(t, c, "a", 1, 200*time.Millisecond) // which another one then waits for
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if err := glance(t, c, "a", 1, time.Minute); err != nil {
				t.Error(err)
			}
		})
		_ = sleep(t.Context(), 100*time.Millisecond)
		c.Forget("a")
		waiting.Wait()
		if n := c.memo.answers.EstimatedSize(); n != 0 {
			t.Errorf("%d answers of a dead token are remembered", n)
		}
	})
}

// answerOf is an answer of Circle's without a network.
func answerOf(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status), Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r,
	}
}
