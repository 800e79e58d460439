package circleclient

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// limiting is Circle that answers some with 429, in a bubble.
type limiting struct {
	*Client

	mu    sync.Mutex
	sent  map[string]int // by token
	limit func(token, operation string) http.HandlerFunc
}

// newLimiting makes a client of many members, whose numbers are their tokens.
func newLimiting(t *testing.T, limit func(token, operation string) http.HandlerFunc) *limiting {
	l := &limiting{sent: map[string]int{}, limit: limit}
	n := &lockedNotes{notes: notes{}}
	for i := range 200 {
		n.Prove(HashToken(fmt.Sprint("member", i)), int64(i+1))
	}
	var err error
	l.Client, err = New(Config{
		BaseURL: "https://circle.example.com", Retries: -1, Budget: BudgetConfig{Requests: 1800}, Principals: n,
		Transport: inProcess(func(w http.ResponseWriter, r *http.Request) {
			token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			l.mu.Lock()
			l.sent[token]++
			answer := l.limit(token, r.Method+" "+r.URL.Path)
			l.mu.Unlock()
			if answer == nil {
				answer = say(http.StatusOK, "application/json", `{"id":1}`)
			}
			answer(w, r)
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// taken is how many requests Circle has got since the last time, by token.
func (l *limiting) taken() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	sent := maps.Clone(l.sent)
	clear(l.sent)
	return sent
}

// read reads as a member, as long as a request of GraphQL may take; join writes.
func (l *limiting) read(t *testing.T, member, space int) error {
	ctx, cancel := context.WithTimeout(as(t.Context(), fmt.Sprint("member", member)), 10*time.Second)
	defer cancel()
	_, err := l.Spaces.Get(ctx, int64(space))
	return err
}

func (l *limiting) feed(t *testing.T, member int) error {
	ctx, cancel := context.WithTimeout(as(t.Context(), fmt.Sprint("member", member)), 10*time.Second)
	defer cancel()
	_, err := l.Members.Current(ctx)
	return err
}

func (l *limiting) join(t *testing.T, member int) error {
	ctx, cancel := context.WithTimeout(as(t.Context(), fmt.Sprint("member", member)), 2*time.Second)
	defer cancel()
	_, err := l.Spaces.Join(ctx, 1)
	return err
}

func after(seconds string) http.HandlerFunc {
	return retryAfter(seconds, say(http.StatusTooManyRequests, "application/json", `{"message":"no"}`))
}

// A 429 that one member met for one operation holds back that operation of that member, and nobody else.
func TestOneMembersLimitIsTheirs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		l := newLimiting(t, func(token, operation string) http.HandlerFunc {
			if token == "member0" && strings.HasPrefix(operation, http.MethodPost) && time.Since(begin) < 30*time.Second {
				return after("30")
			}
			return nil
		})
		var failure *Error
		for n := range 20 {
			err := l.join(t, 0)
			if !errors.As(err, &failure) || !errors.Is(err, ErrRateLimited) || OutcomeUnknown(err) ||
				failure.RetryAfter < 28*time.Second || failure.RetryAfter > 30*time.Second {
				t.Fatalf("the write %d: %v, want ErrRateLimited with the time that Circle said", n, err)
			}
			time.Sleep(50 * time.Millisecond) //nolint:forbidigo // in a bubble
		}
		if n := l.taken()["member0"]; n != 1 {
			t.Errorf("the member sent %d writes, want 1", n)
		}
		for i := range 50 {
			if err := errors.Join(l.read(t, i, 1), l.feed(t, i)); err != nil {
				t.Fatalf("a read of member %d: %v", i, err)
			}
			if i > 0 && l.join(t, i) != nil {
				t.Fatalf("member %d cannot write", i)
			}
		}
		if _, strength, _ := l.budget.state(); strength != 1 {
			t.Errorf("the budget has %v of its strength, want all", strength)
		}
		time.Sleep(time.Until(begin.Add(31 * time.Second))) //nolint:forbidigo // in a bubble
		for n := range 3 {
			if err := l.join(t, 0); err != nil {
				t.Fatalf("the write %d after the time: %v", n, err)
			}
		}
		if len(l.budget.limited.members) != 0 {
			t.Error("the member is held back still")
		}
	})
}

// Who meets it for several operations is held back altogether.
func TestLimitOfAMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiting(t, func(token, _ string) http.HandlerFunc {
			if token == "member0" {
				return after("60")
			}
			return nil
		})
		for n := range 20 {
			for _, err := range []error{l.read(t, 0, n+1), l.feed(t, 0), l.join(t, 0)} {
				if !errors.Is(err, ErrRateLimited) {
					t.Fatalf("%v, want ErrRateLimited", err)
				}
			}
			if err := l.read(t, 1, n+1); err != nil {
				t.Fatalf("another member: %v", err)
			}
		}
		if n := l.taken()["member0"]; n != 2 {
			t.Errorf("the member sent %d requests, want 2", n)
		}
	})
}

