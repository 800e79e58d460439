package tokens

import (
	"context"
	"errors"
	"time"

	"github.com/maypok86/otter/v2"

	"circlegraph/circleclient"
	"circlegraph/internal/inline"
)

const (
	// repeatTime is how long a sign-in by ID token is answered again: React's StrictMode runs everything twice, and
	// phones send again what they have lost the answer of.
	repeatTime = 5 * time.Second
	// maxRepeats is how many of them are remembered; they take some 3 MB.
	maxRepeats = 1000
)

// signIns are the sign-ins by ID token of the last moments, by token and address.
type signIns struct {
	now   func() time.Time
	known *otter.Cache[string, *signIn]
}

// signIn is one that is under way until done is closed.
type signIn struct {
	done    chan struct{}
	session *Session
	err     error
	at      time.Time // when it was done
}

func newSignIns(now func() time.Time) *signIns {
	return &signIns{now: now, known: otter.Must(&otter.Options[string, *signIn]{
		MaximumSize: maxRepeats, Clock: inline.Clock(now), Executor: inline.Executor,
		ExpiryCalculator: otter.ExpiryWriting[string, *signIn](time.Minute),
	})}
}

// createOnce signs in once for each ID token. The same token from the same address gets the same session within
// [repeatTime], also while the first request is under way, and nothing after that. Without a token it is create.
func (s *Service) createOnce(ctx context.Context, p proof, identityToken string) (*Session, error) {
	address := circleclient.AskingFrom(ctx).Address
	switch {
	case identityToken == "":
		return s.create(ctx, p)
	case !address.IsValid():
		return s.createFirst(ctx, p, identityToken)
	}
	key := attemptKey("sign-in", address.Unmap().String()+" "+identityToken)
	for {
		mine := &signIn{done: make(chan struct{})}
		other, first := s.signIns.known.SetIfAbsent(key, mine)
		if first {
			return s.signIns.run(key, mine, func() (*Session, error) { return s.createFirst(ctx, p, identityToken) })
		}
		select {
		case <-other.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		switch {
		case errors.Is(other.err, context.Canceled): // its client has left, this one has not
			continue
		case other.err != nil:
			return nil, other.err
		case s.now().Sub(other.at) > repeatTime, s.revocations.Contains(other.session.AccessToken),
			s.revocations.Contains(other.session.RefreshToken):
			return nil, identityTokenInvalid("used before")
		}
		again := *other.session
		return &again, nil
	}
}

// run makes a session and lets all who wait have it. A failure is forgotten.
func (s *signIns) run(key string, mine *signIn, create func() (*Session, error)) (*Session, error) {
	mine.err = context.Canceled // of those who wait, if create panics
	defer func() {
		if mine.at = s.now(); mine.err != nil {
			s.known.Invalidate(key)
		}
		close(mine.done)
	}()
	mine.session, mine.err = create()
	if mine.err != nil {
		return nil, mine.err
	}
	session := *mine.session
	return &session, nil
}

// createFirst is create, once for each ID token.
func (s *Service) createFirst(ctx context.Context, p proof, identityToken string) (*Session, error) {
	used, err := s.useOnce(ctx, identityToken, p.maxAge)
	if err != nil {
		return nil, err
	}
	session, err := s.create(ctx, p)
	used(err)
	return session, err
}
