package circleclient

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/internal/race"
)

// crowdedCircle is a Circle in made-up time. It takes some 200 ms for an answer. It knows the tokens that begin with
// "good", and whose they are: what stands behind the dash.
type crowdedCircle struct {
	t    *testing.T
	mu   sync.Mutex
	sent []time.Time
}

// RoundTrip implements [http.RoundTripper].
func (c *crowdedCircle) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.sent = append(c.sent, time.Now())
	c.mu.Unlock()
	if err := sleep(r.Context(), 100*time.Millisecond+rand.N(200*time.Millisecond)); err != nil {
		return nil, err
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case strings.HasSuffix(r.URL.Path, "/auth_token"):
		return answerOf(r, http.StatusOK, `{"access_token":"good"}`), nil
	case strings.HasSuffix(r.URL.Path, "/refresh"), strings.HasSuffix(r.URL.Path, "/revoke"):
		return answerOf(r, http.StatusUnauthorized, `{"message":"Invalid refresh token"}`), nil
	case !strings.HasPrefix(token, "good"):
		return answerOf(r, http.StatusUnauthorized, `{"message":"The access token is invalid."}`), nil
	}
	_, id, _ := strings.Cut(token, "-")
	return answerOf(r, http.StatusOK, fmt.Sprintf(`{"id":%s}`, id)), nil
}

// within checks that no five minutes have seen more than the budget, and returns how many requests were sent.
func (c *crowdedCircle) within(budget int) int {
	first := 0
	for i, at := range c.sent {
		for at.Sub(c.sent[first]) >= budgetWindow {
			first++
		}
		if i-first+1 > budget {
			c.t.Errorf("%d requests in five minutes, want %d at most", i-first+1, budget)
			break
		}
	}
	return len(c.sent)
}

const usual = 1800 // requests in five minutes

// busy is a client of a crowdedCircle with the usual budget.
func busy(t *testing.T) (*Client, *crowdedCircle) {
	circle := &crowdedCircle{t: t}
	c, _, _ := memoClient(t, nil, func(cfg *Config) {
		cfg.Transport, cfg.Clock, cfg.wait = circle, time.Now, sleep
		cfg.Budget.Requests = usual
	})
	t.Cleanup(func() { circle.within(usual) })
	return c, circle
}

// insist calls until it is let in, whenever it is told to, and returns after how long and how many refusals.
func insist(t *testing.T, call func() error) (took time.Duration, refusals int) {
	for start := time.Now(); ; refusals++ {
		err := call()
		e, limited := errors.AsType[*Error](err)
		switch {
		case err == nil:
			return time.Since(start), refusals
		case !limited || !errors.Is(err, ErrRateLimited) || refusals > 20:
			t.Error(err)
			return time.Since(start), refusals
		}
		time.Sleep(e.RetryAfter.Round(time.Second) + time.Second) //nolint:forbidigo // in a bubble
	}
}

// crowd lets so many come within a time, each with a call, and returns how long they took, from the shortest on, and
// how many refusals there were.
func crowd(t *testing.T, n int, within time.Duration, call func(ctx context.Context, i int) error) (
	took []time.Duration, refusals int,
) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			time.Sleep(time.Duration(i) * within / time.Duration(n)) //nolint:forbidigo // in a bubble
			d, r := insist(t, func() error { return call(t.Context(), i) })
			mu.Lock()
			defer mu.Unlock()
			took, refusals = append(took, d), refusals+r
		})
	}
	all.Wait()
	slices.Sort(took)
	return took, refusals
}

// signIn makes a token for a member who has shown proof.
func signIn(ctx context.Context, c *Client, i int) error {
	_, err := c.Auth.CreateToken(With(ctx, Vouched(0, fmt.Sprint(i))), TokenRequest{SSOUserID: fmt.Sprint(i)})
	return err
}

