package tokens

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"circlegraph/circleclient"
	"circlegraph/internal/inline"
	"circlegraph/internal/network"
)

const (
	// freeAttempts are those in a row that nobody has to wait for.
	freeAttempts = 20
	// regainAttempt is how long it takes to have one of them back.
	regainAttempt = 15 * time.Second
	// firstPause follows the last free attempt and doubles with each further one, up to longestPause.
	firstPause, longestPause = time.Second, 5 * time.Minute
	// attemptsAge is how long a key is remembered after its last attempt: longer than it takes to regain everything.
	attemptsAge = time.Hour
	// maxAttempts is how many keys, and how many used ID tokens, are remembered; they take some 30 MB.
	maxAttempts = 100_000
)

// Attempts bounds how often sign-in may be tried. Keys and tokens reach it as hashes. An error is a record that cannot
// be reached.
type Attempts interface {
	// Begin counts an attempt under key. If there were too many, it is not counted, and wait says how long to pause.
	Begin(ctx context.Context, key string) (wait time.Duration, err error)
	// Forgive takes an attempt back.
	Forgive(ctx context.Context, key string) error
	// Use reports whether an ID token is used for the first time within its life, and notes the use for that long.
	Use(ctx context.Context, token string, life time.Duration) (first bool, err error)
	// Release takes a use back.
	Release(ctx context.Context, token string) error
}

// AttemptLimits are how many attempts are free, and how long pauses are, for whoever counts them elsewhere: see the
// constants of this package.
func AttemptLimits() (free int, regain, first, longest, age time.Duration) {
	return freeAttempts, regainAttempt, firstPause, longestPause, attemptsAge
}

// MemoryAttempts keeps attempts in the memory of this process, which is bounded. It is safe for concurrent use.
type MemoryAttempts struct {
	now  func() time.Time
	keys *otter.Cache[string, *tries]
	used *otter.Cache[string, time.Duration]
}

// NewMemoryAttempts makes an empty record.
func NewMemoryAttempts(now func() time.Time) *MemoryAttempts {
	return &MemoryAttempts{
		now: now,
		keys: otter.Must(&otter.Options[string, *tries]{
			MaximumSize: maxAttempts, Clock: inline.Clock(now), Executor: inline.Executor,
			ExpiryCalculator: otter.ExpiryAccessing[string, *tries](attemptsAge),
		}),
		used: otter.Must(&otter.Options[string, time.Duration]{
			MaximumSize: maxAttempts, Clock: inline.Clock(now), Executor: inline.Executor,
			ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[string, time.Duration]) time.Duration {
				return e.Value
			}),
		}),
	}
}

// tries are the attempts of one key.
type tries struct {
	mu    sync.Mutex
	count int
	since time.Time // the start of regaining
	until time.Time // of the pause
}

// Begin implements [Attempts].
func (m *MemoryAttempts) Begin(_ context.Context, key string) (wait time.Duration, _ error) {
	t, _ := m.keys.SetIfAbsent(key, &tries{since: m.now()})
	t.mu.Lock()
	defer t.mu.Unlock()
	now := m.now()
	if wait = t.until.Sub(now); wait > 0 {
		return wait, nil
	}
	if back := int(now.Sub(t.since) / regainAttempt); back > 0 {
		t.count, t.since = max(0, t.count-back), t.since.Add(time.Duration(back)*regainAttempt)
	}
	t.count++
	if beyond := t.count - freeAttempts; beyond >= 0 {
		t.until = now.Add(min(firstPause<<min(beyond, 16), longestPause))
		t.since = t.until // a caller that comes back at once regains nothing
	}
	return 0, nil
}

