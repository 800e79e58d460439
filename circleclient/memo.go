package circleclient

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"circlegraph/internal/inline"
	"circlegraph/internal/panics"
)

// MemoConfig says how long answers of Circle are remembered, each for the one access token that it was given to. The
// zero value remembers nothing.
type MemoConfig struct {
	// Bytes bounds the memory. Without it nothing is remembered, and no two reads share a call.
	Bytes uint64
	// Brief is for what changes all the time: feeds, comments, counts.
	Brief time.Duration
	// Long is for what seldom changes: spaces, links, topics, the own profile.
	Long time.Duration
	// Stale is for how much longer an answer may be given if Circle fails, is too slow or refuses further calls.
	Stale time.Duration
}

const (
	// answerOverhead is what an answer takes in the memo beside its body, in bytes.
	answerOverhead = 500
	// maxWriters is how many writers the memo tells apart; beyond it everybody's answers are dropped.
	maxWriters = 100_000
	// maxOrphaned is how many flights may go on at a time that nobody waits for any more.
	maxOrphaned = maxConns
)

// memo answers a read that the same caller has made a moment ago, or is making right now. Its keys are made of the
// whole token, so nothing that one token was given reaches another. It does all its work when it is used, nothing in
// the background. It is safe for concurrent use.
type memo struct {
	config     MemoConfig
	principals Principals
	now        func() time.Time
	answers    *otter.Cache[memoKey, *remembered]

	mu       sync.Mutex
	flights  map[memoKey]*flight
	orphaned int // how many flights go on for nobody
	// Versions tell what was read before a write from what was read after it: they count writes.
	version uint64
	oldest  uint64 // no older version is given to anybody
	written map[writer]lastWrites
}

// memoKey is a read of one token.
type memoKey struct {
	token   TokenHash
	request [sha256.Size]byte
}

// writer is a member if Circle has said whose the token is, else a token.
type writer struct {
	member int64
	token  TokenHash
}

// lastWrites are the versions after a writer's last changes.
type lastWrites struct{ brief, long uint64 }

// remembered is an answer and when it is good.
type remembered struct {
	answer  *answer
	long    bool
	version uint64 // when it was asked for
	until   time.Time
}

// flight is a request under way for all who want its answer. While it waits to be sent, it ends with the last of them.
// Once it is sent, Circle has counted it, so it goes on: whoever lost the connection comes back for the answer.
type flight struct {
	remembered
	memo   *memo
	done   chan struct{} // closed once answer and err are there
	err    error
	cancel context.CancelFunc

	// Guarded by the memo.
	waiting        int
	sent, orphaned bool
}

func newMemo(config MemoConfig, principals Principals, now func() time.Time) *memo {
	return &memo{
		config: config, principals: principals, now: now, flights: map[memoKey]*flight{}, written: map[writer]lastWrites{},
		answers: otter.Must(&otter.Options[memoKey, *remembered]{
			MaximumWeight: max(config.Bytes, 1),
			Weigher: func(_ memoKey, r *remembered) uint32 {
				return uint32(answerOverhead + cap(r.answer.body)) //nolint:gosec // G115: a body has MaxBody at most
			},
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[memoKey, *remembered]) time.Duration {
				return e.Value.until.Sub(now()) + config.Stale
			}),
			Clock:    inline.Clock(now),
			Executor: inline.Executor,
		}),
	}
}

// remember is the memo's link: it answers reads, and notes writes.
func (m *memo) remember(next send) send {
	return func(ctx context.Context, r *request) (*answer, error) {
		switch {
		case r.memorable():
			return m.read(ctx, r, next)
		case !r.read && !leavesAll(r):
			defer m.wrote(r)
		}
		return next(ctx, r)
	}
}

// read answers from memory, by a flight under way or by a new one.
func (m *memo) read(ctx context.Context, r *request, next send) (*answer, error) {
	key := keyOf(r)
	f, old := m.join(ctx, key, r, next)
	if f == nil {
		r.count(cached, 1)
		return old.answer, nil
	}
	var err error
	select {
	case <-f.done:
		if err = f.err; err == nil {
			if r.screen != nil {
				r.screen.started.Store(true) // also if the flight is another screen's
			}
			return f.answer, nil
		}
	case <-ctx.Done():
		m.leave(key, f)
		err = r.failNetwork(ctx, ctx.Err())
	}
	if old != nil && isCirclesFault(err) {
		r.count(stale, 1)
		return old.answer, nil
	}
	return nil, err
}

// isCirclesFault reports whether a stale answer is better than the failure.
func isCirclesFault(err error) bool {
	return errors.Is(err, ErrRateLimited) || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrTimeout)
}

// join returns the flight to wait for, which it starts if there is none. It returns nil if old is still good; else old,
// if there is one, may be given instead of a failure.
func (m *memo) join(ctx context.Context, key memoKey, r *request, next send) (f *flight, old *remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	long := livesLong(r.route.template)
	if !r.fresh {
		least := m.lastWrite(r.caller, key.token, long)
		if old, _ = m.answers.GetIfPresent(key); old != nil && old.version < least {
			old = nil
		}
		if old != nil && m.now().Before(old.until) {
			return nil, old
		}
		if f := m.flights[key]; f != nil && f.version >= least {
			f.waiting++
			f.setOrphaned(false)
			r.count(coalesced, 1)
			return f, old
		}
	}
	// One caller's end must not be the end for the others, so the request has a context of its own.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f = &flight{memo: m, done: make(chan struct{}), cancel: cancel, waiting: 1}
	f.long, f.version = long, m.version
	m.flights[key] = f
	flying := *r
	flying.flight, flying.stale = f, old != nil
	go m.run(ctx, key, &flying, next)
	return f, old
}