// A sign-in with proof is no suspect: a crowd of them has the whole budget.
func TestCrowdSignsIn(t *testing.T) {
	for name, tc := range map[string]struct {
		members        int
		within, slower time.Duration
		refusals       int
	}{
		"400 within a minute":       {400, time.Minute, 10 * time.Second, 0},
		"2,000 within five minutes": {2000, 5 * time.Minute, 80 * time.Second, 2000},
	} {
		if race.Detector && tc.members > 400 {
			continue // more of the same
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := busy(t)
				took, refusals := crowd(t, tc.members, tc.within, func(ctx context.Context, i int) error {
					return signIn(ctx, c, i)
				})
				t.Logf("median %v, slowest %v, %d refusals", took[len(took)/2], took[len(took)-1], refusals)
				if len(took) != tc.members || took[len(took)-1] > tc.slower || refusals > tc.refusals {
					t.Errorf("%d of %d are in, the slowest after %v and %d refusals, want all within %v", len(took), tc.members,
						took[len(took)-1], refusals, tc.slower)
				}
			})
		})
	}
}

// After a restart valid tokens come in as fast as the budget allows, because Circle accepts them.
func TestRestartedTokensComeIn(t *testing.T) {
	for name, address := range map[string]func(i int) netip.Addr{
		"everybody from elsewhere": func(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, byte(i), byte(i), 1}) },
		"all from one office":      func(int) netip.Addr { return netip.MustParseAddr("192.0.2.1") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, circle := busy(t)
				took, refusals := crowd(t, 400, 0, func(ctx context.Context, i int) error {
					_, err := c.Spaces.Get(With(as(ctx, fmt.Sprintf("good-%d", i+1)), FromAddress(address(i))), 1)
					return err
				})
				t.Logf("median %v, slowest %v, %d refusals, %d requests", took[200], took[399], refusals, circle.within(usual))
				if took[399] > 75*time.Second || refusals > 400 { // 90 at once, and then six in a second
					t.Errorf("the slowest of 400 is served after %v, and there were %d refusals", took[399], refusals)
				}
			})
		})
	}
}

// attackers are ways to come with invented tokens.
var attackers = map[string]func(i int) netip.Addr{
	"one address": func(int) netip.Addr { return netip.MustParseAddr("192.0.2.1") },
	"one household": func(i int) netip.Addr {
		return netip.AddrFrom16([16]byte{0x20, 0x01, 0xd, 0xb8, 0, 1, byte(i >> 8), byte(i), 15: 1})
	},
	"1,000 addresses": func(i int) netip.Addr {
		return netip.AddrFrom4([4]byte{byte(i%100 + 1), byte(i % 1000 / 100), 2, 1})
	},
}

// attack comes with an invented token so many times in a second until ctx ends.
func attack(ctx context.Context, c *Client, perSecond int, address func(i int) netip.Addr) (requests *atomic.Int64) {
	requests = &atomic.Int64{}
	var all sync.WaitGroup
	all.Go(func() {
		for i := 0; sleep(ctx, time.Second/time.Duration(perSecond)) == nil; i++ {
			all.Go(func() {
				from := With(as(context.WithoutCancel(ctx), fmt.Sprint("invented", i)), FromAddress(address(i)))
				if _, err := c.Spaces.Get(from, 1); errors.Is(err, ErrTokenInvalid) {
					requests.Add(1)
				}
			})
		}
	})
	return requests
}

// Whoever makes up tokens keeps nobody out who has shown proof, and takes from members only what they do not need.
func TestGuessesKeepNobodyOut(t *testing.T) {
	for name, address := range attackers {
		for _, perSecond := range []int{4, 20}[:race.Rounds(2, 1)] {
			t.Run(fmt.Sprintf("%s, %d a second", name, perSecond), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					c, _ := busy(t)
					ctx, end := context.WithTimeout(t.Context(), 10*time.Minute)
					defer end()
					requests := attack(ctx, c, perSecond, address)
					for i := range 100 {
						c.principals.Prove(HashToken(fmt.Sprintf("good-%d", i+1)), int64(i+1))
					}
					for _, call := range map[string]func(ctx context.Context, i int) error{
						"sign-in": func(ctx context.Context, i int) error { return signIn(ctx, c, i) },
						"screen": func(ctx context.Context, i int) error {
							_, err := c.Spaces.Get(With(as(ctx, fmt.Sprintf("good-%d", i%100+1)), FromAddress(address(i))), int64(i+1))
							return err
						},
					} {
						took, refusals := crowd(t, 400, 2*time.Minute, call)
						if refusals > 0 || took[399] > time.Second {
							t.Errorf("%d are refused and the slowest takes %v, want nobody to wait", refusals, took[399])
						}
					}
					end()
					_ = sleep(t.Context(), time.Minute)
					t.Logf("%d guesses reached Circle in four minutes", requests.Load())
				})
			})
		}
	}
}

