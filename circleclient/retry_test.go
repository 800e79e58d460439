package circleclient

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func retryAfter(seconds string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", seconds)
		next(w, r)
	}
}

func TestRetries(t *testing.T) {
	abort := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	ok := say(200, "application/json", `{"id":1,"records":[]}`)
	read := func(ctx context.Context, c *Client) error { _, err := c.Spaces.Get(ctx, 1); return err }
	search := func(ctx context.Context, c *Client) error {
		_, err := c.Members.Search(ctx, MemberSearchRequest{SearchText: "a"})
		return err
	}
	join := func(ctx context.Context, c *Client) error { _, err := c.Spaces.Join(ctx, 1); return err }
	remove := func(ctx context.Context, c *Client) error { return c.Bookmarks.Delete(ctx, 1) }
	update := func(ctx context.Context, c *Client) error {
		return c.Notifications.UpdatePreference(ctx, "push", "mention", true)
	}
	mint := func(ctx context.Context, c *Client) error {
		_, err := c.Auth.CreateToken(ctx, TokenRequest{Email: "a@example.com"})
		return err
	}
	tests := []struct {
		name    string
		do      func(context.Context, *Client) error
		answers []http.HandlerFunc
		calls   int64
		want    error
	}{
		{"503 then well", read, []http.HandlerFunc{say(503, "", ""), ok}, 2, nil},
		{"twice then well", read, []http.HandlerFunc{say(502, "text/html", "<html>"), say(504, "", ""), ok}, 3, nil},
		{"connection lost", read, []http.HandlerFunc{abort, ok}, 2, nil},
		{"for ever", read, []http.HandlerFunc{say(503, "", "")}, 3, ErrUnavailable},
		{"429 for ever", read, []http.HandlerFunc{say(429, "", "")}, 3, ErrRateLimited},
		{"500 is not tried again", read, []http.HandlerFunc{say(500, "", ""), ok}, 1, ErrUnavailable},
		{"404 is not tried again", read, []http.HandlerFunc{say(404, "", ""), ok}, 1, ErrNotFound},
		{"401 is not tried again", read, []http.HandlerFunc{say(401, "", ""), ok}, 1, ErrForbidden},
		{"HTML is not tried again", read, []http.HandlerFunc{say(200, "text/html", "<html>"), ok}, 1, ErrUnavailable},
		{"the search is a read", search, []http.HandlerFunc{say(503, "", ""), ok}, 2, nil},
		{"POST", join, []http.HandlerFunc{say(503, "", ""), ok}, 1, ErrUnavailable},
		{"POST, 429", join, []http.HandlerFunc{retryAfter("1", say(429, "", "")), ok}, 1, ErrRateLimited},
		{"POST, connection lost", join, []http.HandlerFunc{abort, ok}, 1, ErrUnavailable},
		{"DELETE", remove, []http.HandlerFunc{say(503, "", ""), ok}, 1, ErrUnavailable},
		{"PUT", update, []http.HandlerFunc{say(503, "", ""), ok}, 1, ErrUnavailable},
		{"sign-in", mint, []http.HandlerFunc{say(503, "", ""), ok}, 1, ErrUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &script{answers: tt.answers}
			if err := tt.do(asMember(t), testClient(t, s)); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if got := s.calls.Load(); got != tt.calls {
				t.Errorf("%d requests, want %d", got, tt.calls)
			}
		})
	}
	s := &script{answers: []http.HandlerFunc{say(503, "", "")}}
	_ = read(asMember(t), testClient(t, s, func(cfg *Config) { cfg.Retries = -1 }))
	if got := s.calls.Load(); got != 1 {
		t.Errorf("%d requests with retries off, want 1", got)
	}
}

