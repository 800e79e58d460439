package circleclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// scripted is a Circle that counts what it is asked and answers a space whose name is the count.
type scripted struct {
	calls  atomic.Int64
	status atomic.Int64                // of reads; 0 for success
	hold   atomic.Pointer[chan func()] // reads wait for it
	body   string
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := s.calls.Add(1)
	if hold := s.hold.Load(); hold != nil && r.Method == http.MethodGet {
		select {
		case <-*hold:
		case <-r.Context().Done():
			return
		}
	}
	if status := int(s.status.Load()); status != 0 && r.Method == http.MethodGet {
		say(status, "application/json", `{"message":"The access token is invalid."}`)(w, r)
		return
	}
	say(200, "application/json", fmt.Sprintf(`{"id":1,"name":"%d%s","records":[]}`, n, s.body))(w, r)
}

// memoClient is a client with a memo and a clock that stands still.
func memoClient(t *testing.T, s http.Handler, edits ...func(*Config)) (c *Client, clock *atomic.Int64, n *lockedNotes) {
	clock, n = &atomic.Int64{}, &lockedNotes{notes: notes{}}
	edits = append([]func(*Config){func(cfg *Config) {
		cfg.Memo = MemoConfig{Bytes: 1 << 20, Brief: 3 * time.Second, Long: time.Minute, Stale: 5 * time.Minute}
		cfg.Retries, cfg.Principals = -1, n
		cfg.Clock = func() time.Time { return time.Unix(clock.Load(), 0) }
	}}, edits...)
	return testClient(t, s, edits...), clock, n
}

// lockedNotes are [notes] for several goroutines.
type lockedNotes struct {
	mu    sync.Mutex
	notes notes
}

func (n *lockedNotes) Prove(token TokenHash, memberID int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.notes.Prove(token, memberID)
}

func (n *lockedNotes) Member(token TokenHash) (int64, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.notes.Member(token)
}

func (n *lockedNotes) Forget(token TokenHash) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.notes.Forget(token)
}

func as(ctx context.Context, token string) context.Context {
	return With(ctx, As(fixedToken(token)))
}

func TestMemoAnswersForItsTime(t *testing.T) {
	s := &scripted{}
	c, clock, _ := memoClient(t, s)
	a, b := as(t.Context(), "token-a"), as(t.Context(), "token-b")
	space := func(ctx context.Context) error { _, err := c.Spaces.Get(ctx, 1); return err }
	other := func(ctx context.Context) error { _, err := c.Spaces.Get(ctx, 2); return err }
	feed := func(ctx context.Context) error { _, err := c.Posts.Home(ctx, PostListOptions{}); return err }
	page := func(ctx context.Context) error {
		_, err := c.Posts.Home(ctx, PostListOptions{PageOptions: PageOptions{Page: 2}})
		return err
	}
	search := func(ctx context.Context) error {
		_, err := c.Members.Search(ctx, MemberSearchRequest{SearchText: "x"})
		return err
	}
	for i, step := range []struct {
		name  string
		after int64 // seconds
		read  func(context.Context) error
		as    context.Context
		calls int64
	}{
		{"first", 0, space, a, 1},
		{"again", 0, space, a, 0},
		{"another member", 0, space, b, 1},
		{"another path", 0, other, a, 1},
		{"a feed", 0, feed, a, 1},
		{"again", 2, feed, a, 0},
		{"another query", 0, page, a, 1},
		{"a feed after its time", 1, feed, a, 1},
		{"a space within its time", 56, space, a, 0},
		{"a space after its time", 1, space, a, 1},
		{"one who wants it fresh", 0, space, With(a, Fresh), 1},
		{"what that one got", 0, space, a, 0},
		{"a POST that reads", 0, search, a, 1},
		{"is not remembered", 0, search, a, 1},
	} {
		clock.Add(step.after)
		before := s.calls.Load()
		if err := step.read(step.as); err != nil {
			t.Fatalf("%d %s: %v", i, step.name, err)
		}
		if got := s.calls.Load() - before; got != step.calls {
			t.Errorf("%d %s: %d calls, want %d", i, step.name, got, step.calls)
		}
	}
}

