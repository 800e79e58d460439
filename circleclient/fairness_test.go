package circleclient

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"circlegraph/internal/race"
)

// Whatever one member does, and with however many tokens, others who want more than there is have the same share each.
// All ask for what only Circle can answer, a space that they have not read before.
func TestSharesOfMembers(t *testing.T) {
	const others = 20
	read := func(ctx context.Context, c *Client, n int) error { _, err := c.Spaces.Get(ctx, int64(n+1)); return err }
	write := func(ctx context.Context, c *Client, n int) error {
		_, err := c.Spaces.Join(ctx, int64(n+1))
		return err
	}
	remembered := func(ctx context.Context, c *Client, _ int) error { return read(ctx, c, 0) }
	follow := func(ctx context.Context, c *Client, _ int) error { // what a subscription asks for each event
		_, err := c.Notifications.Counts(With(ctx, Fresh))
		return err
	}
	type calls []func(context.Context, *Client, int) error
	for name, tc := range map[string]struct {
		threads, tokens int
		known           bool
		calls           calls
	}{
		"reads":                         {40, 1, true, calls{read}},
		"writes":                        {40, 1, true, calls{write}},
		"what is remembered, and reads": {40, 1, true, calls{remembered, read}},
		"subscriptions":                 {40, 1, true, calls{follow}},
		"all of it, with many tokens":   {40, 10, true, calls{read, write, remembered, follow}},
		"with tokens of unknown owner":  {40, 10, false, calls{read, write, remembered, follow}},
	} {
		if race.Detector && len(tc.calls) < 4 {
			continue // the others do all of it
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, circle := busy(t)
				ctx, end := context.WithTimeout(t.Context(), 3*time.Minute)
				defer end()
				var all sync.WaitGroup
				served, counting := make([]int, others+1), false // the last is the greedy one
				var mu sync.Mutex
				ask := func(who, thread int, token string, calls calls) {
					from := FromAddress(netip.AddrFrom4([4]byte{203, byte(who), byte(thread), 1}))
					usage := &Usage{}
					for n := thread * 1_000_000; ctx.Err() == nil; n++ {
						before := usage.Requests()
						limited, cancel := context.WithTimeout(With(as(ctx, token), from, CountedIn(usage)), 15*time.Second)
						err := calls[n%len(calls)](limited, c, n)
						cancel()
						mu.Lock()
						if counting {
							served[who] += int(usage.Requests() - before)
						}
						mu.Unlock()
						if err != nil || usage.Requests() == before { // else the memory's answers would take no time
							_ = sleep(ctx, time.Second)
						}
					}
				}
				for who := range others {
					token := fmt.Sprint("good-", who+1)
					c.principals.Prove(HashToken(token), int64(who+1))
					for thread := range 2 {
						all.Go(func() { ask(who, thread, token, calls{read}) })
					}
				}
				for thread := range tc.threads {
					token := fmt.Sprintf("good%d-999", thread%tc.tokens)
					if c.principals.Prove(HashToken(token), 0); tc.known {
						c.principals.Prove(HashToken(token), 999)
					}
					all.Go(func() { ask(others, thread, token, tc.calls) })
				}
				_ = sleep(ctx, time.Minute) // until what can be sent at once is gone
				mu.Lock()
				counting = true
				mu.Unlock()
				all.Wait()
				_ = sleep(t.Context(), time.Minute)
				synctest.Wait()
				sum := 0
				for _, n := range served {
					sum += n
				}
				fair := float64(sum) / (others + 1)
				least, most := slices.Min(served[:others]), slices.Max(served[:others])
				t.Logf("served each: %d to %d, the greedy one %d; fair %.0f; %d requests", least, most, served[others], fair,
					len(circle.sent))
				if sum < 500 {
					t.Errorf("%d requests are served in two minutes, want all that flows in", sum)
				}
				if float64(least) < .7*fair || float64(served[others]) > 1.5*fair {
					t.Errorf("members are served %d to %d requests and the greedy one %d, want about %.0f each", least, most,
						served[others], fair)
				}
			})
		})
	}
}
