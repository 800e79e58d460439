package idempotency

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

	"circlegraph/circleclient"
	"circlegraph/sandbox"
	"circlegraph/tokens"
)

// token is a caller.
type token string

func (t token) Token() (string, error) { return string(t), nil }

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
	t.Run("another input is refused", func(t *testing.T) {
		store, key := New(clock.Now, me), "key"
		create := func(context.Context) (int, error) { return 1, nil }
		for input, want := range map[string]error{"same": nil, "other": ErrReused} {
			if _, err := Do(t.Context(), store, "m", &key, "same", create); err != nil {
				t.Fatal(err)
			}
			if v, err := Do(t.Context(), store, "m", &key, input, create); !errors.Is(err, want) || (v == 1) != (want == nil) {
				t.Errorf("%s input under a key = %d, %v, want %v", input, v, err, want)
			}
		}
	})
	t.Run("what may have been done is not done again", func(t *testing.T) {
		// A write whose answer breaks off.
		broken := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		circle := httptest.NewServer(http.HandlerFunc(broken))
		defer circle.Close()
		client, err := circleclient.New(circleclient.Config{
			BaseURL: circle.URL, Principals: tokens.NewPrincipals(0, clock.Now),
		})
		if err != nil {
			t.Fatal(err)
		}
		store, key, calls := New(clock.Now, me), "key", 0
		for range 2 {
			_, err := Do(t.Context(), store, "m", &key, "", func(ctx context.Context) (int, error) {
				calls++
				return 1, client.Posts.Like(circleclient.With(ctx, circleclient.As(token("member"))), 1)
			})
			if !circleclient.OutcomeUnknown(err) {
				t.Fatalf("%v, want an unknown outcome", err)
			}
		}
		if calls != 1 {
			t.Errorf("it was tried %d times, want once", calls)
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
		{"by count", 1, maxOwnRecords + 500, nil, maxOwnRecords},
		{"by bytes", 100 << 10, 100, nil, maxOwnBytes / (100 << 10)},
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
			if len(store.records) > tc.most || len(store.records) != store.order.Len() || store.bytes > maxOwnBytes {
				t.Errorf("%d records of %d bytes (%d in order), want at most %d", len(store.records), store.bytes,
					store.order.Len(), tc.most)
			}
			if tc.most > 0 && len(store.records) < tc.most-1 {
				t.Errorf("%d records are kept, want about %d", len(store.records), tc.most)
			}
		})
	}
}