// What is remembered for long, and which writes do not touch it, is decided by operation. A new one is brief and drops
// all.
func TestWhatLivesLong(t *testing.T) {
	var long, lenient []string
	for op := range markers(t) {
		method, template, _ := strings.Cut(op, " ")
		if strings.HasPrefix(template, authAPI) {
			continue
		}
		name := method + " " + strings.TrimPrefix(template, memberAPI)
		switch {
		case method == http.MethodGet && livesLong(template):
			long = append(long, name)
		case method != http.MethodGet && leavesLongLived(template):
			lenient = append(lenient, name)
		}
	}
	slices.Sort(long)
	slices.Sort(lenient)
	if diff := cmp.Diff([]string{
		"GET /community_links", "GET /community_member", "GET /course_topics", "GET /page_profile_fields", "GET /spaces",
		"GET /spaces/home", "GET /spaces/{id}", "GET /spaces/{space_id}/topics",
	}, long); diff != "" {
		t.Errorf("long (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"DELETE /comments/{comment_id}/user_likes", "DELETE /messages/{chat_room_uuid}/chat_room_messages/{id}",
		"DELETE /notifications/{id}", "DELETE /posts/{post_id}/user_likes", "DELETE /reactions",
		"POST /comments/{comment_id}/user_likes", "POST /messages/{chat_room_uuid}/chat_room_messages",
		"POST /messages/{uuid}/mark_all_as_read", "POST /notifications/mark_all_as_read",
		"POST /notifications/reset_new_notifications_count", "POST /notifications/{id}/archive",
		"POST /notifications/{id}/mark_as_read", "POST /posts/{post_id}/user_likes", "POST /reactions",
		"POST /space_members/{id}/mark_as_read", "PUT /messages/{chat_room_uuid}/chat_room_messages/{id}",
	}, lenient); diff != "" {
		t.Errorf("writes that do not touch it (-want +got):\n%s", diff)
	}
}

func TestMemoKeepsNoCookies(t *testing.T) {
	c, _, _ := memoClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "_circle_session", Value: "secret"})
		say(200, "application/json", `{"id":1}`)(w, r)
	}))
	if _, err := c.Spaces.Get(as(t.Context(), "a"), 1); err != nil {
		t.Fatal(err)
	}
	for r := range c.memo.answers.Values() {
		if r.answer.header != nil {
			t.Errorf("%v is remembered", r.answer.header)
		}
	}
}

func TestMemoCanBeOff(t *testing.T) {
	s := &scripted{}
	c, _, _ := memoClient(t, s, func(cfg *Config) { cfg.Memo.Bytes = 0 })
	for range 3 {
		if _, err := c.Spaces.Get(as(t.Context(), "a"), 1); err != nil {
			t.Fatal(err)
		}
	}
	if n := s.calls.Load(); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
}

// Many who ask at once share one call, and nobody's leaving ends it for the others.
func TestCoalescing(t *testing.T) {
	s := &scripted{}
	hold := make(chan func())
	s.hold.Store(&hold)
	c, _, _ := memoClient(t, s)
	usage := &Usage{}
	ctx := With(as(t.Context(), "a"), CountedIn(usage))
	first, leave := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := c.Spaces.Get(first, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("the one who left: %v, want context.Canceled", err)
		}
	})
	until(t, func() bool { return s.calls.Load() == 1 })
	for range 20 {
		all.Go(func() {
			if space, err := c.Spaces.Get(ctx, 1); err != nil || space.Name != "1" {
				t.Errorf("one who stayed: %v, %v", space, err)
			}
		})
	}
	until(t, func() bool { return usage.Coalesced() == 20 })
	leave()
	close(hold)
	all.Wait()
	if n := s.calls.Load(); n != 1 || usage.Requests() != 1 {
		t.Errorf("%d calls (%d counted), want 1", n, usage.Requests())
	}
}

