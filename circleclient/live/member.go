package live

import (
	"context"
	"sync"
	"time"

	"circlegraph/circleclient"
	"circlegraph/circleclient/cable"
)

// handOver is how long before the end of its token a cable is replaced, if a newer token is there.
const handOver = 2 * time.Minute

// member is one who listens, with all their devices. One goroutine looks after the cable, see run; another reads it.
type member struct {
	live *Live
	id   int64
	ctx  context.Context //nolint:containedctx // of all that runs for the member
	end  context.CancelFunc
	wake chan struct{}
	// background is what is read for the member.
	background sync.WaitGroup

	mu        sync.Mutex
	followers map[*Follower]bool
	streams   map[streamKey]*stream
	rooms     map[string]*room // that are followed, by UUID
	uuids     map[int64]string // of rooms, by number
	sends     sends
	status    Status

	// The cable, the one that is to take over from it, and the one that it took over from.
	current, next, leaving *session
	backoff                cable.Backoff
	paused                 bool // no dialling for a while
	why                    Reason
	refused                map[circleclient.TokenHash]bool
	probe                  int
	wasLive                bool
	lostAt                 time.Time // when the gap began; zero if there is none
	repairing              bool
	overdue                bool // nobody has needed a cable for a while
	lingering              *time.Timer
	counting               bool // counts are about to be read
	countAgain             bool
	looking, lookedFor     bool // what was done elsewhere is about to be read, see writes.go
	over                   bool // nothing begins any more

	// While the cable stands, see recheck.go.
	looks  int            // how often the member was looked after since the last reading
	readAt time.Time      // when that was
	unread map[int64]bool // threads in which something is, as far as it was told; nil before the first reading

	// Without a cable, see poll.go.
	polls    bool
	askedAt  time.Time // zero before the first question
	answered bool      // the last question was
	asking   *time.Timer
	absent   bool // no request of their own for a while
	absence  *time.Timer
	inbox    map[string]inboxRoom // as it was read last, by UUID
	count    *int                 // of new notifications, as it was read last
}

// room is a room that is followed.
type room struct {
	id    int64
	uuid  string
	shape int
	heard bool // an event has come over its channel
	timer *time.Timer
}

// exhausted reports whether no way of naming its channel is left.
func (r *room) exhausted() bool { return r.shape >= len(cable.RoomShapes(0, "")) }

func newMember(l *Live, id int64) *member {
	m := &member{
		live: l, id: id, wake: make(chan struct{}, 1), followers: map[*Follower]bool{}, streams: map[streamKey]*stream{},
		rooms: map[string]*room{}, uuids: map[int64]string{}, refused: map[circleclient.TokenHash]bool{},
		status: l.statusOfNobody(), why: ReasonConnecting, inbox: map[string]inboxRoom{},
	}
	m.ctx, m.end = context.WithCancel(context.Background())
	return m
}

// add adds a follower and the rooms that it follows, unless there are too many.
func (m *member) add(f *Follower, rooms []*circleclient.ChatRoom) (ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	more := 0
	for _, r := range rooms {
		if m.rooms[r.UUID] == nil {
			more++
		}
	}
	if len(m.followers) >= MaxFollowers || len(m.rooms)+more > MaxRooms {
		return false
	}
	m.followers[f], f.member = true, m
	m.seen()
	for _, r := range rooms {
		m.uuids[r.ID] = r.UUID
		if m.rooms[r.UUID] != nil {
			continue
		}
		shape, _ := m.live.gate.shapeOfRooms()
		m.rooms[r.UUID] = &room{id: r.ID, uuid: r.UUID, shape: shape}
		last := int64(0)
		if r.LastMessage != nil {
			last = r.LastMessage.ID
		}
		m.stream(Room, r.UUID).begin(last, m.live.options.Now())
	}
	if f.follows(StatusOf, "") {
		f.put(Event{Kind: StatusChanged, Status: m.status})
	}
	m.poke()
	return true
}

// leave ends a follower.
func (m *member) leave(f *Follower) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if f.closed {
		return
	}
	f.close()
	delete(m.followers, f)
	for uuid, r := range m.rooms {
		if !m.followed(Room, uuid) {
			if r.timer != nil {
				r.timer.Stop()
			}
			delete(m.rooms, uuid)
		}
	}
	for key, s := range m.streams {
		if !m.followed(key.kind, key.room) {
			s.stop()
			delete(m.streams, key)
		}
	}
	m.poke()
}

// followed reports whether anybody follows a topic. An empty room of kind Room stands for any.
func (m *member) followed(kind TopicKind, uuid string) bool {
	for f := range m.followers {
		if f.follows(kind, uuid) {
			return true
		}
	}
	return false
}

// poke has the goroutine look after the cable.
func (m *member) poke() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// later does something after a while and pokes, unless the member has ended by then. Nobody need stop the timer.
func (m *member) later(after time.Duration, do func()) *time.Timer {
	return time.AfterFunc(after, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if !m.over {
			do()
			m.poke()
		}
	})
}

// start runs something in the background until the member is over. The mutex is held.
func (m *member) start(do func(context.Context)) {
	if !m.over {
		m.background.Go(func() {
			do(circleclient.With(m.ctx, circleclient.As(m), circleclient.InBackground, circleclient.Fresh))
		})
	}
}

