package live

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// shortestPoll and longestPoll bound the time between two questions for a member.
	shortestPoll, longestPoll = 15 * time.Second, 5 * time.Minute
	// callsPerPoll is about how many requests a question takes.
	callsPerPoll = 2
	// active is how long after their last own request a member is still asked for: an open page is nobody.
	active = 30 * time.Minute
)

// polls shares the requests that questions may take among the members who have no cable. Its mutex is taken last.
type polls struct {
	share float64 // requests per second; nobody is asked for if it is zero

	mu      sync.Mutex
	members int
}

// join takes a place, unless there are so many that each would wait for too long.
func (p *polls) join() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.share <= 0 || p.wait(p.members+1) > longestPoll {
		return false
	}
	p.members++
	return true
}

func (p *polls) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members--
}

// interval is the time between two questions for a member.
func (p *polls) interval() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(max(p.wait(p.members), shortestPoll), longestPoll)
}

func (p *polls) wait(members int) time.Duration {
	return time.Duration(float64(members*callsPerPoll) / p.share * float64(time.Second))
}

// inboxRoom is what the inbox showed of a room.
type inboxRoom struct {
	last   int64
	unread int
}

// Seen notes that the caller has made a request of their own.
func (l *Live) Seen(ctx context.Context) {
	if id := l.options.Client.Members.KnownID(ctx); id != 0 {
		if m := l.of(id); m != nil {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.seen()
		}
	}
}

// seen notes that the member is here.
func (m *member) seen() {
	if m.absence != nil {
		m.absence.Stop()
	}
	if m.absent {
		m.absent = false
		m.poke()
	}
	m.absence = m.later(active, func() { m.absent = true })
}

// plan begins or ends the questions for a member, as there is a cable or none.
func (m *member) plan(needed, able bool) {
	closed := m.live.options.URL == "" || m.why == ReasonRefused || m.why == ReasonCapacity
	should := needed && able && closed && !m.absent && m.current == nil && m.next == nil
	switch {
	case should && !m.polls && m.live.polls.join():
		m.polls = true
		m.ask()
	case !should && m.polls:
		m.endPolls()
	}
}

func (m *member) endPolls() {
	if !m.polls {
		return
	}
	m.polls, m.askedAt, m.answered = false, time.Time{}, false
	if m.asking != nil {
		m.asking.Stop()
	}
	m.live.polls.leave()
}

// ask asks Circle what has changed since the last question, and goes on doing so.
func (m *member) ask() {
	since := m.askedAt
	m.askedAt = m.live.options.Now()
	m.start(func(ctx context.Context) {
		err := m.catchUp(ctx, since)
		m.mu.Lock()
		defer m.mu.Unlock()
		if !m.polls {
			return
		}
		if m.answered = err == nil; !m.answered && !since.IsZero() {
			m.askedAt = since // the next question is for all of it
		}
		wait := m.live.polls.interval()
		m.asking = m.later(wait-rand.N(wait/10), m.ask) //nolint:gosec // G404: chance spreads questions
		m.report(true, true)
	})
}
