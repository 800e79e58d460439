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
	// Stale is how long an answer may stand in, after its time, for a Circle that fails, is too slow or wants to be left
	// alone.
	Stale time.Duration
}

const (
	// answerOverhead is what an answer takes in the memo beside its body, in bytes.
	answerOverhead = 500
	// maxWriters is how many writers the memo tells apart; beyond it everybody's answers are dropped.
	maxWriters = 100_000
	// maxAlone is how many calls may go on at a time that nobody waits for any more.
	maxAlone = maxConns
)

// memo answers a read that the same caller has made a moment ago, or is making right now. Its keys are made of the
// whole token, so nothing that one token was given reaches another. It does all its work when it is used, nothing in
// the background. It is safe for concurrent use.
type memo struct {
	config     MemoConfig
	principals Principals
	total      *Usage
	now        func() time.Time
	answers    *otter.Cache[memoKey, *remembered]

	mu      sync.Mutex
	flights map[memoKey]*flight
	alone   int // how many flights go on for nobody
	// Time, for telling what was read before a write from what was read after it, is counted in writes.
	writes  uint64
	floor   uint64 // what began before it is not answered to anybody
	written map[writer]lastWrites
}

// memoKey is a read of one token.
type memoKey struct {
	token   tokenHash
	request [sha256.Size]byte
}

type tokenHash [sha256.Size]byte

// writer is a member where Circle has said whose the token is, else a token.
type writer struct {
	member int64
	token  tokenHash
}

// lastWrites say when a writer changed something last.
type lastWrites struct{ brief, long uint64 }

// remembered is an answer and when it is good.
type remembered struct {
	answer *answer
	long   bool
	begun  uint64 // when it was asked for, in writes
	until  time.Time
}

// flight is a call that is under way for all who want its answer. While it waits to be sent, it ends with the last of
// them. Once it is sent, Circle has counted it, so it goes on: whoever lost the connection comes back for the answer.
type flight struct {
	remembered
	done   chan struct{} // closed once answer and err are there
	err    error
	cancel context.CancelFunc

	// Guarded by the memo.
	waiting     int
	sent, alone bool
}

func newMemo(config MemoConfig, principals Principals, total *Usage, now func() time.Time) *memo {
	if config.Bytes == 0 {
		return nil
	}
	m := &memo{
		config: config, principals: principals, total: total, now: now, flights: map[memoKey]*flight{},
		written: map[writer]lastWrites{},
	}
	m.answers = otter.Must(&otter.Options[memoKey, *remembered]{
		MaximumWeight: config.Bytes,
		Weigher:       func(_ memoKey, r *remembered) uint32 { return uint32(answerOverhead + cap(r.answer.body)) }, //nolint:gosec // G115: a body has maxBody at most
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[memoKey, *remembered]) time.Duration {
			return e.Value.until.Sub(now()) + config.Stale
		}),
		Clock:    otterClock{now},
		Executor: func(task func()) { task() },
	})
	return m
}

type freshKey struct{}

// Fresh returns a context whose reads are answered by Circle itself and neither by memory nor by calls under way: for
// what a change has led to.
func Fresh(ctx context.Context) context.Context { return context.WithValue(ctx, freshKey{}, true) }

// read answers call from memory, by a call under way, or by ask.
func (m *memo) read(
	ctx context.Context, call call, token string, ask func(context.Context) (*answer, error),
) (*answer, error) {
	key := keyOf(call, token)
	fresh := ctx.Value(freshKey{}) != nil
	f, old := m.board(ctx, key, call, token, fresh, ask)
	if f == nil {
		m.total.count(ctx, cached, 1)
		return old.answer, nil
	}
	var err error
	select {
	case <-f.done:
		if err = f.err; err == nil {
			errandFrom(ctx).begin() // also where another errand has sent it
			return f.answer, nil
		}
	case <-ctx.Done():
		m.leave(key, f)
		err = call.failNetwork(ctx, ctx.Err())
	}
	if old != nil && mayStandIn(err) {
		m.total.count(ctx, stale, 1)
		return old.answer, nil
	}
	return nil, err
}

// mayStandIn reports whether a failure is Circle's, so that an older answer is better than none.
func mayStandIn(err error) bool {
	return errors.Is(err, ErrRateLimited) || errors.Is(err, ErrUnavailable) || errors.Is(err, ErrTimeout)
}

// board finds the flight to wait for, or starts it. It is nil where old is still good; otherwise old, where there is
// one, may stand in for a failure.
func (m *memo) board(
	ctx context.Context, key memoKey, call call, token string, fresh bool, ask func(context.Context) (*answer, error),
) (f *flight, old *remembered) {
	m.mu.Lock()
	defer m.mu.Unlock()
	long := livesLong(call.route.template)
	since := m.lastWrite(token, key.token, long)
	if !fresh {
		if old, _ = m.answers.GetIfPresent(key); old != nil && old.begun < since {
			old = nil
		}
		if old != nil && m.now().Before(old.until) {
			return nil, old
		}
		if f := m.flights[key]; f != nil && f.begun >= since {
			f.waiting++
			m.setAlone(f, false)
			m.total.count(ctx, coalesced, 1)
			return f, old
		}
	}
	// One caller's end must not be the end for the others, so the call has a context of its own.
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f = &flight{remembered: remembered{long: long, begun: m.writes}, done: make(chan struct{}), waiting: 1, cancel: cancel}
	m.flights[key] = f
	if old != nil {
		ctx = withStandIn(ctx)
	}
	go m.fly(context.WithValue(ctx, flightKey{}, f), key, f, ask)
	return f, old
}