// TestMembersForgetOnlyTheirOwn: whatever one member creates, the keys of others count.
func TestMembersForgetOnlyTheirOwn(t *testing.T) {
	now := func() time.Time { return time.Unix(0, 0) }
	member := int64(1)
	store := New(now, func(context.Context) (int64, error) { return member, nil })
	calls := 0
	create := func(key string, size int) {
		_, err := Do(t.Context(), store, "m", &key, "", func(context.Context) (string, error) {
			calls++
			return strings.Repeat("x", size), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	create("victim", 10)
	create("victim's next", 10)
	for member = 2; member < 2+maxRecords/maxOwnRecords; member++ { // one cannot fill the memory, so many do
		create("large", 250<<10)
		for n := range maxOwnRecords + 10 {
			create(fmt.Sprint("many", n), 10)
		}
	}
	if n := store.order.Len(); n < maxRecords*9/10 {
		t.Fatalf("%d records fill nothing", n)
	}
	for n := range maxRecords / 100 {
		member = int64(1000 + n%100)
		create(fmt.Sprint("more", n), 10)
	}
	member, calls = 1, 0
	create("victim", 10)
	if create("victim's next", 10); calls != 0 {
		t.Error("the creates of others made a repetition write twice")
	}
	member = 2
	if create(fmt.Sprint("many", maxOwnRecords+9), 10); calls != 0 {
		t.Error("a member's latest key is forgotten")
	}
	if create("many0", 10); calls != 1 {
		t.Error("a member has more than a share")
	}
	if store.bytes > maxBytes || store.order.Len() > maxRecords || len(store.records) != store.order.Len() {
		t.Errorf("%d bytes, %d records", store.bytes, store.order.Len())
	}
}

// A key belongs to one mutation of one member. Whatever others do under the same key, by whichever mutation, is theirs.
func TestKeysAreOfOneMutation(t *testing.T) {
	member := int64(1)
	store := New(func() time.Time { return time.Unix(0, 0) }, func(context.Context) (int64, error) { return member, nil })
	made := 0
	create := func(mutation, key string, size int) string {
		got, err := Do(t.Context(), store, mutation, &key, "", func(context.Context) (string, error) {
			made++
			return fmt.Sprint(made, strings.Repeat("x", size)), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	post, comment := create("createPost", "k", 0), create("createComment", "k", 0)
	if post == comment {
		t.Error("two mutations under one key gave one result")
	}
	for member = 2; member < 5; member++ {
		for n := range maxOwnRecords { // by number, by size, and by mutations that are not the victim's
			create(fmt.Sprint("mutation", n), "k", 0)
			create("createReply", fmt.Sprint("k", n), 100<<10)
		}
		if got := create("createPost", "k", 0); got == post {
			t.Error("one member's key gives another's result")
		}
	}
	member = 1
	if create("createPost", "k", 0) != post || create("createComment", "k", 0) != comment {
		t.Error("the creates of others made a repetition write twice")
	}
	for n := range maxOwnRecords { // of the member's own, the oldest are forgotten, whichever the mutation
		create(fmt.Sprint("mutation", n), "k", 0)
	}
	if create("createPost", "k", 0) == post {
		t.Error("a member has more than a share")
	}
}

// Members with large results fill the memory together. Room for a member who has nothing yet is made by the one who has
// most.
func TestMemoryOfAllIsBounded(t *testing.T) {
	now := func() time.Time { return time.Unix(0, 0) }
	member, calls := int64(0), 0
	store := New(now, func(context.Context) (int64, error) { return member, nil })
	large := strings.Repeat("x", 240<<10)
	create := func(mutation, key string) {
		_, err := Do(t.Context(), store, mutation, &key, "", func(context.Context) (string, error) {
			calls++
			return large, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if store.bytes > maxBytes {
			t.Fatalf("%d bytes are kept, of at most %d", store.bytes, maxBytes)
		}
	}
	for member = 1; member <= maxBytes/maxOwnBytes+5; member++ {
		for n := range 8 {
			create("m", fmt.Sprint(n))
		}
	}
	if store.bytes < maxBytes*9/10 {
		t.Fatalf("%d bytes fill nothing", store.bytes)
	}
	create("m", "only")
	calls = 0
	if create("m", "only"); calls != 0 {
		t.Error("the only key of a member is forgotten, of others with many none")
	}
	if create("n", "only"); calls != 1 {
		t.Error("one key for two mutations is one")
	}
	others := func() int { return len(store.records) - store.members[member].order.Len() }
	before := others()
	for n := range 3 {
		create("m", fmt.Sprint(n))
	}
	if n := others(); n != before {
		t.Errorf("a member with several keys makes %d of others be forgotten", before-n)
	}
}

// made is a large result.
type made struct{ Text string }

func (*made) NodeRef() circleclient.Ref { return circleclient.PostRef(1, 2) }

// TestLargeResultsAreReadAgain: of them only the id takes memory.
func TestLargeResultsAreReadAgain(t *testing.T) {
	read := 0
	store := New(func() time.Time { return time.Unix(0, 0) }, func(context.Context) (int64, error) { return 7, nil }).
		Reading(func(_ context.Context, ref circleclient.Ref) (any, error) {
			read++
			if ref != circleclient.PostRef(1, 2) {
				t.Errorf("read %v", ref)
			}
			return &made{Text: "as it is now"}, nil
		})
	for i, size := range []int{10, 250 << 10} {
		key := fmt.Sprint(size)
		for n := range 2 {
			got, err := Do(t.Context(), store, "m", &key, "", func(context.Context) (*made, error) {
				if n > 0 {
					t.Error("written twice")
				}
				return &made{Text: strings.Repeat("x", size)}, nil
			})
			if err != nil || got == nil || n > 0 && i == 1 && got.Text != "as it is now" {
				t.Errorf("%d bytes: %v, %v", size, got, err)
			}
		}
	}
	if read != 1 || store.bytes > 3*recordOverhead {
		t.Errorf("read %d times, %d bytes kept", read, store.bytes)
	}
}

// A create goes on without its caller and after their time, but knows when that is over.
func TestLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := New(time.Now, func(context.Context) (int64, error) { return 7, nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		key := "key"
		_, err := Do(ctx, store, "m", &key, "", func(ctx context.Context) (int, error) {
			cancel()
			if Late(ctx) != nil || ctx.Err() != nil {
				t.Error("it is late because the caller has left")
			}
			time.Sleep(time.Minute + time.Second) //nolint:forbidigo // in a bubble
			if !errors.Is(Late(ctx), context.DeadlineExceeded) || ctx.Err() != nil {
				t.Error("it is not late after its time, or has ended")
			}
			return 1, nil
		})
		if err != nil || Late(t.Context()) != nil || !errors.Is(Late(ctx), context.Canceled) {
			t.Errorf("%v, or what has no key does not end with its caller", err)
		}
	})
}
