package live

import (
	"context"
	"maps"
	"sync"
	"time"
)

// Mode is how a member is told of what happens.
type Mode string

// The modes.
const (
	// ModeLive is over Circle's cable.
	ModeLive Mode = "live"
	// ModePolling is by asking Circle from time to time.
	ModePolling Mode = "polling"
	// ModeLocal is only what the member does through this process.
	ModeLocal Mode = "local"
)

// Modes are all modes.
var Modes = []Mode{ModeLive, ModePolling, ModeLocal}

// Reason says why a member is not told over the cable.
type Reason string

// The reasons.
const (
	// ReasonConnecting is a cable that is about to be opened, or opened again.
	ReasonConnecting Reason = "connecting"
	// ReasonRefused is a cable that Circle does not open.
	ReasonRefused Reason = "refused"
	// ReasonDisabled is a server without a cable.
	ReasonDisabled Reason = "disabled"
	// ReasonCapacity is a server with too many cables.
	ReasonCapacity Reason = "capacity"
	// ReasonIdle is that the member follows nothing that needs a cable.
	ReasonIdle Reason = "idle"
)

// Status is how a member is told of what happens.
type Status struct {
	Mode   Mode
	Reason Reason // empty if the mode is live
	// PollSeconds is the time between two questions to Circle; nil unless the mode is polling.
	PollSeconds *int
	// UpToDate reports whether everything up to now has been told.
	UpToDate bool
	// Since is since when the mode holds.
	Since time.Time
}

// same reports whether nothing but the time differs.
func (s Status) same(other Status) bool {
	seconds := func(p *int) int {
		if p == nil {
			return 0
		}
		return *p
	}
	return s.Mode == other.Mode && s.Reason == other.Reason && s.UpToDate == other.UpToDate &&
		seconds(s.PollSeconds) == seconds(other.PollSeconds)
}

// Status is how the caller is told of what happens.
func (l *Live) Status(ctx context.Context) (Status, error) {
	id, err := l.options.Client.Members.CurrentID(ctx)
	if err != nil {
		return Status{}, err
	}
	if m := l.of(id); m != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.status, nil
	}
	return l.statusOfNobody(), nil
}

// statusOfNobody is the status of who follows nothing.
func (l *Live) statusOfNobody() Status {
	s := Status{Mode: ModeLocal, Reason: ReasonIdle, UpToDate: true, Since: l.options.Now()}
	if l.options.URL == "" {
		s.Reason = ReasonDisabled
	}
	return s
}

// counters are figures of this process.
type counters struct {
	mu         *sync.Mutex
	events     map[string]int64 // by Circle's name
	gaps       int64
	reconnects int64
}

func newCounters() counters { return counters{mu: &sync.Mutex{}, events: map[string]int64{}} }

func (c *counters) event(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events[name]++
}

func (c *counters) lost() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gaps++
}

func (c *counters) reconnect() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reconnects++
}

// Stats are figures of this process.
type Stats struct {
	// Cables is how many are open, Followers how many subscriptions listen.
	Cables, Followers int
	// Members is how many members listen, by mode.
	Members map[Mode]int
	// Events is how many events have come, by Circle's names; others count as "unknown".
	Events map[string]int64
	// Reconnects is how often a cable was opened again, Gaps how often events may have been lost.
	Reconnects, Gaps int64
}

// Stats returns figures of this process.
func (l *Live) Stats() Stats {
	s := Stats{Members: map[Mode]int{}}
	for _, m := range l.all() {
		m.mu.Lock()
		s.Members[m.status.Mode]++
		s.Followers += len(m.followers)
		m.mu.Unlock()
	}
	s.Cables = l.gate.open()
	l.counts.mu.Lock()
	defer l.counts.mu.Unlock()
	s.Events, s.Reconnects, s.Gaps = maps.Clone(l.counts.events), l.counts.reconnects, l.counts.gaps
	return s
}
