package circleclient

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"circlegraph/internal/memory"
)

// What Circle answers is weighed while it is read, and while it is used. Reads for which there is no room are refused,
// which no 429 of Circle's is; what a write has done is learnt all the same.
func TestAnswersOfCircleAreWeighed(t *testing.T) {
	const mb = 1 << 20
	calls := 0
	b := memory.New(2 * mb)
	var most int64
	c := budgetClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		size := 100 << 10
		if strings.HasSuffix(r.URL.Path, "/2") || r.Method == http.MethodPost {
			size = mb
		}
		most = max(most, b.Used())
		say(200, "application/json", `{"id":1,"name":"`+strings.Repeat("x", size)+`"}`)(w, r)
	}), func(cfg *Config) { cfg.Memory, cfg.Retries = b, 2 })
	c.principals.Prove(HashToken("a"), 7)
	hold := b.Hold(netip.Prefix{}, true)
	ctx := memory.With(as(t.Context(), "a"), hold)
	read := func(id int64) error { _, err := c.Spaces.Get(ctx, id); return err }
	if err := read(1); err != nil {
		t.Fatal(err)
	}
	if used := b.Used(); used < 150<<10 || used > 300<<10 {
		t.Errorf("%d bytes are held for an answer of 100 KB that is in use", used)
	}
	var failure *Error
	if err := read(2); !errors.As(err, &failure) || !errors.Is(err, ErrRateLimited) || failure.RetryAfter <= 0 ||
		calls != 2 {
		t.Errorf("an answer without room: %v after %d requests, want ErrRateLimited after 2", err, calls)
	}
	if err := read(1); err != nil || c.budget.strength != 1 {
		t.Errorf("the next one: %v; the budget has %v of its strength, want all", err, c.budget.strength)
	}
	if _, err := c.Spaces.Join(ctx, 1); err != nil {
		t.Errorf("a write: %v", err)
	}
	hold.Add(2*mb - b.Used())
	if err := read(1); !errors.Is(err, ErrRateLimited) {
		t.Errorf("with nothing left: %v, want ErrRateLimited", err)
	}
	hold.End()
	if b.Used() != 0 {
		t.Errorf("%d bytes are held at the end", b.Used())
	}
	if _, err := c.Spaces.Get(as(context.Background(), "a"), 1); err != nil { // nobody holds it
		t.Error(err)
	}
}

// Of the memory that answers share, one member has half, and callers for whom nobody vouches a third.
func TestAnswersHaveTheirShares(t *testing.T) {
	const mb = 1 << 20
	for _, tc := range []struct {
		name, token string
		size        int
		fits        bool
	}{
		{"a member's", "member", mb, true},
		{"more than a member's half", "member", 2 * mb, false},
		{"a stranger's", "stranger", mb / 8, true},
		{"more than a stranger's share", "stranger", mb, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := memory.New(10 * mb)
			c := testClient(t, say(200, "application/json", `{"id":1,"name":"`+strings.Repeat("x", tc.size)+`"}`),
				func(cfg *Config) { cfg.Memory, cfg.Retries, cfg.Principals = b, -1, owners{HashToken("member"): 1} })
			ctx := With(t.Context(), As(tokenOf(tc.token)), FromAddress(netip.MustParseAddr("192.0.2.1")))
			if _, err := c.Spaces.Get(ctx, 1); (err == nil) != tc.fits || err != nil && !errors.Is(err, ErrRateLimited) {
				t.Errorf("an answer of %d bytes: %v, want that it fits: %v", tc.size, err, tc.fits)
			}
			if b.Used() != 0 {
				t.Errorf("%d bytes are held at the end", b.Used())
			}
		})
	}
}