// run looks after the cable until nobody follows any more.
func (m *member) run() {
	ticker := time.NewTicker(check)
	defer ticker.Stop()
	defer m.background.Wait()
	defer m.end()
	defer m.shut()
	for {
		if m.step() {
			return
		}
		select {
		case <-m.wake:
		case <-ticker.C:
			m.lookAround()
		case <-m.ctx.Done():
			m.live.remove(m)
			return
		}
	}
}

// shut closes everything.
func (m *member) shut() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over = true
	m.endPolls()
	if m.absence != nil {
		m.absence.Stop()
	}
	for _, s := range []*session{m.current, m.next, m.leaving} {
		if s != nil {
			s.conn.Close()
		}
	}
	for _, s := range m.streams {
		s.stop()
	}
	for _, r := range m.rooms {
		if r.timer != nil {
			r.timer.Stop()
		}
	}
	if m.lingering != nil {
		m.lingering.Stop()
	}
	for f := range m.followers {
		f.close()
	}
}

// step does what is to be done for the cable now. It reports whether the member is over.
func (m *member) step() (over bool) {
	m.mu.Lock()
	wanted := m.wanted()
	switch {
	case len(wanted) > 0:
		m.overdue = false
		if m.lingering != nil {
			m.lingering.Stop()
			m.lingering = nil
		}
	case !m.overdue && m.lingering == nil:
		m.lingering = m.later(linger, func() { m.overdue = true })
	case m.overdue:
		m.drop(m.current)
		m.drop(m.next)
		if len(m.followers) == 0 {
			m.mu.Unlock()
			return m.live.remove(m)
		}
	}
	now := m.live.options.Now()
	if s := m.current; s != nil && s.ended(now) {
		m.drop(s) // nobody brought a newer token
	}
	tokens := m.tokens()
	var dial token
	switch s := m.current; {
	case len(wanted) == 0 || len(tokens) == 0 || m.paused || m.next != nil:
	case s == nil:
		dial = tokens[0]
	case s.token.endsWithin(handOver, now) && tokens[0].newer(s.token):
		dial = tokens[0]
	}
	m.subscribe(m.current, wanted)
	m.subscribe(m.next, wanted)
	m.plan(len(wanted) > 0, len(tokens) > 0)
	m.report(len(wanted) > 0, len(tokens) > 0)
	m.mu.Unlock()
	if dial.text != "" {
		m.dial(dial)
	}
	return false
}

// wanted is what must be subscribed to for the followers.
func (m *member) wanted() map[cable.Identifier]bool {
	wanted := map[cable.Identifier]bool{}
	for f := range m.followers {
		for _, topic := range f.topics {
			switch topic.Kind {
			case Counts, Notifications:
				wanted[cable.Notifications(m.id)] = true
			case Inbox:
				wanted[cable.Inbox(m.id)] = true
			case Threads:
				wanted[cable.Threads(m.id)] = true
			}
		}
	}
	_, proven := m.live.gate.shapeOfRooms()
	for _, r := range m.rooms {
		if !r.exhausted() {
			wanted[cable.RoomShapes(r.id, r.uuid)[r.shape]] = true
		}
		if !proven || r.exhausted() {
			wanted[cable.Inbox(m.id)] = true // which tells of the room as well, if it is not embedded
		}
	}
	return wanted
}

// forget closes the cables that were opened with a token: what it brought is no longer the member's to hear.
func (m *member) forget(hash circleclient.TokenHash) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range []*session{m.current, m.next, m.leaving} {
		if s != nil && s.token.hash == hash {
			m.drop(s)
		}
	}
	m.poke()
}

// report says how the member is told of what happens, if that has changed.
func (m *member) report(needed, able bool) {
	s := Status{Mode: ModeLocal, UpToDate: m.lostAt.IsZero() && !m.repairing}
	switch {
	case !needed:
		s.Reason, s.UpToDate = ReasonIdle, true
		if m.live.options.URL == "" {
			s.Reason = ReasonDisabled
		}
	case m.current != nil && m.current.stands:
		s.Mode = ModeLive
	case m.live.options.URL == "":
		s.Reason = ReasonDisabled
	case m.current != nil || able && !m.paused:
		s.Reason = ReasonConnecting
		if m.why == ReasonCapacity || m.why == ReasonRefused {
			s.Reason = m.why
		}
	default:
		s.Reason = m.why
	}
	switch {
	case needed && s.Mode != ModeLive && m.polls:
		s.Mode, s.UpToDate = ModePolling, m.answered
		s.PollSeconds = new(int(m.live.polls.interval() / time.Second))
	case needed && s.Mode != ModeLive:
		s.UpToDate = false
	}
	if s.same(m.status) {
		return
	}
	s.Since = m.status.Since
	if s.Mode != m.status.Mode || s.Reason != m.status.Reason || s.Since.IsZero() {
		s.Since = m.live.options.Now()
	}
	m.status = s
	m.tell(StatusOf, "", Event{Kind: StatusChanged, Status: s})
}

// lookAround does from time to time what nothing else brings about: rooms of which no event may come are read.
func (m *member) lookAround() {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, proven := m.live.gate.shapeOfRooms()
	if m.current == nil || !m.current.stands {
		return
	}
	for uuid, r := range m.rooms {
		if r.exhausted() || !proven && !r.heard {
			m.repairRoom(uuid)
		}
	}
	m.recheck()
}

// tell hands an event to those who follow a topic.
func (m *member) tell(kind TopicKind, uuid string, e Event) {
	for f := range m.followers {
		if f.follows(kind, uuid) && f.put(e) {
			m.live.counts.lost()
		}
	}
}