// While members need the whole budget, guesses have a tenth, and one household half of that.
func TestGuessesHaveATenth(t *testing.T) {
	for name, most := range map[string]int64{"one address": 43, "one household": 64, "1,000 addresses": 100} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := busy(t)
				ctx, end := context.WithTimeout(t.Context(), 2*time.Minute)
				defer end()
				requests := attack(ctx, c, 5, attackers[name])
				var all sync.WaitGroup
				for i := range 30 { // more than the budget can serve
					token := fmt.Sprintf("good-%d", i+1)
					c.principals.Prove(HashToken(token), int64(i+1))
					all.Go(func() {
						for n := range 200 {
							if _, _ = c.Spaces.Get(as(ctx, token), int64(n+1)); ctx.Err() != nil {
								return
							}
							_ = sleep(ctx, time.Second)
						}
					})
				}
				all.Wait()
				_ = sleep(t.Context(), time.Minute)
				if n := requests.Load(); n > most || n < most/4 {
					t.Errorf("%d guesses reached Circle in two minutes, want at most %d, and not none", n, most)
				}
			})
		})
	}
}

// Beside somebody who guesses, those who come back after a restart still come in: they are many, and cost nothing.
func TestRestartBesideGuesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := busy(t)
		ctx, end := context.WithTimeout(t.Context(), 10*time.Minute)
		defer end()
		attack(ctx, c, 4, attackers["one household"])
		_ = sleep(t.Context(), 2*time.Minute)
		took, refusals := crowd(t, 400, time.Minute, func(ctx context.Context, i int) error {
			from := FromAddress(netip.AddrFrom4([4]byte{198, byte(i), byte(i), 1}))
			_, err := c.Spaces.Get(With(as(ctx, fmt.Sprintf("good-%d", i+1)), from), 1)
			return err
		})
		end()
		_ = sleep(t.Context(), time.Minute)
		t.Logf("median %v, slowest %v, %d refusals", took[200], took[399], refusals)
		if took[399] > 2*time.Minute {
			t.Errorf("the slowest of 400 is served after %v", took[399])
		}
	})
}

// One member with many threads, or many tokens whose owner is not known, has the turns of one member.
func TestOneMemberHasOneMembersTurns(t *testing.T) {
	for name, tc := range map[string]struct {
		threads int
		token   func(thread int) string
		known   bool
	}{
		"60 threads": {60, func(int) string { return "good-999" }, true},
		"30 tokens":  {30, func(i int) string { return fmt.Sprintf("good%d-999", i) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := busy(t)
				ctx, end := context.WithTimeout(t.Context(), 5*time.Minute)
				defer end()
				for i := range tc.threads {
					member := int64(0)
					if tc.known {
						member = 999
					}
					c.principals.Prove(HashToken(tc.token(i)), member)
					go func() {
						from := FromAddress(netip.AddrFrom4([4]byte{203, byte(i), 0, 1}))
						for ctx.Err() == nil {
							screen, done := c.Screen(With(as(ctx, tc.token(i)), from), 20)
							for n := range 20 {
								if _, err := c.Spaces.Join(screen, int64(n+1)); err != nil {
									_ = sleep(ctx, time.Second)
									break
								}
							}
							done()
						}
					}()
				}
				_ = sleep(t.Context(), 20*time.Second)
				for i := range 130 {
					c.principals.Prove(HashToken(fmt.Sprintf("good-%d", i+1)), int64(i+1))
				}
				took, refusals := crowd(t, 130, 2*time.Minute, func(ctx context.Context, i int) error {
					screen, done := c.Screen(as(ctx, fmt.Sprintf("good-%d", i+1)), 3)
					defer done()
					for n := range 3 {
						if _, err := c.Spaces.Get(screen, int64(n+1)); err != nil {
							return err
						}
					}
					return nil
				})
				end()
				_ = sleep(t.Context(), time.Minute)
				t.Logf("median %v, slowest %v, %d refusals", took[65], took[129], refusals)
				if refusals > 0 {
					t.Errorf("%d others were refused", refusals)
				}
			})
		})
	}
}
