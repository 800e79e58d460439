package graph

import (
	"context"
	"crypto/sha256"
	"sync"

	"circlegraph/circleclient"
	"circlegraph/tokens"
)

// Feed carries to subscriptions what changes for a caller. A caller's events never reach another.
type Feed interface {
	// NotificationCounts gives the caller's counts, the present ones first and then each change, until ctx ends. Of
	// changes that come faster than they are taken only the last counts.
	NotificationCounts(ctx context.Context) (<-chan *circleclient.NotificationCounts, error)
	// SawNotificationCounts is told of counts that the caller has read.
	SawNotificationCounts(ctx context.Context, counts *circleclient.NotificationCounts)
	// ChangedNotifications is told that the caller has done what may have changed the counts.
	ChangedNotifications(ctx context.Context)
}

// localFeed knows what passes through this process. It is safe for concurrent use.
type localFeed struct {
	read func(context.Context) (*circleclient.NotificationCounts, error)

	mu        sync.Mutex
	listeners map[callerID]map[*listener]bool
}

// callerID stands for an access token: nothing less makes two callers the same.
type callerID [sha256.Size]byte

// listener is one subscription.
type listener struct {
	news chan *circleclient.NotificationCounts // holds the latest that has not been taken
}

// newLocalFeed makes a feed that reads counts by read.
func newLocalFeed(read func(context.Context) (*circleclient.NotificationCounts, error)) *localFeed {
	return &localFeed{read: read, listeners: map[callerID]map[*listener]bool{}}
}

func identify(ctx context.Context) (callerID, error) {
	token, err := tokens.CallerFrom(ctx).Token()
	return sha256.Sum256([]byte(token)), err
}

// NotificationCounts implements [Feed]. Reading the counts first also proves the token to Circle.
func (f *localFeed) NotificationCounts(ctx context.Context) (<-chan *circleclient.NotificationCounts, error) {
	id, err := identify(ctx)
	if err != nil {
		return nil, err
	}
	l := &listener{news: make(chan *circleclient.NotificationCounts, 1)}
	f.add(id, l) // before reading, so that no change falls in between
	counts, err := f.read(circleclient.With(ctx, circleclient.Fresh))
	if err != nil {
		f.remove(id, l)
		return nil, err
	}
	out := make(chan *circleclient.NotificationCounts)
	go func() {
		defer close(out)
		defer f.remove(id, l)
		l.forward(ctx, counts, out)
	}()
	return out, nil
}

// forward passes on what differs from what came before.
func (l *listener) forward(
	ctx context.Context, counts *circleclient.NotificationCounts, out chan<- *circleclient.NotificationCounts,
) {
	for {
		select {
		case out <- counts:
		case <-ctx.Done():
			return
		}
		for last := counts; *counts == *last; {
			select {
			case counts = <-l.news:
			case <-ctx.Done():
				return
			}
		}
	}
}

// SawNotificationCounts implements [Feed].
func (f *localFeed) SawNotificationCounts(ctx context.Context, counts *circleclient.NotificationCounts) {
	id, err := identify(ctx)
	if err != nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range f.listeners[id] {
		select {
		case <-l.news: // out of date
		default:
		}
		l.news <- counts
	}
}

// ChangedNotifications implements [Feed]: it reads the counts again if anybody listens. That they cannot be read is no
// failure of the change.
func (f *localFeed) ChangedNotifications(ctx context.Context) {
	if id, err := identify(ctx); err != nil || !f.heard(id) {
		return
	}
	if counts, err := f.read(ctx); err == nil {
		f.SawNotificationCounts(ctx, counts)
	}
}

func (f *localFeed) add(id callerID, l *listener) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listeners[id] == nil {
		f.listeners[id] = map[*listener]bool{}
	}
	f.listeners[id][l] = true
}

func (f *localFeed) remove(id callerID, l *listener) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if delete(f.listeners[id], l); len(f.listeners[id]) == 0 {
		delete(f.listeners, id)
	}
}

func (f *localFeed) heard(id callerID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.listeners[id]) > 0
}
