package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/internal/config"
	"circlegraph/internal/race"
	"circlegraph/sandbox"
)

const (
	// maxInFlight is how many requests to Circle are under way at a time without a budget, see circleclient's transport.
	maxInFlight = 256
	crowdScreen = `{ viewer { member { name } notificationCounts { inbox } } homeFeed(first: 5) { nodes { title } } spaces
		{ name } }`
)

// A thousand members at once, some of whom hang up: Circle is asked no more than it may be, everybody who stays gets
// the screen or is told to come later, and nothing is left of it.
func TestCrowd(t *testing.T) {
	size := race.Rounds(1000, 300)
	for name, tc := range map[string]struct {
		budget int
		leave  bool
	}{
		"as many requests as they need": {0, false},
		"half of them hang up":          {0, true},
		"far fewer requests":            {600, false},
		"far fewer, and half hang up":   {600, true},
	} {
		test := func(t *testing.T) {
			over := loopback
			if tc.budget > 0 {
				over = inMemory // those who wait for the budget wait in made-up time
			}
			box := sandbox.New(sandbox.Options{
				HeadlessToken: secret, Crowd: size, Clock: sandbox.NewClock(moment),
			})
			var inFlight, most, asked atomic.Int64
			c := newCommunityOver(t, over, func(*config.Config) {}, func(http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					now := inFlight.Add(1)
					defer inFlight.Add(-1)
					for was := most.Load(); now > was && !most.CompareAndSwap(was, now); was = most.Load() {
					}
					asked.Add(1)
					<-time.After(rand.N(5 * time.Millisecond))
					box.ServeHTTP(w, r)
				})
			}, remembering, func(cfg *circleclient.Config) {
				cfg.Budget.Requests, cfg.Clock, cfg.Logger, cfg.Timeout = tc.budget, time.Now, nil, 10*time.Minute
				if tc.budget > 0 {
					cfg.Timeout = 2 * time.Second
				}
			})
			callers := make([]string, size)
			for i := range callers {
				callers[i] = crowdToken(t, box, i+1)
				c.Principals.Prove(circleclient.HashToken(callers[i]), 0)
			}
			crowd := c.client
			goroutines, heap := ours(), heapInUse()

			var complete, later atomic.Int64
			var all sync.WaitGroup
			for i, token := range callers {
				all.Go(func() {
					ctx, hangUp := context.WithCancel(t.Context())
					defer hangUp()
					leaves := tc.leave && i%2 == 0
					if leaves {
						time.AfterFunc(rand.N(500*time.Millisecond), hangUp)
					}
					answer, err := askAs(ctx, crowd, c.url, token)
					switch {
					case leaves:
					case err != nil:
						t.Error(err)
					case complaint(answer) != "":
						t.Errorf("%s in %s", complaint(answer), answer)
					case strings.Contains(string(answer), `"errors"`):
						later.Add(1)
					default:
						complete.Add(1)
					}
				})
			}
			all.Wait()

			stayed := int64(size)
			if tc.leave {
				stayed /= 2
			}
			if tc.budget == 0 && complete.Load() != stayed || complete.Load()+later.Load() != stayed ||
				tc.budget > 0 && later.Load() == 0 {
				t.Errorf("%d of %d got the screen and %d were told to come later", complete.Load(), stayed, later.Load())
			}
			// Circle may not have noticed yet who has gone.
			if tc.budget == 0 && !tc.leave && most.Load() > maxInFlight || tc.budget > 0 && asked.Load() > int64(tc.budget) {
				t.Errorf("%d requests were under way at a time and %d sent in all", most.Load(), asked.Load())
			}
			crowd.CloseIdleConnections()
			for ours() > goroutines { // what is over ends, if not at once
				<-time.After(10 * time.Millisecond)
			}
			if after := heapInUse(); after > heap+32<<20 {
				t.Errorf("%d MB are in use, and %d were before the crowd came", after>>20, heap>>20)
			}
		}
		if tc.budget > 0 {
			test = inBubble(test)
		}
		t.Run(name, test)
	}
}

// complaint is what is wrong with an answer that is neither complete nor says when to come again.
func complaint(answer []byte) string {
	var got failed
	if err := json.Unmarshal(answer, &got); err != nil {
		return err.Error()
	}
	for _, e := range got.Errors {
		if e.Extensions.Code != "RATE_LIMITED" || e.Extensions.RetryAfterSeconds < 1 {
			return fmt.Sprint(e)
		}
	}
	return ""
}

// askAs gets the screen of a crowd.
func askAs(ctx context.Context, client *http.Client, url, token string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url,
		strings.NewReader(fmt.Sprintf(`{"query": %q}`, crowdScreen)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// crowdToken signs one of the crowd in, straight at the sandbox.
func crowdToken(t *testing.T, box http.Handler, n int) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/api/v1/headless/auth_token",
		strings.NewReader(fmt.Sprintf(`{"email": "crowd-%d@example.com"}`, n)))
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	box.ServeHTTP(w, r)
	var session struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &session); err != nil || session.AccessToken == "" {
		t.Fatalf("no token: %s", w.Body)
	}
	return session.AccessToken
}

// ours is how many goroutines are in this program's code; idle connections are not.
func ours() (n int) {
	stacks := make([]byte, 1<<20)
	for runtime.Stack(stacks, true) == len(stacks) {
		stacks = make([]byte, 2*len(stacks))
	}
	for stack := range strings.SplitSeq(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
		if strings.Contains(stack, "circlegraph/") {
			n++
		}
	}
	return n
}

// heapInUse is how much memory is reachable, in bytes.
func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