// What several members meet is the address's: nobody asks while Circle wants nothing.
func TestLimitOfTheAddress(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"members": after("30"),
		"edge":    retryAfter("30", say(http.StatusTooManyRequests, "text/html", "<h1>1015</h1>")),
		"edge, JSON": retryAfter("30",
			say(http.StatusTooManyRequests, "application/json", `{"cloudflare_error":true,"error_code":1015}`)),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				full := false
				l := newLimiting(t, func(string, string) http.HandlerFunc {
					if full {
						return answer
					}
					return nil
				})
				for i := range 50 {
					if err := l.read(t, i, 1); err != nil {
						t.Fatal(err)
					}
				}
				l.taken()
				full = true
				for i := range 100 {
					if err := l.read(t, i, 2); !errors.Is(err, ErrRateLimited) {
						t.Fatalf("member %d: %v, want ErrRateLimited", i, err)
					}
				}
				want := limitedMembers
				if name != "members" {
					want = 1
				}
				if n := len(l.taken()); n != want {
					t.Errorf("%d members met it, want %d", n, want)
				}
				if _, strength, _ := l.budget.state(); strength != .5 {
					t.Errorf("the budget has %v of its strength, want half", strength)
				}
				full = false
				time.Sleep(31 * time.Second) //nolint:forbidigo // in a bubble
				for i := range 20 {
					if err := l.read(t, i, 3); err != nil {
						t.Errorf("member %d after the time: %v", i, err)
					}
				}
			})
		})
	}
}

// A few members who have much to do stop nobody: Circle goes on answering the others.
func TestSomeMembersLimitsAreTheirs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiting(t, func(token, operation string) http.HandlerFunc {
			if token < "member4" && len(token) == len("member0") && strings.HasPrefix(operation, http.MethodPost) {
				return after("20")
			}
			return nil
		})
		for n := range 5 * 60 {
			if n%10 == 0 {
				if err := l.join(t, n/10%4); !errors.Is(err, ErrRateLimited) {
					t.Fatal(err)
				}
			}
			if err := l.read(t, n%60, 1); err != nil {
				t.Fatalf("the read %d: %v", n, err)
			}
			time.Sleep(200 * time.Millisecond) //nolint:forbidigo // in a bubble
		}
	})
}

// Without a time from Circle a member's requests come further and further apart until one is accepted.
func TestLimitWithoutATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limited := true
		l := newLimiting(t, func(string, string) http.HandlerFunc {
			if limited {
				return say(http.StatusTooManyRequests, "", "")
			}
			return nil
		})
		for range 5 * 60 {
			for range 4 {
				_ = l.read(t, 0, 1)
			}
			time.Sleep(time.Second) //nolint:forbidigo // in a bubble
		}
		if n := l.taken()["member0"]; n < 5 || n > 20 {
			t.Errorf("%d requests in five minutes and more, want about one a minute", n)
		}
		limited = false
		time.Sleep(maxStep) //nolint:forbidigo // in a bubble
		begin := time.Now()
		for range 10 {
			if err := l.read(t, 0, 1); err != nil {
				t.Error(err)
			}
		}
		if waited := time.Since(begin); waited > 0 {
			t.Errorf("waited %v after Circle had accepted one", waited)
		}
	})
}

