package circleclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// inProcess answers without a network.
type inProcess func(http.ResponseWriter, *http.Request)

func (f inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	f(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

// Only an operation that keeps failing rests; one request finds out that it is well again.
func TestCircuit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ill, asked := true, map[string]int{}
		c, err := New(Config{
			BaseURL: "https://circle.example.com", Retries: -1,
			Transport: inProcess(func(w http.ResponseWriter, r *http.Request) {
				asked[r.URL.Path]++
				if ill && strings.HasSuffix(r.URL.Path, "/topics") {
					say(http.StatusInternalServerError, "application/json", `{"message":"no"}`)(w, r)
					return
				}
				say(http.StatusOK, "application/json", `{"id":1,"records":[]}`)(w, r)
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		const operation = "GET /api/headless/v1/spaces/{space_id}/topics"
		ctx := asMember(t)
		topics := func(space int64) error { _, err := c.Spaces.Topics(ctx, space, PageOptions{}); return err }
		for n := range 50 {
			if err := topics(int64(n + 1)); !errors.Is(err, ErrUnavailable) {
				t.Fatalf("topics: %v, want ErrUnavailable", err)
			}
			if _, err := c.Spaces.Get(ctx, 1); err != nil {
				t.Fatalf("another operation: %v", err)
			}
		}
		count := func() (n int) {
			for path, times := range asked {
				if strings.HasSuffix(path, "/topics") {
					n += times
				}
			}
			return n
		}
		if n := count(); n != illAfter {
			t.Errorf("an operation that fails 50 times was asked %d times, want %d", n, illAfter)
		}
		if asked["/api/headless/v1/spaces/1"] != 50 || c.Circuits()[operation] != CircuitOpen ||
			c.Circuits()["GET /api/headless/v1/spaces/{id}"] != CircuitClosed {
			t.Errorf("asked %v, circuits %v, want only the ill operation to rest", asked, c.Circuits())
		}
		// It is tried again by one request at a time, and rests again while it is ill.
		<-time.After(2 * defaultRest)
		for range 5 {
			_ = topics(1)
		}
		if n := count(); n != illAfter+1 {
			t.Errorf("after a rest an ill operation was asked %d times more, want 1", n-illAfter)
		}
		ill = false
		if err := topics(1); !errors.Is(err, errResting) || OutcomeUnknown(err) {
			t.Errorf("while it rests: %v, want errResting", err)
		}
		<-time.After(2 * defaultRest)
		// Who tries and leaves has told nothing, and closes it to nobody.
		left, leave := context.WithCancel(ctx)
		leave()
		if _, err := c.Spaces.Topics(left, 1, PageOptions{}); !errors.Is(err, context.Canceled) ||
			c.Circuits()[operation] != CircuitHalfOpen {
			t.Errorf("one who left: %v with circuits %v, want context.Canceled, half-open", err, c.Circuits())
		}
		for range 2 * illAfter {
			if err := topics(1); err != nil {
				t.Fatalf("well again: %v", err)
			}
		}
		if c.Circuits()[operation] != CircuitClosed {
			t.Errorf("well again, but the circuits are %v", c.Circuits())
		}
	})
}

// What a caller can bring about closes an operation to nobody; nor do a few failures.
func TestCircuitStaysClosed(t *testing.T) {
	for name, tc := range map[string]struct {
		answer http.HandlerFunc
		times  int
	}{
		"refusals":     {say(422, "application/json", `{"message":"no"}`), 50},
		"the edge":     {say(403, "text/plain", "error code: 1010"), 50},
		"too many":     {say(429, "", ""), 50},
		"pages of 404": {say(404, "text/html", "<html>"), 50},
		"few failures": {say(503, "", ""), illAfter - 1},
	} {
		c := testClient(t, tc.answer, func(cfg *Config) { cfg.Retries = -1 })
		for range tc.times {
			if _, err := c.Spaces.Join(asMember(t), 1); err == nil || errors.Is(err, errResting) {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

// Calls that fail together, with all their repetitions, are no storm.
func TestNoStormOfRetries(t *testing.T) {
	s := &script{answers: []http.HandlerFunc{say(503, "", "")}}
	c := testClient(t, s)
	for range 100 {
		if _, err := c.Spaces.Get(asMember(t), 1); !errors.Is(err, ErrUnavailable) {
			t.Fatal(err)
		}
	}
	if got := s.calls.Load(); got > illAfter {
		t.Errorf("100 reads of an operation that fails are %d requests, want at most %d", got, illAfter)
	}
}

// A circuit remembers who has seen it fail for a while, and so many at most: what failed for others long ago closes
// nothing.
func TestCircuitForgets(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	everybody := owners{}
	for i := range maxFailing + 100 {
		everybody[HashToken(fmt.Sprint("token", i))] = int64(i + 1)
	}
	c := newCircuits(Config{Principals: everybody, Clock: func() time.Time { return now }}.withDefaults())
	fail := func(i int) (learn int) {
		r := &request{method: http.MethodGet, route: member("/home"), token: HashToken(fmt.Sprint("token", i))}
		c.of(r)
		breakers := c.failed(r)
		for _, b := range breakers {
			b.RecordFailure()
		}
		return len(breakers)
	}
	one := func() *circuit { return c.byOperation["GET /api/headless/v1/home"] }
	for range 2 * illAfter { // so that their own circuits are open
		fail(0)
		fail(1)
	}
	now = now.Add(illWindow + time.Second)
	if learn := fail(2); learn != 1 {
		t.Error("the circuit of all learns of a failure for one, because it has failed for others before")
	}
	fail(3)
	if learn := fail(4); learn != 2 {
		t.Error("the circuit of all does not learn of a failure for three")
	}
	now = now.Add(illWindow + time.Second)
	fail(5)
	for _, who := range []int{2, 3, 4} {
		if one().members[memberKey(int64(who+1))] != nil {
			t.Errorf("member %d is remembered", who)
		}
	}
	for i := range maxFailing + 100 {
		fail(i)
	}
	if n := len(one().members); n != maxFailing {
		t.Errorf("%d members are remembered, want %d", n, maxFailing)
	}
}
