package circleclient

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
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
	// Long is for what seldom changes: links, topics, fields of profiles.
	Long time.Duration
	// Seldom is for spaces and the own profile; Long if it is zero. From half of it on, a read that is answered from
	// memory has the answer renewed beside it.
	Seldom time.Duration
	// Records is for how long a list answers for the records that it carries, see [PostsService.Listed]; not at all if it
	// is zero.
	Records time.Duration
	// Stale is for how much longer an answer may be given if Circle fails, is too slow or refuses further calls.
	Stale time.Duration
}

const (
	// answerOverhead is what an answer takes in the memo beside its body, in bytes.
	answerOverhead = 500
	// maxWriters is how many writers the memo tells apart; beyond it everybody's answers are dropped.
	maxWriters = 100_000
	// maxOrphaned is how many flights may go on at a time that nobody waits for any more.
	maxOrphaned = 64
)

// memo answers a read that the same caller has made a moment ago, or is making right now. Its keys are made of the
// whole token, so nothing that one token was given reaches another. It does all its work when it is used, nothing in
// the background. It is safe for concurrent use.
type memo struct {
	config     MemoConfig
	principals Principals
	now        func() time.Time
	onWrote    func(context.Context, Written) // nil if nobody wants to know
	answers    *otter.Cache[memoKey, *remembered]

	mu       sync.Mutex
	flights  map[memoKey]*flight
	orphaned int // how many flights go on for nobody
	// Versions tell what was read before a write from what was read after it: they count writes.
	version uint64
	oldest  uint64 // no older version is given to anybody
	unowned uint64 // the last write of a token of which Circle has not said whose it is
	written map[writer]lastWrites
	asked   uint64 // counts flights
}

// memoKey is a read of one token.
type memoKey struct {
	token   TokenHash
	request [sha256.Size]byte
}

// remembered is an answer and when it is good.
type remembered struct {
	key     memoKey
	answer  *answer
	route   route
	class   class
	asked   uint64 // which flight it came with
	version uint64 // when it was asked for
	at      time.Time
	until   time.Time
	renewed time.Time // when that was last tried; the memo guards it

	rows     atomic.Pointer[rows] // once a record is looked for
	carriers *carriers            // instead of an answer
}

// weight is the memory that it takes, in bytes.
func (r *remembered) weight() int {
	if r.carriers != nil {
		return answerOverhead + listWeight*(len(r.carriers.lists)+len(r.carriers.reads))
	}
	n := answerOverhead + cap(r.answer.body)
	if found := r.rows.Load(); found != nil {
		n += rowWeight * len(*found)
	}
	return n
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

func newMemo(
	config MemoConfig, principals Principals, now func() time.Time, onWrote func(context.Context, Written),
) *memo {
	return &memo{
		config: config, principals: principals, now: now, onWrote: onWrote,
		flights: map[memoKey]*flight{}, written: map[writer]lastWrites{},
		answers: otter.Must(&otter.Options[memoKey, *remembered]{
			MaximumWeight: max(config.Bytes, 1),
			Weigher: func(_ memoKey, r *remembered) uint32 {
				return uint32(r.weight()) //nolint:gosec // G115: a body has MaxBody at most
			},
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[memoKey, *remembered]) time.Duration {
				return max(e.Value.until.Sub(now())+config.Stale, e.Value.at.Sub(now())+config.Records)
			}),
			Clock:    inline.Clock(now),
			Executor: inline.Executor,
		}),
	}
}

// remember is the memo's link: it answers reads, and notes writes.
func (m *memo) remember(next send) send {
	return func(ctx context.Context, r *request) (_ *answer, err error) {
		switch {
		case r.memorable():
			return m.read(ctx, r, next)
		case !r.read && !leavesAll(r):
			defer func() { m.wrote(ctx, r, err) }()
		}
		return next(ctx, r)
	}
}

