package graph

import (
	"context"
	"crypto/sha256"
	"sync"

	"circlegraph/circleclient"
	"circlegraph/tokens"
)

// Updates tell subscriptions what changes for a caller. A caller's events never reach another.
type Updates interface {
	// NotificationCounts gives the caller's counts, the present ones first and then each change, until ctx ends. Of
	// changes that come faster than they are taken only the last counts.
	NotificationCounts(ctx context.Context) (<-chan *circleclient.NotificationCounts, error)
	// SawNotificationCounts is told of counts that the caller has read.
	SawNotificationCounts(ctx context.Context, counts *circleclient.NotificationCounts)
	// ChangedNotifications is told that the caller has done what may have changed the counts.
	ChangedNotifications(ctx context.Context)
}

// localUpdates knows what passes through this process. It is safe for concurrent use.
type localUpdates struct {
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

// newLocalUpdates returns updates that read counts by read.
func newLocalUpdates(read func(context.Context) (*circleclient.NotificationCounts, error)) *localUpdates {
	return &localUpdates{read: read, listeners: map[callerID]map[*listener]bool{}}
}

func identify(ctx context.Context) (callerID, error) {
	token, err := tokens.CallerFrom(ctx).Token()
	return sha256.Sum256([]byte(token)), err
}

// NotificationCounts implements [Updates]. Reading the counts first also proves the token to Circle.
func (u *localUpdates) NotificationCounts(ctx context.Context) (<-chan *circleclient.NotificationCounts, error) {
	id, err := identify(ctx)
	if err != nil {
		return nil, err
	}
	l := &listener{news: make(chan *circleclient.NotificationCounts, 1)}
	u.add(id, l) // before reading, so that no change falls in between
	counts, err := u.read(circleclient.With(ctx, circleclient.Fresh))
	if err != nil {
		u.remove(id, l)
		return nil, err
	}
	out := make(chan *circleclient.NotificationCounts)
	go func() {
		defer close(out)
		defer u.remove(id, l)
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

// SawNotificationCounts implements [Updates].
func (u *localUpdates) SawNotificationCounts(ctx context.Context, counts *circleclient.NotificationCounts) {
	id, err := identify(ctx)
	if err != nil {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for l := range u.listeners[id] {
		select {
		case <-l.news: // out of date
		default:
		}
		l.news <- counts
	}
}

// ChangedNotifications implements [Updates]: it reads the counts again if anybody listens. That they cannot be read is
// no failure of the change.
func (u *localUpdates) ChangedNotifications(ctx context.Context) {
	if id, err := identify(ctx); err != nil || !u.heard(id) {
		return
	}
	if counts, err := u.read(ctx); err == nil {
		u.SawNotificationCounts(ctx, counts)
	}
}

func (u *localUpdates) add(id callerID, l *listener) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.listeners[id] == nil {
		u.listeners[id] = map[*listener]bool{}
	}
	u.listeners[id][l] = true
}

func (u *localUpdates) remove(id callerID, l *listener) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if delete(u.listeners[id], l); len(u.listeners[id]) == 0 {
		delete(u.listeners, id)
	}
}

func (u *localUpdates) heard(id callerID) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.listeners[id]) > 0
}
