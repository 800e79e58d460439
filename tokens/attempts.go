package tokens

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"circlegraph/circleclient"
	"circlegraph/internal/inline"
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

// Attempts bounds how often sign-in may be tried. Keys and tokens reach it as hashes.
type Attempts interface {
	// Begin counts an attempt under key. If there were too many, it is not counted, and wait says how long to pause.
	Begin(key string) (wait time.Duration)
	// Forgive takes an attempt back.
	Forgive(key string)
	// Use reports whether an ID token is used for the first time within its life, and notes the use.
	Use(token string) (first bool)
	// Release takes a use back.
	Release(token string)
}

// MemoryAttempts keeps attempts in the memory of this process, which is bounded. It is safe for concurrent use.
type MemoryAttempts struct {
	now  func() time.Time
	keys *otter.Cache[string, *tries]
	used *otter.Cache[string, struct{}]
}

// NewMemoryAttempts makes an empty record.
func NewMemoryAttempts(now func() time.Time) *MemoryAttempts {
	return &MemoryAttempts{
		now: now,
		keys: otter.Must(&otter.Options[string, *tries]{
			MaximumSize: maxAttempts, Clock: inline.Clock(now), Executor: inline.Executor,
			ExpiryCalculator: otter.ExpiryAccessing[string, *tries](attemptsAge),
		}),
		used: otter.Must(&otter.Options[string, struct{}]{
			MaximumSize: maxAttempts, Clock: inline.Clock(now), Executor: inline.Executor,
			// No token is accepted for longer, and the clocks of two machines may differ.
			ExpiryCalculator: otter.ExpiryWriting[string, struct{}](maxIdentityAge + 2*leeway),
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
func (m *MemoryAttempts) Begin(key string) (wait time.Duration) {
	t, _ := m.keys.SetIfAbsent(key, &tries{since: m.now()})
	t.mu.Lock()
	defer t.mu.Unlock()
	now := m.now()
	if wait = t.until.Sub(now); wait > 0 {
		return wait
	}
	if back := int(now.Sub(t.since) / regainAttempt); back > 0 {
		t.count, t.since = max(0, t.count-back), t.since.Add(time.Duration(back)*regainAttempt)
	}
	t.count++
	if beyond := t.count - freeAttempts; beyond >= 0 {
		t.until = now.Add(min(firstPause<<min(beyond, 16), longestPause))
		t.since = t.until // a caller that comes back at once regains nothing
	}
	return 0
}

// Forgive implements [Attempts].
func (m *MemoryAttempts) Forgive(key string) {
	t, ok := m.keys.GetIfPresent(key)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count = max(0, t.count-1); t.count < freeAttempts {
		t.since, t.until = m.now(), time.Time{}
	}
}

// Use implements [Attempts].
func (m *MemoryAttempts) Use(token string) (first bool) {
	_, first = m.used.SetIfAbsent(token, struct{}{})
	return first
}

// Release implements [Attempts].
func (m *MemoryAttempts) Release(token string) { m.used.Invalidate(token) }

// countByAddress counts an attempt under the address of the request. over takes it back if it was no guess: only what
// is refused counts, because all members of an office may share an address. A trusted server and the sandbox have no
// such limit.
func (s *Service) countByAddress(ctx context.Context) (over func(guess bool), err error) {
	address := circleclient.AskingFrom(ctx).Address
	if !address.IsValid() || s.settings.Has(ModeSandbox) {
		return func(bool) {}, nil
	}
	if address.Is6() {
		address = netip.PrefixFrom(address, 64).Masked().Addr() // one household has as many as it likes
	}
	key := attemptKey("address", address.String())
	if err := pause(s.attempts.Begin(key)); err != nil {
		return func(bool) {}, err
	}
	return func(guess bool) {
		if !guess {
			s.attempts.Forgive(key)
		}
	}, nil
}

// isGuess reports whether a sign-in or refresh failed by what was brought, and not by what is out of order.
func isGuess(err error) bool {
	refused, ok := errors.AsType[*LoginError](err)
	return ok && refused.Code != CodeIdentityProviderUnavailable
}

// countByMember counts an attempt of a member who has given proof, whether it succeeds or not. Without proof nothing is
// counted under a name: anybody could lock its member out.
func (s *Service) countByMember(p proof) error {
	if p.mode == ModeSandbox {
		return nil
	}
	return pause(s.attempts.Begin(attemptKey("identity", strings.ToLower(fmt.Sprint(p.identity)))))
}

// countByRefreshToken counts an attempt under a refresh token.
func (s *Service) countByRefreshToken(token refreshable) error {
	if token.mode == ModeSandbox {
		return nil
	}
	return pause(s.attempts.Begin(attemptKey("refresh", token.RefreshToken)))
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
	return over, pause(s.attempts.Begin(attemptKey("end", token)))
}

// useOnce lets an ID token sign in once, so that a stolen one is worth nothing. over gives it back if nobody
// was signed in.
func (s *Service) useOnce(token string) (over func(error), err error) {
	if token == "" {
		return func(error) {}, nil
	}
	// What is signed and not the signature, which for some algorithms can be written in two ways.
	key := attemptKey("token", token[:max(0, strings.LastIndexByte(token, '.'))])
	if !s.attempts.Use(key) {
		return func(error) {}, identityTokenInvalid("used before")
	}
	return func(err error) {
		if err != nil {
			s.attempts.Release(key)
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