// Forgive implements [Attempts].
func (m *MemoryAttempts) Forgive(_ context.Context, key string) error {
	t, ok := m.keys.GetIfPresent(key)
	if !ok {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count = max(0, t.count-1); t.count < freeAttempts {
		t.since, t.until = m.now(), time.Time{}
	}
	return nil
}

// Use implements [Attempts].
func (m *MemoryAttempts) Use(_ context.Context, token string, life time.Duration) (first bool, _ error) {
	_, first = m.used.SetIfAbsent(token, life)
	return first, nil
}

// Release implements [Attempts].
func (m *MemoryAttempts) Release(_ context.Context, token string) error {
	m.used.Invalidate(token)
	return nil
}

// begin counts an attempt, by this process itself while the record of all cannot be reached, and returns a refusal if
// there were too many.
func (s *Service) begin(ctx context.Context, key string) error {
	wait, err := s.attempts.Begin(ctx, key)
	if err != nil {
		wait, _ = s.ownAttempts.Begin(ctx, key) // it never fails
	}
	return pause(wait)
}

// countByAddress counts an attempt under the address of the request. over takes it back if it was no guess: only what
// is refused counts, because all members of an office may share an address. A trusted server and the sandbox have no
// such limit.
func (s *Service) countByAddress(ctx context.Context) (over func(guess bool), err error) {
	address := circleclient.AskingFrom(ctx).Address
	if !address.IsValid() || s.settings.Has(ModeSandbox) {
		return func(bool) {}, nil
	}
	key := attemptKey("address", network.Of(address).String())
	if err := s.begin(ctx, key); err != nil {
		return func(bool) {}, err
	}
	return func(guess bool) {
		if !guess && s.attempts.Forgive(context.WithoutCancel(ctx), key) != nil {
			_ = s.ownAttempts.Forgive(ctx, key) // it never fails
		}
	}, nil
}

// countGuess counts what proves nothing under the address of the request, and returns the refusal, or a pause instead.
// Whoever shows proof is never counted, nor kept out by the guesses of others behind the same address.
func (s *Service) countGuess(ctx context.Context, refusal error) error {
	if !isGuess(refusal) {
		return refusal
	}
	if _, err := s.countByAddress(ctx); err != nil {
		return err
	}
	return refusal
}

// isGuess reports whether a sign-in or refresh failed by what was brought, and not by what is out of order.
func isGuess(err error) bool {
	refused, ok := errors.AsType[*LoginError](err)
	return ok && refused.Code != CodeIdentityProviderUnavailable && refused.Code != CodeIdentityProviderMisfit
}

// countByMember counts an attempt of a member who has given proof, whether it succeeds or not. Without proof nothing is
// counted under a name: anybody could lock its member out.
func (s *Service) countByMember(ctx context.Context, p proof) error {
	if p.mode == ModeSandbox {
		return nil
	}
	return s.begin(ctx, attemptKey("identity", strings.ToLower(fmt.Sprint(p.identity))))
}

// countByRefreshToken counts an attempt under a refresh token.
func (s *Service) countByRefreshToken(ctx context.Context, token refreshable) error {
	if token.mode == ModeSandbox {
		return nil
	}
	return s.begin(ctx, attemptKey("refresh", token.RefreshToken))
}

// countByRevocation counts an attempt to end a token: under the token, and also under the address unless the token is
// known. Guesses must not keep others behind the same address from ending their own tokens.
func (s *Service) countByRevocation(ctx context.Context, token string, known bool) (over func(guess bool), err error) {
	over = func(bool) {}
	if !known {
		if over, err = s.countByAddress(ctx); err != nil {
			return over, err
		}
	}
	if s.settings.Has(ModeSandbox) {
		return over, nil
	}
	return over, s.begin(ctx, attemptKey("end", token))
}

// useOnce lets an ID token sign in once, so that a stolen one is worth nothing. over gives it back if nobody
// was signed in.
func (s *Service) useOnce(ctx context.Context, token string, maxAge time.Duration) (over func(error), err error) {
	if token == "" {
		return func(error) {}, nil
	}
	// What is signed and not the signature, which for some algorithms can be written in two ways.
	key := attemptKey("token", token[:max(0, strings.LastIndexByte(token, '.'))])
	// No token is accepted for longer, and the clocks of two machines may differ.
	first, err := s.attempts.Use(ctx, key, maxAge+2*leeway)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil: // else a token that was overheard could sign in at each process
		return nil, &LoginError{
			Code: CodeIdentityProviderUnavailable, reason: "the record of used tokens cannot be reached",
			Message: "Signing in is not possible for a moment. Try again in some seconds with the same token.",
		}
	case !first:
		return nil, identityTokenInvalid("used before")
	}
	return func(err error) {
		if err != nil {
			_ = s.attempts.Release(context.WithoutCancel(ctx), key) // told later if it cannot be told now
		}
	}, nil
}

func attemptKey(kind, of string) string {
	hash := circleclient.HashToken(of)
	return kind + string(hash[:])
}

func pause(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	return &circleclient.Error{Kind: circleclient.ErrRateLimited, RetryAfter: wait}
}
