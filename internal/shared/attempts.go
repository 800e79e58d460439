package shared

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"strconv"
	"time"

	"github.com/redis/rueidis"
)

//go:embed attempts.lua
var attemptsScript string

// AttemptLimits say how many attempts are free, and how long the pauses are, see package tokens.
type AttemptLimits struct {
	Free                                  int
	Regain, FirstPause, LongestPause, Age time.Duration
}

// Attempts count sign-ins for all instances. They implement tokens' Attempts.
type Attempts struct {
	store  *Store
	limits []string
	script *rueidis.Lua
}

// Attempts are those of all instances.
func (s *Store) Attempts(l AttemptLimits) *Attempts {
	return &Attempts{store: s, script: s.script(attemptsScript), limits: []string{
		strconv.Itoa(l.Free), millis(l.Regain), millis(l.FirstPause), millis(l.LongestPause), millis(l.Age),
	}}
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// Begin implements tokens' Attempts.
func (a *Attempts) Begin(ctx context.Context, key string) (wait time.Duration, err error) {
	err = a.each(ctx, "begin", key, func(said int64) { wait = max(wait, time.Duration(said)*time.Millisecond) })
	return wait, err
}

// Forgive implements tokens' Attempts.
func (a *Attempts) Forgive(ctx context.Context, key string) error {
	return a.each(ctx, "forgive", key, func(int64) {})
}

// each runs the script under the names of all keys, so that whoever is told apart by another key counts too.
func (a *Attempts) each(ctx context.Context, what, key string, said func(int64)) error {
	return a.store.do(ctx, "attempts", func(ctx context.Context, c rueidis.Client) error {
		for _, name := range a.store.secrets.names("attempt", key) {
			n, err := a.script.Exec(ctx, c, []string{name}, append([]string{what}, a.limits...)).AsInt64()
			if err != nil {
				return err
			}
			said(n)
		}
		return nil
	})
}

// Use implements tokens' Attempts. If the answer is lost, the use is taken back later unless it was another's: whoever
// was not signed in may try again.
func (a *Attempts) Use(ctx context.Context, token string, life time.Duration) (first bool, err error) {
	mine := rand.Text()
	first, err = a.use(ctx, a.store.insist, token, mine, life)
	if err != nil && !errors.Is(err, errNotSent) {
		release := func(ctx context.Context, by runner) error { return a.release(ctx, by, token, mine) }
		a.store.later(release) //nolint:contextcheck // it outlives the request
	}
	if !first || err != nil {
		return false, err
	}
	now := a.store.options.Now()
	a.store.used.keep(now, told{
		what: token, bytes: len(token), until: now.Add(life),
		tell: func(ctx context.Context, by runner, life time.Duration) error {
			_, err := a.use(ctx, by, token, mine, life)
			return err
		},
	})
	return true, nil
}

// use notes a use, which mine tells from others, under the names of all keys.
func (a *Attempts) use(
	ctx context.Context, by runner, token, mine string, life time.Duration,
) (first bool, err error) {
	err = by(ctx, "attempts", func(ctx context.Context, c rueidis.Client) error {
		first = true
		for _, name := range a.store.secrets.names("used", token) {
			err := c.Do(ctx, c.B().Set().Key(name).Value(mine).Nx().PxMilliseconds(life.Milliseconds()).Build()).Error()
			if rueidis.IsRedisNil(err) {
				said, err := c.Do(ctx, c.B().Get().Key(name).Build()).ToString()
				if first = err == nil && said == mine; first { // it was run before
					continue
				}
				return err
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return first, err
}

// Release implements tokens' Attempts. What the store cannot be told now it is told later.
func (a *Attempts) Release(ctx context.Context, token string) error {
	a.store.used.forget(token)
	err := a.release(ctx, a.store.do, token, "")
	if err != nil {
		release := func(ctx context.Context, by runner) error { return a.release(ctx, by, token, "") }
		a.store.later(release) //nolint:contextcheck // it outlives the request
	}
	return err
}

// release takes a use back, if it is mine or mine is empty.
func (a *Attempts) release(ctx context.Context, by runner, token, mine string) error {
	return by(ctx, "attempts", func(ctx context.Context, c rueidis.Client) error {
		for _, name := range a.store.secrets.names("used", token) {
			if err := releaseScript.Exec(ctx, c, []string{name}, []string{mine}).Error(); err != nil {
				return err
			}
		}
		return nil
	})
}

// releaseScript deletes a key that has a value, whatever it is if none is given.
var releaseScript = rueidis.NewLuaScript(
	`if ARGV[1] == '' or redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end return 1`)
