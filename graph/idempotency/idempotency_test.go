package idempotency

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"circlegraph/circleclient"
	"circlegraph/sandbox"
)

func TestDo(t *testing.T) {
	clock := sandbox.NewClock(time.Unix(0, 0))
	me := func(context.Context) (int64, error) { return 7, nil }
	refused := &circleclient.Error{Kind: circleclient.ErrForbidden, Status: http.StatusUnauthorized}
	for _, tc := range []struct {
		name  string
		first error
		wait  time.Duration
		calls int
	}{
		{"success is remembered", nil, 0, 1},
		{"nearly ten minutes", nil, 10*time.Minute - 1, 1},
		{"and no longer", nil, 10 * time.Minute, 2},
		{"a refusal may be tried again", refused, 0, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			store := New(clock.Now, me)
			calls := 0
			key := "key"
			create := func(context.Context) (int, error) { calls++; return calls, tc.first }
			for range 2 {
				if _, err := Do(t.Context(), store, "m", &key, "input", create); err != nil && !errors.Is(err, tc.first) {
					t.Fatal(err)
				}
				clock.Advance(tc.wait)
			}
			if calls != tc.calls {
				t.Errorf("%d calls, want %d", calls, tc.calls)
			}
		})
	}
	t.Run("a key has its limits", func(t *testing.T) {
		key := strings.Repeat("x", maxKey+1)
		if _, err := Do(t.Context(), New(clock.Now, me), "m", &key, "",
			func(context.Context) (int, error) { return 1, nil }); err == nil {
			t.Error("a key of 256 bytes was taken")
		}
	})
	t.Run("a panic blocks nobody", func(t *testing.T) {
		store := New(clock.Now, me)
		key := "key"
		func() {
			defer func() { _ = recover() }()
			_, _ = Do(t.Context(), store, "m", &key, "", func(context.Context) (int, error) { panic("at the disco") })
		}()
		if v, err := Do(t.Context(), store, "m", &key, "",
			func(context.Context) (int, error) { return 1, nil }); v != 1 || err != nil {
			t.Errorf("after a panic: %d, %v, want another try", v, err)
		}
	})
}

func TestRecordsAreBounded(t *testing.T) {
	now := time.Unix(0, 0)
	for _, tc := range []struct {
		name     string
		size     int
		attempts int
		err      error
		most     int
	}{
		{"by count", 1, maxRecords + 500, nil, maxRecords},
		{"by bytes", 1 << 20, 100, nil, maxBytes >> 20},
		{"refusals are not kept", 1, 100, &circleclient.Error{Kind: circleclient.ErrInvalid, Status: 422}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			store := New(func() time.Time { return now }, func(context.Context) (int64, error) { return 7, nil })
			value := strings.Repeat("x", tc.size)
			for i := range tc.attempts {
				key := fmt.Sprint(i)
				if _, err := Do(t.Context(), store, "m", &key, "",
					func(context.Context) (string, error) { return value, tc.err }); err != nil && !errors.Is(err, tc.err) {
					t.Fatal(err)
				}
			}
			if len(store.records) > tc.most || len(store.records) != store.order.Len() || store.bytes > maxBytes {
				t.Errorf("%d records of %d bytes (%d in order), want at most %d", len(store.records), store.bytes,
					store.order.Len(), tc.most)
			}
			if tc.most > 0 && len(store.records) < tc.most-1 {
				t.Errorf("%d records are kept, want about %d", len(store.records), tc.most)
			}
		})
	}
}
