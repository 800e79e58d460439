package shared

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/redis/rueidis"
)

// cause is what a store that cannot be reached says, in words that hold no address.
func cause(err error) string {
	said, refused := rueidis.IsRedisErr(err)
	network, isNetwork := errors.AsType[*net.OpError](err)
	_, stranger := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case stranger:
		return "its certificate is not accepted: does SSL_CERT_FILE name who has signed it, and does it have this name?"
	case refused && said != nil:
		return "it refuses: " + firstWord(said.Error())
	case isNetwork && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case isNetwork:
		return network.Op + " failed"
	}
	return "no connection"
}

// firstWord is the code of an error of Redis's, such as NOAUTH.
func firstWord(text string) string {
	for i, r := range text {
		if (r < 'A' || r > 'Z') && r != '_' {
			return text[:i]
		}
	}
	return text
}

// runner runs commands of a part: [Store.do] or [Store.insist].
type runner func(ctx context.Context, part string, run func(ctx context.Context, c rueidis.Client) error) error

// do runs commands of a part. It fails at once while the store is away, and after [patience] in any case.
func (s *Store) do(
	ctx context.Context, part string, run func(ctx context.Context, c rueidis.Client) error,
) error {
	return s.command(ctx, part, s.options.Patience.Command, false, run)
}

// insist is do for what would be done twice otherwise, and for what is told later. It runs the commands until the store
// answers, for [claimPatience] or until it is known to be away: one that is given up ends the connection for those
// behind it. What they do must be the same if they are run again.
func (s *Store) insist(
	ctx context.Context, part string, run func(ctx context.Context, c rueidis.Client) error,
) error {
	bounded, cancel := context.WithTimeout(ctx, s.options.Patience.Claim)
	defer cancel()
	end, _ := bounded.Deadline() // ctx tells a caller who has left from a store that is slow
	var failed, said error
	for {
		err := s.command(ctx, part, time.Until(end), true, func(ctx context.Context, c rueidis.Client) error {
			said = run(ctx, c)
			return said
		})
		if failed != nil && errors.Is(err, errNotSent) {
			return failed // something was sent
		}
		_, answered := rueidis.IsRedisErr(said)
		if err == nil || answered || errors.Is(err, errNotSent) || time.Until(end) < retrying ||
			!pause(ctx, retrying, nil) {
			return err
		}
		failed = err
	}
}

// command runs commands of a part once, within a time. It sends none while the store is away, nor, unless it is to
// insist, while that is not known.
func (s *Store) command(
	ctx context.Context, part string, within time.Duration, insist bool,
	run func(ctx context.Context, c rueidis.Client) error,
) (err error) {
	defer func() {
		if err != nil {
			s.measures.degraded.WithLabelValues(part).Inc()
		}
	}()
	client := s.client.Load()
	if client == nil || !s.up.Load() && (!insist || s.away.Load()) {
		return errNotSent
	}
	bounded, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	defer s.measures.time(part)()
	err = run(bounded, *client)
	_, answered := rueidis.IsRedisErr(err)
	switch {
	case err == nil || rueidis.IsRedisNil(err):
		s.failed.Store(0)
		return nil
	case ctx.Err() != nil: // its caller has left, which says nothing of the store
		return ctx.Err()
	case s.failed.Add(1) >= failures, answered && isLoading(err):
		s.lose()
	}
	return fmt.Errorf("%w: %s", ErrAway, cause(err))
}

// isLoading reports whether a store answers but cannot serve.
func isLoading(err error) bool {
	said, ok := rueidis.IsRedisErr(err)
	return ok && slices.Contains([]string{"LOADING", "MASTERDOWN", "CLUSTERDOWN", "READONLY"}, firstWord(said.Error()))
}

// lose notes that the store is away.
func (s *Store) lose() {
	if s.up.CompareAndSwap(true, false) {
		s.measures.up.Set(0)
		signal(s.wake)
	}
}

// signal wakes who waits, or who will.
func signal(wake chan<- struct{}) {
	select {
	case wake <- struct{}{}:
	default:
	}
}

// later tells the store again in the background what it could not be told, of which there are
// [maxRetained] at most.
func (s *Store) later(tell func(context.Context, runner) error) {
	if s.retained.Add(1) > maxRetained || s.ctx.Err() != nil {
		s.retained.Add(-1)
		return
	}
	s.work.Go(func() { s.tell(tell) })
}

// tell tells the store one of what is retained, until it is told, or for [retained]. Nobody waits for it, so a store
// that is slow has more time.
func (s *Store) tell(tell func(context.Context, runner) error) {
	defer s.retained.Add(-1)
	ctx, cancel := context.WithTimeout(s.ctx, s.options.Patience.Later)
	defer cancel()
	for tell(ctx, s.insist) != nil && pause(ctx, probing, nil) {
	}
}

// script makes a script of which the clock, in milliseconds, is the store's own.
func (s *Store) script(text string) *rueidis.Lua {
	clock := s.options.clock
	if clock == "" {
		clock = `local t = redis.call('TIME'); return t[1] * 1000 + math.floor(t[2] / 1000)`
	}
	return rueidis.NewLuaScript("local function clock() " + clock + " end\n" + text)
}