// run makes the request of a flight.
func (m *memo) run(ctx context.Context, key memoKey, r *request, next send) {
	f := r.flight
	defer f.cancel()
	defer m.finish(key, f)
	defer panics.Recover(&f.err)
	f.answer, f.err = next(ctx, r)
}

// finish remembers the answer of a flight and lets go on who waits for it.
func (m *memo) finish(key memoKey, f *flight) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer close(f.done)
	f.setOrphaned(false)
	if m.flights[key] == f {
		delete(m.flights, key)
	}
	if f.err != nil || f.version < max(m.oldest, m.written[writer{token: key.token}].of(f.long)) {
		return
	}
	if newer, _ := m.answers.GetIfPresent(key); newer != nil && newer.version > f.version {
		return
	}
	f.until = m.now().Add(m.config.Brief)
	if f.long {
		f.until = m.now().Add(m.config.Long)
	}
	kept := *f.answer
	kept.header = nil // Circle sets session cookies on every answer
	m.answers.Set(key, &remembered{answer: &kept, long: f.long, version: f.version, until: f.until})
}

// leave removes a caller that has stopped waiting.
func (m *memo) leave(key memoKey, f *flight) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.waiting--; f.waiting > 0 {
		return
	}
	if f.sent && m.orphaned < maxOrphaned {
		f.setOrphaned(true)
		return
	}
	f.cancel()
	if m.flights[key] == f {
		delete(m.flights, key)
	}
}

// setOrphaned notes whether the flight goes on for nobody.
func (f *flight) setOrphaned(orphaned bool) {
	switch {
	case orphaned && !f.orphaned:
		f.memo.orphaned++
	case f.orphaned && !orphaned:
		f.memo.orphaned--
	}
	f.orphaned = orphaned
}

// underWay notes whether a request of the flight is being sent, and reports whether anybody still waits. A flight that
// is not being sent ends with the last who waits.
func (f *flight) underWay(sent bool) (wanted bool) {
	f.memo.mu.Lock()
	defer f.memo.mu.Unlock()
	f.sent = sent
	return f.waiting > 0
}

// wrote drops what a write has touched, for every token known to be the same member's. It is called at the end of a
// write, whatever its outcome: a read that follows has started after it.
func (m *memo) wrote(r *request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w := writer{token: HashToken(r.caller)}
	if member, _ := m.principals.Member(r.caller); member != 0 {
		w = writer{member: member}
	}
	m.mark(w, !leavesLongLived(r.route.template))
}

// mark notes a write.
func (m *memo) mark(w writer, long bool) {
	m.version++
	if len(m.written) >= maxWriters {
		m.oldest = m.version
		clear(m.written)
	}
	last := m.written[w]
	if last.brief = m.version; long {
		last.long = m.version
	}
	m.written[w] = last
}

// lastWrite is the version that an answer to the token must have at least.
func (m *memo) lastWrite(token string, hash TokenHash, long bool) uint64 {
	own := m.written[writer{token: hash}]
	var all lastWrites
	if member, _ := m.principals.Member(token); member != 0 {
		all = m.written[writer{member: member}]
	}
	return max(m.oldest, own.of(long), all.of(long))
}

// of is the version after the last write that touched what lives long, or what does not.
func (l lastWrites) of(long bool) uint64 {
	if long {
		return l.long
	}
	return l.brief
}

// forget drops all that was answered to a token, which is dead, and ends its flights that nobody waits for.
func (m *memo) forget(token string) {
	hash := HashToken(token)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark(writer{token: hash}, true)
	for key := range m.answers.Keys() {
		if key.token == hash {
			m.answers.Invalidate(key)
		}
	}
	for key, f := range m.flights {
		if key.token == hash && f.orphaned {
			f.cancel()
		}
	}
}

// drop drops an answer that cannot be decoded.
func (m *memo) drop(r *request) { m.answers.Invalidate(keyOf(r)) }

func keyOf(r *request) memoKey {
	return memoKey{
		HashToken(r.caller),
		sha256.Sum256([]byte(r.method + " " + r.route.path + "?" + url.Values(r.query).Encode())),
	}
}

// memorable reports whether answers to the request may be remembered.
func (r *request) memorable() bool { return r.read && r.method == http.MethodGet && !r.route.auth }

// livesLong reports whether what an operation reads changes seldom.
func livesLong(template string) bool {
	switch strings.TrimPrefix(template, memberAPI) {
	case "/spaces", "/spaces/home", "/spaces/{id}", "/spaces/{space_id}/topics", "/community_links", "/community_member",
		"/page_profile_fields", "/course_topics":
		return true
	}
	return false
}

// leavesLongLived reports whether a write certainly does not touch what [livesLong]. Most do: the own profile counts
// posts, comments, bookmarks and spaces.
func leavesLongLived(template string) bool {
	path := strings.TrimPrefix(template, memberAPI)
	return strings.HasSuffix(path, "/user_likes") || strings.HasSuffix(path, "/mark_as_read") ||
		strings.HasSuffix(path, "/mark_all_as_read") ||
		strings.HasPrefix(path, "/notifications/") || strings.Contains(path, "/chat_room_messages") || path == "/reactions"
}

// leavesAll reports whether a write touches nothing that is read: signing in, and opening a session on the web pages.
func leavesAll(r *request) bool {
	return r.route.auth || r.method == http.MethodPost && r.route.template == memberAPI+"/cookies"
}