func TestStaleAnswers(t *testing.T) {
	for _, tc := range []struct {
		status int64
		stale  bool
	}{{500, true}, {503, true}, {429, true}, {408, true}, {404, false}, {401, false}} {
		t.Run(fmt.Sprint(tc.status), func(t *testing.T) {
			s := &scripted{}
			c, clock, _ := memoClient(t, s)
			ctx := as(t.Context(), "a")
			read := func(ctx context.Context) (err error) { _, err = c.Posts.Home(ctx, PostListOptions{}); return err }
			if err := read(ctx); err != nil {
				t.Fatal(err)
			}
			s.status.Store(tc.status)
			clock.Add(4)
			usage := &Usage{}
			if err := read(With(ctx, CountedIn(usage))); (err == nil) != tc.stale || usage.Stale() == 1 != tc.stale {
				t.Errorf("%v, %d stale, want an old answer: %v", err, usage.Stale(), tc.stale)
			}
			if err := read(With(ctx, Fresh)); err == nil {
				t.Error("one who wants it fresh got an old answer")
			}
			if err := read(as(t.Context(), "b")); err == nil {
				t.Error("another caller got an answer")
			}
			clock.Add(300)
			if err := read(ctx); err == nil {
				t.Error("an answer of five minutes ago was given")
			}
		})
	}
}

func TestStaleAnswerInsteadOfTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, circle := leavers(t, func(cfg *Config) { cfg.Timeout = 2 * time.Second })
		ctx := as(t.Context(), "a")
		if _, err := c.Spaces.Get(ctx, 1); err != nil {
			t.Fatal(err)
		}
		_ = sleep(ctx, time.Minute)
		circle.takes.Store(int64(time.Hour))
		if space, err := c.Spaces.Get(ctx, 1); err != nil || space.ID != 1 || circle.given.Load() != 1 {
			t.Errorf("%v, %v after %d calls given up, want the old answer after one", space, err, circle.given.Load())
		}
	})
}

// A read goes on in a goroutine of its own. A panic there fails the read, and leaves nobody waiting for it.
func TestPanicInARead(t *testing.T) {
	var asked atomic.Int64
	c, _, _ := memoClient(t, nil, func(cfg *Config) {
		cfg.BaseURL = "https://circle.example.com"
		cfg.Transport = inProcess(func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 1 {
				panic("a fault of the transport")
			}
			say(200, "application/json", `{"records":[]}`)(w, r)
		})
	})
	_, err := c.Posts.Home(as(t.Context(), "a"), PostListOptions{})
	if err == nil || strings.Contains(err.Error(), "fault") {
		t.Errorf("a panic gives %v, want an error that does not tell what it was about", err)
	}
	if _, err := c.Posts.Home(as(t.Context(), "a"), PostListOptions{}); err != nil {
		t.Errorf("the next read: %v", err)
	}
}

// A dead token leaves nothing behind, whether it was revoked here or refused by Circle.
func TestDeadTokensAreForgotten(t *testing.T) {
	for name, kill := range map[string]func(*Client, *scripted, context.Context){
		"revoked": func(c *Client, _ *scripted, _ context.Context) { c.Forget("a") },
		"refused": func(c *Client, s *scripted, a context.Context) {
			s.status.Store(401)
			_, _ = c.Spaces.Get(a, 99)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scripted{}
			c, clock, n := memoClient(t, s)
			a, b := as(t.Context(), "a"), as(t.Context(), "b")
			for _, ctx := range []context.Context{a, b} {
				for i := range 10 {
					if _, err := c.Spaces.Get(ctx, int64(i+1)); err != nil {
						t.Fatal(err)
					}
				}
			}
			kill(c, s, a)
			if _, proven := n.Member(HashToken("a")); proven {
				t.Error("the token is still proven")
			}
			for key := range c.memo.answers.Keys() {
				if key.token == HashToken("a") {
					t.Fatal("an answer is left")
				}
			}
			clock.Add(60)
			s.status.Store(500)
			if _, err := c.Spaces.Get(a, 1); err == nil {
				t.Error("a dead token's read got an old answer")
			}
			if _, err := c.Spaces.Get(b, 1); err != nil {
				t.Errorf("another token lost its answers: %v", err)
			}
		})
	}
}

