package live

import (
	"time"

	"circlegraph/circleclient/cable"
)

// session is an open cable of a member.
type session struct {
	conn  *cable.Conn
	token token

	// Guarded by the member.
	asked   map[cable.Identifier]bool
	settled map[cable.Identifier]bool // confirmed, or known to be in vain
	stands  bool                      // all subscriptions have been settled once
	gone    bool
}

const (
	// leeway is how much longer than its token a cable may last: clocks differ.
	leeway = 30 * time.Second
	// parting is how long a cable stays after another has taken over.
	parting = 5 * time.Second
)

// ended reports whether its token has.
func (s *session) ended(now time.Time) bool {
	return !s.token.ends.IsZero() && !now.Before(s.token.ends.Add(leeway))
}

// subscribe brings the subscriptions of a session in line with what is wanted. The mutex of the member is held: the
// commands are small and the connection is given up if they do not go out.
func (m *member) subscribe(s *session, wanted map[cable.Identifier]bool) {
	if s == nil || s.gone {
		return
	}
	for id := range s.asked {
		if !wanted[id] && len(wanted) > 0 {
			delete(s.asked, id)
			delete(s.settled, id)
			_ = s.conn.Unsubscribe(m.ctx, id) // a lost cable is noticed by who reads it
		}
	}
	for id := range wanted {
		if !s.asked[id] {
			s.asked[id] = true
			_ = s.conn.Subscribe(m.ctx, id) // likewise
		}
	}
}

// listen reads a cable until it is lost.
func (m *member) listen(s *session) {
	defer m.live.gate.release()
	for {
		signal, err := s.conn.Next(m.ctx)
		if err != nil {
			m.lost(s, err)
			return
		}
		m.mu.Lock()
		if s.gone {
			m.mu.Unlock()
			continue // it is being closed
		}
		switch signal := signal.(type) {
		case cable.Confirmed:
			m.settle(s, signal.Identifier, true)
		case cable.Rejected:
			m.settle(s, signal.Identifier, false)
		case cable.Silent:
			m.settle(s, signal.Identifier, false)
		case cable.Event:
			m.happened(signal)
		}
		m.mu.Unlock()
	}
}

// settle notes the answer to a subscription.
func (m *member) settle(s *session, id cable.Identifier, confirmed bool) {
	if !s.asked[id] {
		return
	}
	already := s.stands
	s.settled[id] = true
	if r := m.roomOf(id); r != nil {
		if _, proven := m.live.gate.shapeOfRooms(); !confirmed && proven { // the name is right, so the room is closed to them
			r.shape = len(cable.RoomShapes(0, ""))
			m.repairRoom(r.uuid)
		} else if !confirmed {
			m.nextShape(r)
		} else if already && s == m.current {
			m.repairRoom(r.uuid) // what came between following and listening
		}
	}
	m.ready(s)
	m.poke()
}

// ready takes a session into use once all that was asked for is settled.
func (m *member) ready(s *session) {
	if s.gone || len(s.settled) < len(s.asked) {
		return
	}
	if s == m.next {
		old := m.current
		m.current, m.next = s, nil
		if old != nil {
			m.partWith(old)
		} else {
			m.repair()
		}
		s.stands = true
	}
	if s != m.current || s.stands {
		return
	}
	s.stands = true
	m.backoff.Reset()
	m.repair()
	m.wasLive = true
	m.report(true, true)
}

// partWith closes a session that another has taken over from, after a while: what happened before the new one listened
// may still be on its way. A message that both bring is told of once.
func (m *member) partWith(s *session) {
	m.drop(m.leaving)
	m.leaving = s
	m.later(parting, func() { m.drop(s) })
}

// drop closes a session for a reason of ours. What happens until the next one stands is missed.
func (m *member) drop(s *session) {
	if s == nil || s.gone {
		return
	}
	s.gone = true
	s.conn.Close()
	m.without(s)
}

// without notes that a session is over.
func (m *member) without(s *session) {
	switch s {
	case m.next:
		m.next = nil
		return
	case m.leaving:
		m.leaving = nil
		return
	case m.current:
		m.current = nil
	default:
		return
	}
	for _, stream := range m.streams {
		stream.fallBehind()
	}
	if m.lostAt.IsZero() && len(m.wanted()) > 0 {
		m.lostAt = m.live.options.Now()
		m.live.counts.lost()
	}
	if m.next != nil {
		m.current, m.next = m.next, nil
		m.ready(m.current)
	}
}

// lost notes that a cable has broken off.
func (m *member) lost(s *session, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer m.poke()
	if s.gone {
		return
	}
	s.gone = true
	if s == m.leaving { // nobody needs it any more
		m.leaving = nil
		return
	}
	m.without(s)
	m.why = ReasonConnecting
	if lost, ok := err.(*cable.Lost); ok && !lost.Reconnect { //nolint:errorlint // Next gives nothing else
		m.refuse(s.token)
	}
	if m.ctx.Err() == nil {
		m.pause(m.backoff.Next())
	}
	m.report(len(m.wanted()) > 0, true)
}
