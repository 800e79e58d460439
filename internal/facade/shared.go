package facade

import (
	"context"
	"time"

	"circlegraph/circleclient"
	"circlegraph/graph/idempotency"
	"circlegraph/internal/config"
	"circlegraph/internal/process"
	"circlegraph/internal/shared"
	"circlegraph/tokens"
)

// open opens the store through which several instances act as one; there is none without its setting.
func (f *Facade) open(cfg *config.Config, d Dependencies) (err error) {
	if cfg.SharedURL == "" {
		return nil
	}
	o := shared.Options{
		URL: string(cfg.SharedURL), SealKeys: cfg.Settings.SealKeyIDs(), Instances: cfg.Instances,
		Requests: cfg.UpstreamBudget, Version: process.Version(), Logger: d.Logger, Now: d.Now,
	}
	if o.Names, err = cfg.Settings.Derive("circlegraph shared names 1"); err != nil {
		return err
	}
	if o.Values, err = cfg.Settings.Derive("circlegraph shared values 1"); err != nil {
		return err
	}
	if d.Store != nil {
		d.Store(&o)
	}
	f.Shared, err = shared.Open(o)
	return err
}

// shareRequests lets the client spend what all instances have, and tell them what it has written.
func (f *Facade) shareRequests(options *circleclient.Config) {
	if f.Shared == nil {
		return
	}
	options.Budget.Purse = f.Shared.Purse
	options.OnWrote = func(ctx context.Context, w circleclient.Written) {
		item := shared.Item{Kind: shared.Wrote, Token: w.Token, Member: w.MemberID}
		if w.LeavesLong {
			item.Class = 1
		}
		// The write is over, whether or not its caller has left.
		f.Shared.News().Publish(context.WithoutCancel(ctx), item)
	}
}

// hear does what the news of other instances ask for.
func (f *Facade) hear(circle *circleclient.Client, revoked *tokens.MemoryRevocations) {
	f.Shared.News().Listen(func(item shared.Item) {
		switch item.Kind {
		case shared.Revoked:
			revoked.AddHash(item.Token, item.Until)
			circle.Ended(item.Token)
		case shared.Wrote:
			circle.Wrote(circleclient.Written{Token: item.Token, MemberID: item.Member, LeavesLong: item.Class == 1})
			f.Updates.DidElsewhere(item.Member)
		}
	})
	f.Shared.Start()
}

// sharedRevocations tell the other instances what is revoked here.
type sharedRevocations struct {
	*tokens.MemoryRevocations

	news *shared.News
}

// Add implements [tokens.Revocations].
func (s sharedRevocations) Add(ctx context.Context, token string, until time.Time) error {
	err := s.MemoryRevocations.Add(ctx, token, until)
	s.news.Publish(ctx, shared.Item{Kind: shared.Revoked, Token: circleclient.HashToken(token), Until: until})
	return err
}

// revocations, attempts and receipts are those of all instances, or this one's own.
func (f *Facade) revocations(own *tokens.MemoryRevocations) tokens.Revocations {
	if f.Shared == nil {
		return own
	}
	return sharedRevocations{own, f.Shared.News()}
}

func (f *Facade) attempts() tokens.Attempts {
	if f.Shared == nil {
		return nil
	}
	var l shared.AttemptLimits
	l.Free, l.Regain, l.FirstPause, l.LongestPause, l.Age = tokens.AttemptLimits()
	return f.Shared.Attempts(l)
}

func (f *Facade) receipts() idempotency.Receipts {
	if f.Shared == nil {
		return nil
	}
	return f.Shared.Receipts()
}