func TestPauses(t *testing.T) {
	s := &script{answers: []http.HandlerFunc{
		retryAfter("3", say(429, "", "")), say(503, "", ""),
		say(200, "application/json", `{"id":1}`),
	}}
	var pauses []time.Duration
	c := testClient(t, s, func(cfg *Config) {
		cfg.wait = func(_ context.Context, d time.Duration) error {
			pauses = append(pauses, d)
			return nil
		}
	})
	if _, err := c.Spaces.Get(asMember(t), 1); err != nil {
		t.Fatal(err)
	}
	if len(pauses) != 2 || pauses[0] < 3*time.Second || pauses[0] > 4*time.Second || pauses[1] <= 0 ||
		pauses[1] > maxPause {
		t.Errorf("pauses %v, want one of what Retry-After says and one of up to %v", pauses, maxPause)
	}
}

func TestRetryKeepsTheDeadline(t *testing.T) {
	s := &script{answers: []http.HandlerFunc{retryAfter("60", say(429, "", ""))}}
	c := testClient(t, s, func(cfg *Config) {
		cfg.wait = func(context.Context, time.Duration) error {
			t.Error("waited past the deadline")
			return nil
		}
	})
	_, err := c.Spaces.Get(asMember(t), 1) // 60 s is more than the 15 s of a call
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrRateLimited) || e.RetryAfter != time.Minute {
		t.Errorf("%v, want ErrRateLimited that asks for a minute", err)
	}
	if got := s.calls.Load(); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

func TestTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := func(cfg *Config) {
			cfg.BaseURL = "https://circle.example.com"
			cfg.Transport = inProcess(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		}
		c := testClient(t, nil, hang, func(cfg *Config) { cfg.Timeout = 2 * time.Second })
		_, err := c.Spaces.Get(asMember(t), 1)
		if !errors.Is(err, ErrTimeout) {
			t.Errorf("call's own timeout: %v, want ErrTimeout", err)
		}
		c = testClient(t, nil, hang)
		short, cancel := context.WithTimeout(asMember(t), 2*time.Second)
		defer cancel()
		if _, err := c.Spaces.Join(short, 1); !errors.Is(err, ErrTimeout) {
			t.Errorf("caller's deadline: %v, want ErrTimeout", err)
		}
		left, leave := context.WithCancel(asMember(t))
		time.AfterFunc(2*time.Second, leave)
		if _, err := c.Spaces.Get(left, 1); !errors.Is(err, context.Canceled) || errors.Is(err, ErrUnavailable) {
			t.Errorf("caller left: %v, want context.Canceled", err)
		}
	})
}

// Which failures may pass in a moment, and that those who met one together do not come back together.
func TestPausesAreSpread(t *testing.T) {
	const said = 3 * time.Second
	for name, tc := range map[string]struct {
		failure     *Error
		attempt     int
		least, most time.Duration
	}{
		"at first":                  {&Error{Kind: ErrUnavailable, Status: 503}, 0, 1, firstPause + time.Millisecond},
		"after many failures":       {&Error{Kind: ErrUnavailable, Status: 503}, 20, 1, maxPause + time.Millisecond},
		"the network":               {&Error{Kind: ErrUnavailable}, 0, 1, firstPause + time.Millisecond},
		"as Circle says":            {&Error{Status: 429, RetryAfter: said}, 0, said, said + firstPause},
		"an operation that rests":   {&Error{Kind: ErrUnavailable, cause: errResting}, 0, 0, 0},
		"a call that took too long": {&Error{Kind: ErrTimeout}, 0, 0, 0},
	} {
		pauses := map[time.Duration]bool{}
		for range 100 {
			pause, ok := pauseAfter(context.Background(), tc.failure, tc.attempt)
			if ok != (tc.most > 0) {
				t.Fatalf("%s: it is tried again: %v", name, ok)
			}
			if ok && (pause < tc.least || pause > tc.most) {
				t.Fatalf("%s: a pause of %v, want %v to %v", name, pause, tc.least, tc.most)
			}
			pauses[pause] = true
		}
		if tc.most > 0 && len(pauses) < 50 {
			t.Errorf("%s: a hundred callers have %d pauses, want them spread", name, len(pauses))
		}
	}
}