// fly makes the call of a flight.
func (m *memo) fly(ctx context.Context, key memoKey, f *flight, ask func(context.Context) (*answer, error)) {
	defer f.cancel()
	defer m.land(key, f)
	defer panics.Recover(&f.err)
	f.answer, f.err = ask(ctx)
}

// land remembers the answer of a flight and lets those go on who wait for it.
func (m *memo) land(key memoKey, f *flight) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer close(f.done)
	m.setAlone(f, false)
	if m.flights[key] == f {
		delete(m.flights, key)
	}
	if f.err != nil || f.begun < max(m.floor, m.written[writer{token: key.token}].of(f.long)) {
		return
	}
	if newer, _ := m.answers.GetIfPresent(key); newer != nil && newer.begun > f.begun {
		return
	}
	f.until = m.now().Add(m.config.Brief)
	if f.long {
		f.until = m.now().Add(m.config.Long)
	}
	kept := *f.answer
	kept.header = nil // Circle sets session cookies on every answer
	m.answers.Set(key, &remembered{answer: &kept, long: f.long, begun: f.begun, until: f.until})
}

// leave takes one who no longer waits off a flight.
func (m *memo) leave(key memoKey, f *flight) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.waiting--; f.waiting > 0 {
		return
	}
	if f.sent && m.alone < maxAlone {
		m.setAlone(f, true)
		return
	}
	f.cancel()
	if m.flights[key] == f {
		delete(m.flights, key)
	}
}

// setAlone notes whether a flight goes on for nobody.
func (m *memo) setAlone(f *flight, alone bool) {
	switch {
	case alone && !f.alone:
		m.alone++
	case f.alone && !alone:
		m.alone--
	}
	f.alone = alone
}

type flightKey struct{}

// sent notes that the call of a context is about to be sent, where it is a flight's.
func (m *memo) sent(ctx context.Context) { m.setSent(ctx, true) }

// wanted tells, once a request has failed, whether anybody waits for another one. Until that is sent it ends with them.
func (m *memo) wanted(ctx context.Context) bool { return m.setSent(ctx, false) }

func (m *memo) setSent(ctx context.Context, sent bool) (wanted bool) {
	f, ok := ctx.Value(flightKey{}).(*flight)
	if !ok {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	f.sent = sent
	return f.waiting > 0
}

// wrote drops what a write has touched, for every token known to be the same member's. It is called at the end of a
// write, whatever came of it: what is read after it has begun afterwards.
func (m *memo) wrote(call call, token string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	hash := hashToken(token)
	w := writer{token: hash}
	if member, _ := m.principals.Member(token); member != 0 {
		w = writer{member: member}
	}
	m.mark(w, !leavesLongLived(call.route.template))
}

// mark notes a write.
func (m *memo) mark(w writer, long bool) {
	m.writes++
	if len(m.written) >= maxWriters {
		m.floor = m.writes
		clear(m.written)
	}
	last := m.written[w]
	if last.brief = m.writes; long {
		last.long = m.writes
	}
	m.written[w] = last
}

// lastWrite is the last write that an answer to the token must have been asked for after.
func (m *memo) lastWrite(token string, hash tokenHash, long bool) uint64 {
	own := m.written[writer{token: hash}]
	var all lastWrites
	if member, _ := m.principals.Member(token); member != 0 {
		all = m.written[writer{member: member}]
	}
	return max(m.floor, own.of(long), all.of(long))
}

// of is the last write that touched what lives long, or not.
func (l lastWrites) of(long bool) uint64 {
	if long {
		return l.long
	}
	return l.brief
}

// forget drops all that was answered to a token, which is dead, and ends its calls that nobody waits for.
func (m *memo) forget(token string) {
	hash := hashToken(token)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark(writer{token: hash}, true)
	for key := range m.answers.Keys() {
		if key.token == hash {
			m.answers.Invalidate(key)
		}
	}
	for key, f := range m.flights {
		if key.token == hash && f.alone {
			f.cancel()
		}
	}
}

// drop drops one answer, which cannot be read.
func (m *memo) drop(call call, token string) { m.answers.Invalidate(keyOf(call, token)) }

func keyOf(call call, token string) memoKey {
	return memoKey{
		hashToken(token),
		sha256.Sum256([]byte(call.method + " " + call.route.path + "?" + url.Values(call.query).Encode())),
	}
}

func hashToken(token string) tokenHash { return sha256.Sum256([]byte(token)) }

// memorable reports whether answers to a call may be remembered.
func (c call) memorable() bool { return c.read && c.method == http.MethodGet && !c.route.auth }

// livesLong reports whether what an operation reads changes seldom.
func livesLong(template string) bool {
	switch strings.TrimPrefix(template, memberAPI) {
	case "/spaces", "/spaces/home", "/spaces/{id}", "/spaces/{space_id}/topics", "/community_links", "/community_member",
		"/page_profile_fields", "/course_topics":
		return true
	}
	return false
}

// leavesLongLived reports whether a write certainly leaves alone what [livesLong]. Most do not: the own profile counts
// posts, comments, bookmarks and spaces.
func leavesLongLived(template string) bool {
	path := strings.TrimPrefix(template, memberAPI)
	return strings.HasSuffix(path, "/user_likes") || strings.HasSuffix(path, "/mark_as_read") ||
		strings.HasSuffix(path, "/mark_all_as_read") ||
		strings.HasPrefix(path, "/notifications/") || strings.Contains(path, "/chat_room_messages") || path == "/reactions"
}

// otterClock makes a cache go by our clock, and do its work when it is used instead of in the background.
type otterClock struct{ now func() time.Time }

// NowNano implements [otter.Clock].
func (c otterClock) NowNano() int64 { return c.now().UnixNano() }

// Tick implements [otter.Clock]: a nil channel means no goroutine.
func (otterClock) Tick(time.Duration) <-chan time.Time { return nil }