// What waits for the budget when its member is held back is not sent.
func TestWaitingIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiting(t, func(token, _ string) http.HandlerFunc {
			if token == "member0" {
				return after("30")
			}
			return nil
		})
		for l.budget.bucket.AllowN(time.Now(), 1) {
		}
		var all sync.WaitGroup
		for n := range 10 {
			all.Go(func() {
				if err := l.read(t, 0, n+1); !errors.Is(err, ErrRateLimited) {
					t.Error(err)
				}
			})
			all.Go(func() {
				if err := l.read(t, n+1, 1); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := l.taken()["member0"]; n != 1 {
			t.Errorf("%d requests were sent, want 1", n)
		}
		if l.budget.queue.len() != 0 {
			t.Error("somebody waits still")
		}
	})
}

// Many who are held back take bounded memory, and are forgotten.
func TestLimitedIsBounded(t *testing.T) {
	var l limited
	now := time.Unix(1e9, 0)
	l.limit(now, "first", "read", 0)
	for i := range 2 * maxLimited {
		l.accept(now, now, fmt.Sprint("other", i), "read")
	}
	if len(l.others) != maxLimited {
		t.Errorf("%d others, want %d", len(l.others), maxLimited)
	}
	for i := range maxLimited - 1 {
		l.limit(now, fmt.Sprint(i), "read", 0)
	}
	if !l.limit(now, "last", "read", 0) || len(l.members) != maxLimited {
		t.Errorf("%d members, want %d at most", len(l.members), maxLimited)
	}
	l.limit(now.Add(limitedWindow+firstStep), "later", "read", 0)
	if len(l.members) != 1 || len(l.others) != 0 {
		t.Errorf("%d members and %d others are remembered, want 1", len(l.members), len(l.others))
	}
}

// Who is held back, and for how long, by the moments at which requests were sent and answered.
func TestLimitedByTheMoment(t *testing.T) {
	const operation = "GET /x"
	moment := time.Unix(1_000_000, 0)
	in := moment.Add
	crowd := func(l *limited, from, to int, now, sent time.Duration) {
		for i := from; i < to; i++ {
			l.accept(in(now), in(sent), fmt.Sprint("member", i), operation)
		}
	}
	limit := func(l *limited, at time.Duration, who ...string) (address bool) {
		for _, w := range who {
			address = l.limit(in(at), w, operation, 0)
		}
		return address
	}
	t.Run("who is limited later is no longer one of the others", func(t *testing.T) {
		l := &limited{}
		limit(l, 0, "a")
		crowd(l, 0, 11, time.Second, time.Second)
		if !limit(l, 2*time.Second, "member0", "member1") {
			t.Error("three of twelve are not the address's")
		}
	})
	t.Run("what was sent before the first says nothing", func(t *testing.T) {
		l := &limited{}
		limit(l, 0, "a")
		crowd(l, 0, 50, time.Second, -time.Second)
		if !limit(l, 2*time.Second, "b", "c") {
			t.Error("answers to what was sent before keep three from being the address's")
		}
	})
	t.Run("who was accepted long ago says nothing", func(t *testing.T) {
		l := &limited{}
		limit(l, 0, "a")
		crowd(l, 0, 50, time.Second, time.Second)
		if !limit(l, time.Second+acceptedWindow, "b", "c") {
			t.Error("answers of long ago keep three from being the address's")
		}
	})
	t.Run("an answer to what was sent before the refusal lifts nothing", func(t *testing.T) {
		l := &limited{}
		limit(l, -time.Second, "b")
		limit(l, 0, "a")
		l.accept(in(time.Millisecond), in(-time.Millisecond), "a", operation)
		if l.wait(in(2*time.Millisecond), "a", operation) == 0 {
			t.Error("the member is let go")
		}
		l.accept(in(time.Second), in(time.Second), "a", operation)
		if wait := l.wait(in(time.Second), "a", operation); wait != 0 {
			t.Errorf("the member waits %v after Circle has accepted one", wait)
		}
	})
	t.Run("a long Retry-After holds for five minutes", func(t *testing.T) {
		l := &limited{}
		l.limit(moment, "a", operation, 24*time.Hour)
		if wait := l.wait(moment, "a", operation); wait != budgetWindow {
			t.Errorf("the member waits %v, want %v", wait, budgetWindow)
		}
	})
	t.Run("refusals of one moment count once", func(t *testing.T) {
		l := &limited{}
		limit(l, 0, "a", "a", "a", "a")
		if wait := l.wait(moment, "a", operation); wait != firstStep {
			t.Errorf("the member waits %v, want %v", wait, firstStep)
		}
	})
}