func TestMemoIsBounded(t *testing.T) {
	s := &scripted{body: strings.Repeat("x", 10_000)}
	c, clock, _ := memoClient(t, s)
	for i := range 1000 {
		if _, err := c.Spaces.Get(as(t.Context(), fmt.Sprint("token-", i)), 1); err != nil {
			t.Fatal(err)
		}
	}
	if size := c.memo.answers.WeightedSize(); size > 1<<20 || size < 1<<19 {
		t.Errorf("%d bytes are remembered, want nearly 1 MiB", size)
	}
	clock.Add(3600)
	if _, err := c.Spaces.Get(as(t.Context(), "a"), 1); err != nil {
		t.Fatal(err)
	}
	c.memo.answers.CleanUp()
	if n := c.memo.answers.EstimatedSize(); n != 1 {
		t.Errorf("%d answers after an hour, want the new one", n)
	}
	for i := range maxWriters + 10 {
		c.memo.wrote(t.Context(), &request{token: HashToken(fmt.Sprint(i))}, nil)
	}
	if n := len(c.memo.written); n > maxWriters {
		t.Errorf("%d writers are told apart, want at most %d", n, maxWriters)
	}
	before := s.calls.Load()
	if _, err := c.Spaces.Get(as(t.Context(), "a"), 1); err != nil || s.calls.Load() == before {
		t.Error("after too many writers an answer is still there that may be old")
	}
	if n := len(c.memo.flights); n != 0 {
		t.Errorf("%d calls are still under way", n)
	}
}

func TestBrokenAnswersAreNotRemembered(t *testing.T) {
	var calls atomic.Int64
	c, _, _ := memoClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			say(200, "application/json", `[]`)(w, r)
			return
		}
		say(200, "application/json", `{"id":1}`)(w, r)
	}))
	ctx := as(t.Context(), "a")
	if _, err := c.Spaces.Get(ctx, 1); !errors.Is(err, ErrUnavailable) {
		t.Errorf("first: %v, want ErrUnavailable", err)
	}
	if _, err := c.Spaces.Get(ctx, 1); err != nil {
		t.Errorf("second: %v", err)
	}
}

// Readers, writers and dead tokens at once; each sees its own writes. For the race detector most of all.
func TestMemoUnderLoad(t *testing.T) {
	var versions [4]atomic.Int64
	c, _, n := memoClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := r.Header.Get("Authorization")[len("Bearer "):][0] - '0'
		if r.Method != http.MethodGet {
			versions[who].Add(1)
		}
		say(200, "application/json", fmt.Sprintf(`{"id":%d,"name":"%d"}`, versions[who].Load()+1, who))(w, r)
	}))
	var all sync.WaitGroup
	for who := range 4 {
		for device := range 2 {
			token := fmt.Sprint(who, "-", device)
			n.Prove(HashToken(token), int64(who+1))
			ctx := as(t.Context(), token)
			all.Go(func() {
				for i := range 60 {
					wrote := int64(0)
					switch {
					case i%10 == 0:
						if _, err := c.Spaces.Join(ctx, 1); err != nil {
							t.Error(err)
						}
						wrote = 1
					case i%25 == 0:
						c.Forget(token)
						n.Prove(HashToken(token), int64(who+1))
					}
					least := versions[who].Load() * wrote // others may write meanwhile
					space, err := c.Spaces.Get(ctx, 1)
					if err != nil || space.Name != fmt.Sprint(who) || space.ID-1 < least {
						t.Errorf("%s sees %+v, %v, want version %d at least", token, space, err, least)
					}
				}
			})
		}
	}
	all.Wait()
}

// until waits for something to come true.
func until(t *testing.T, ok func() bool) {
	t.Helper()
	for !ok() {
		<-time.After(time.Millisecond)
	}
}
