package facade_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"circlegraph/internal/shared/redistest"
	"circlegraph/sandbox"
)

// TestStoreIsKilledUnderLoad: no request fails because the store goes and comes back, nothing is written twice, and
// instances stay ready.
func TestStoreIsKilledUnderLoad(t *testing.T) {
	t.Parallel()
	f := newFleet(t, 2, "CIRCLEGRAPH_UPSTREAM_BUDGET", "60000", "CIRCLEGRAPH_INSTANCES", "2")
	token := f.instances[0].login()
	post := id(f.at(0, token, `{ homeFeed(first: 1) { nodes { id } } }`), "id")
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var asked, written atomic.Int64
	before := f.writes("")
	for i := range 4 {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				create := fmt.Sprintf(`mutation { createComment(input: {postId: %q, body: {text: "Load"},
					idempotencyKey: "%d %d"}) { comment { id } userErrors { code message } } }`, post, i, n)
				first := f.at(i, token, create)
				if again := f.at(i, token, create); again != first || !strings.Contains(first, `"userErrors":[]`) {
					t.Errorf("answered %s, and then %s", first, again)
				}
				written.Add(1)
				if answer := f.at(i, token, `{ viewer { notificationCounts { inbox } } }`); strings.Contains(answer, "errors") {
					t.Errorf("answered %s", answer)
				}
				asked.Add(1)
			}
		})
	}
	for outage := 1; outage <= 3; outage++ {
		n := asked.Load()
		f.until("the load goes on", func() bool { return asked.Load() > n+20 })
		f.store.Kill()
		f.until("the loss is noticed", func() bool { return strings.Count(f.said(), "is away") == 2*outage })
		n = asked.Load()
		f.until("the load goes on without", func() bool { return asked.Load() > n+20 })
		for i, s := range f.instances {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
			if up := f.measured(i, "circlegraph_shared_up"); w.Code != http.StatusOK || up != "0" {
				t.Errorf("without a store: /readyz says %d, the metrics say %q", w.Code, up)
			}
		}
		f.store.Run()
		f.until("both are back", func() bool { return strings.Count(f.said(), "store answers") == 2+2*outage })
	}
	stop()
	all.Wait()
	if n := f.writes("") - before; int64(n) != written.Load() {
		t.Errorf("%d comments for %d keys", n, written.Load())
	}
	if said := f.said(); strings.Count(said, "is away") != 6 || strings.Count(said, "store answers") != 2+6 {
		t.Errorf("the log says %d times that the store is away and %d times that it is there, want 6 and 8",
			strings.Count(said, "is away"), strings.Count(said, "store answers"))
	}
}

// TestFailoverUnderLoad: when the master of a store is killed and its replica takes over, no request fails and nothing
// is written again, at whichever instance it is repeated, also if the replica had not been told of it.
func TestFailoverUnderLoad(t *testing.T) {
	t.Parallel()
	w := redistest.StartWatched(t, redistest.Authority{}, nil)
	f := &fleet{t: t, circle: sandbox.New(sandbox.Options{HeadlessToken: headless})}
	f.url = fmt.Sprintf("redis://127.0.0.1:%d?addr=127.0.0.1:%d&addr=127.0.0.1:%d&master_set=main", w.Ports[0], w.Ports[1],
		w.Ports[2])
	for range 2 {
		f.add("CIRCLEGRAPH_UPSTREAM_BUDGET", "60000", "CIRCLEGRAPH_INSTANCES", "2")
	}
	token := f.instances[0].login()
	post := id(f.at(0, token, `{ homeFeed(first: 1) { nodes { id } } }`), "id")
	create := func(key string) string {
		return fmt.Sprintf(`mutation { createComment(input: {postId: %q, body: {text: "Load"}, idempotencyKey: %q}) {
			comment { id } userErrors { code message } } }`, post, key)
	}
	type write struct {
		at          int
		key, answer string
	}
	var mu sync.Mutex
	var made []write
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(made)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var all sync.WaitGroup
	first := f.writes("")
	for i := range 4 {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				key := fmt.Sprintf("%d %d", i, n)
				answer := f.at(i, token, create(key))
				if !strings.Contains(answer, `"userErrors":[]`) || f.at(i, token, create(key)) != answer {
					t.Errorf("%s is answered %s, or something else again", key, answer)
				}
				mu.Lock()
				made = append(made, write{i, key, answer})
				mu.Unlock()
			}
		})
	}
	f.until("the load goes on", func() bool { return count() > 40 })
	w.Servers[0].Kill()
	w.Impatient()
	killed := time.Now()
	f.until("the loss is noticed", func() bool { return !f.instances[0].Shared.Up() && !f.instances[1].Shared.Up() })
	f.until("the replica has taken over", func() bool { return f.instances[0].Shared.Up() && f.instances[1].Shared.Up() })
	outage, lost := time.Since(killed), count()
	f.until("the load goes on", func() bool { return count() > lost+40 })
	stop()
	all.Wait()
	if n := f.writes("") - first; n != len(made) {
		t.Errorf("%d comments for %d keys", n, len(made))
	}
	f.until("what was made before and during the outage is told", func() bool {
		return f.measured(0, "circlegraph_shared_untold") == "0" && f.measured(1, "circlegraph_shared_untold") == "0"
	})
	for _, m := range made {
		if again := f.at(m.at+1, token, create(m.key)); again != m.answer {
			t.Errorf("%s is answered %s, and elsewhere %s", m.key, m.answer, again)
		}
	}
	if n := f.writes("") - first; n != len(made) {
		t.Errorf("%d comments for %d keys that were repeated elsewhere", n, len(made))
	}
	t.Logf("%d keys; the store was away for %v, of which sentinels wait half a second", len(made), outage)
}