// read answers from memory, by a flight under way or by a new one.
func (m *memo) read(ctx context.Context, r *request, next send) (*answer, error) {
	key := keyOf(r)
	f, old, err := m.join(ctx, key, r, next)
	switch {
	case err != nil:
		return nil, err
	case f == nil:
		r.count(cached, 1)
		return old.answer, nil
	}
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
// if there is one, may be given instead of a failure. It fails if a flight is beyond the allowance.
func (m *memo) join(
	ctx context.Context, key memoKey, r *request, next send,
) (f *flight, old *remembered, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !r.fresh {
		least := m.lastWrite(key.token, classOf(r.route.template))
		old, _ = m.answers.GetIfPresent(key)
		if old != nil && (old.version < least || !m.now().Before(old.until.Add(m.config.Stale))) {
			old = nil
		}
		if old != nil && m.now().Before(old.until) && !m.tooOld(old, r) {
			m.renew(ctx, old, r, next)
			return nil, old, nil
		}
		if f := m.flights[key]; f != nil && f.version >= least {
			f.waiting++
			f.setOrphaned(false)
			r.count(coalesced, 1)
			return f, old, nil
		}
	}
	if err := r.take(); err != nil {
		return nil, nil, err
	}
	flying := *r
	flying.stale = old != nil
	return m.start(ctx, key, &flying, next), old, nil
}

// start starts a flight. One caller's end must not be the end for the others, so the request has a context of its own.
func (m *memo) start(ctx context.Context, key memoKey, r *request, next send) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &flight{memo: m, done: make(chan struct{}), cancel: cancel, waiting: 1}
	m.asked++
	f.class, f.version, f.asked, f.at = classOf(r.route.template), m.version, m.asked, m.now()
	m.flights[key] = f
	r.flight = f
	go m.run(ctx, key, r, next)
	return f
}

// tooOld reports whether an answer that lives longer than others may lack a write of the member: as long as Circle has
// not said whose a token is, any write may be theirs. So is one that is older than the caller takes.
func (m *memo) tooOld(old *remembered, r *request) bool {
	if r.maxAge > 0 && m.now().Sub(old.at) > r.maxAge {
		return true
	}
	return old.class == classSeldom && m.config.Seldom > 0 && m.now().Sub(old.at) >= m.config.Long &&
		old.version < m.leastOfLists(old.key.token, old.class)
}

// renew asks again for an answer that is given although it is no longer young, beside the request that it is given to
// and at nobody's cost. Who asks meanwhile is given what is there.
func (m *memo) renew(ctx context.Context, old *remembered, r *request, next send) {
	now := m.now()
	if old.class != classSeldom || m.config.Seldom == 0 || m.flights[old.key] != nil ||
		now.Sub(old.at) < max(m.config.Seldom/2, m.config.Long) || now.Sub(old.renewed) < m.config.Long {
		return
	}
	old.renewed = now
	renewing := *r
	renewing.idle, renewing.screen, renewing.usage, renewing.allowance = true, nil, nil, nil
	m.start(ctx, old.key, &renewing, next)
}

// run makes the request of a flight.
func (m *memo) run(ctx context.Context, key memoKey, r *request, next send) {
	f := r.flight
	defer f.cancel()
	defer m.finish(key, f, r)
	defer panics.Recover(&f.err)
	f.answer, f.err = next(ctx, r)
}

// finish remembers the answer of a flight and lets go on who waits for it.
func (m *memo) finish(key memoKey, f *flight, r *request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer close(f.done)
	f.setOrphaned(false)
	if m.flights[key] == f {
		delete(m.flights, key)
	}
	m.noteRead(key, f, r)
	if f.err != nil || f.version < max(m.oldest, m.written[writer{token: key.token}][f.class]) {
		return
	}
	if newer, _ := m.answers.GetIfPresent(key); newer != nil && newer.version > f.version {
		return
	}
	f.until = m.now().Add(m.lives(f.class))
	kept := *f.answer
	kept.header = nil // Circle sets session cookies on every answer
	made := &remembered{
		key: key, answer: &kept, route: r.route, class: f.class, asked: f.asked, version: f.version, at: f.at,
		until: f.until,
	}
	m.answers.Set(key, made)
	m.keepList(key, made)
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

// drop drops an answer that cannot be decoded.
func (m *memo) drop(r *request) { m.answers.Invalidate(keyOf(r)) }

func keyOf(r *request) memoKey {
	return memoKey{
		r.token,
		sha256.Sum256([]byte(r.method + " " + r.route.path + "?" + url.Values(r.query).Encode())),
	}
}

// memorable reports whether answers to the request may be remembered.
func (r *request) memorable() bool { return r.read && r.method == http.MethodGet && !r.route.auth }
