// Package live tells members what happens in their community: over Circle's cable if it is open to the community, else
// as far as this process notices.
package live

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"circlegraph/circleclient"
	"circlegraph/circleclient/cable"
)

const (
	// DefaultMax is how many cables may be open at a time where nothing else is said.
	DefaultMax = 5000
	// linger is how long a cable stays open without subscribers: clients come back with a new token.
	linger = 30 * time.Second
	// check is how often a member's cable is looked after if nothing happens.
	check = 30 * time.Second
	// dialsPerSecond and dialBurst pace the opening of cables.
	dialsPerSecond, dialBurst = 2, 20
)

// Options are what [New] needs.
type Options struct {
	// Client reads what events leave out, and forgets what they made stale.
	Client *circleclient.Client
	// URL is where the cable is; without it nobody has one.
	URL string
	// Origin is a web origin that the community allows.
	Origin string
	// UserAgent names this program.
	UserAgent string
	// Transport reaches the cable; [cable.NewTransport] if nil.
	Transport http.RoundTripper
	// Max is how many cables may be open at a time; [DefaultMax] if zero.
	Max int
	// PollShare is how many requests a second may be spent on members without a cable, and half as many on those with one,
	// see recheck.go; none if zero.
	PollShare float64
	// Logger gets what an operator can mend; nothing is logged if nil.
	Logger *slog.Logger
	// Now is the clock, for the ends of tokens; it must not be nil.
	Now func() time.Time
}

// Live tells members what happens. It has one cable for each member who listens, whatever their number of devices, and
// is safe for concurrent use.
type Live struct {
	options Options
	http    *http.Client
	dials   *rate.Limiter
	// rechecks paces the reading of what is followed over cables that stand.
	rechecks *rate.Limiter
	counts   counters

	gate    gate
	polls   polls
	running sync.WaitGroup

	mu      sync.Mutex // taken before those of members
	closed  bool
	members map[int64]*member
}

// New makes a Live that nobody listens to.
func New(o Options) *Live {
	if o.Transport == nil {
		o.Transport = cable.NewTransport()
	}
	if o.Max == 0 {
		o.Max = DefaultMax
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	l := &Live{
		options: o, http: &http.Client{Transport: o.Transport}, dials: rate.NewLimiter(dialsPerSecond, dialBurst),
		rechecks: rate.NewLimiter(rate.Limit(recheckShare*o.PollShare), recheckBurst),
		members:  map[int64]*member{}, counts: newCounters(),
		polls: polls{share: o.PollShare},
		gate:  gate{max: o.Max, logger: o.Logger, off: o.URL == "", refusedBy: map[int64]bool{}},
	}
	o.Client.OnForget(l.forget)
	return l
}

// ErrTooMany is a member who follows too much at a time: [MaxFollowers] subscriptions or [MaxRooms] rooms.
var ErrTooMany = errors.New("live: the member follows too much at a time")

const (
	// MaxFollowers is how many subscriptions one member may have at a time, on all devices together.
	MaxFollowers = 100
	// MaxRooms is how many rooms one member may follow at a time.
	MaxRooms = 20
)

// errClosed is a Live that has ended.
var errClosed = errors.New("live: no updates are given any more")

// Follow tells of topics to the caller of ctx until ctx ends. Who the caller is must be Circle's own word, which takes
// a request if it is not known yet; so does each room, which must be one that the caller can read.
func (l *Live) Follow(ctx context.Context, topics ...Topic) (*Follower, error) {
	id, err := l.options.Client.Members.CurrentID(ctx)
	if err != nil {
		return nil, err
	}
	f := newFollower(circleclient.AskingFrom(ctx).Caller, topics)
	var rooms []*circleclient.ChatRoom
	for _, topic := range topics {
		if topic.Kind != Room {
			continue
		}
		room, err := l.options.Client.Chat.Room(circleclient.With(ctx, circleclient.Fresh), topic.Room)
		if err != nil {
			return nil, err
		}
		rooms = append(rooms, room)
	}
	m, err := l.join(id, f, rooms)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { m.leave(f) })
	for _, topic := range topics {
		if topic.After != 0 {
			m.replay(ctx, f, topic)
		}
	}
	return f, nil
}

// join adds a follower to a member, who begins to listen with the first.
func (l *Live) join(id int64, f *Follower, rooms []*circleclient.ChatRoom) (*member, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errClosed
	}
	m := l.members[id]
	if m == nil {
		m = newMember(l, id)
		l.members[id] = m
		l.running.Go(m.run)
	}
	if !m.add(f, rooms) {
		return nil, ErrTooMany
	}
	return m, nil
}

// remove ends a member whom nobody follows any more. It reports whether that is still so.
func (l *Live) remove(m *member) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.followers) > 0 && !l.closed {
		return false
	}
	delete(l.members, m.id)
	return true
}

// of returns a member who listens, nil for others.
func (l *Live) of(id int64) *member {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.members[id]
}

// Hears reports whether any device of the caller follows a topic other than a room, as far as it is known who the
// caller is.
func (l *Live) Hears(ctx context.Context, kind TopicKind) bool {
	m := l.of(l.options.Client.Members.KnownID(ctx))
	if m == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.followed(kind, "")
}

// ofCaller returns the caller if they listen. It asks Circle only if anybody listens.
func (l *Live) ofCaller(ctx context.Context) *member {
	l.mu.Lock()
	nobody := len(l.members) == 0
	l.mu.Unlock()
	if nobody {
		return nil
	}
	id, err := l.options.Client.Members.CurrentID(ctx)
	if err != nil {
		return nil
	}
	return l.of(id)
}

// all lists the members who listen.
func (l *Live) all() []*member {
	l.mu.Lock()
	defer l.mu.Unlock()
	members := make([]*member, 0, len(l.members))
	for _, m := range l.members {
		members = append(members, m)
	}
	return members
}

// forget closes the cables that were opened with a token, which is dead.
func (l *Live) forget(hash circleclient.TokenHash) {
	for _, m := range l.all() {
		m.forget(hash)
	}
}

// Close ends all cables and waits until nothing is left of them.
func (l *Live) Close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.gate.close()
	for _, m := range l.all() {
		m.end()
	}
	l.running.Wait()
	l.http.CloseIdleConnections()
}
