package live

import (
	"context"
	"time"
)

// A cable brings each event at most once: one that Circle's servers lose among themselves is missing, and nothing says
// so. What is followed is therefore read from time to time although the cable stands.

const (
	// looksPerRecheck is how many times a member is looked after between two readings, ten minutes.
	looksPerRecheck = int(10 * time.Minute / check)
	// recheckShare is how much of what may be spent on members without a cable may be spent on those with one.
	recheckShare = 0.5
	// recheckBurst lets one member with as much as can be followed be read at once.
	recheckBurst = MaxRooms + int(topicKinds)
)

// recheck reads what is followed, if its time has come and the share suffices. A member who is away is not asked for.
func (m *member) recheck() {
	m.looks++
	if m.looks < looksPerRecheck || m.absent || m.repairing || m.live.options.PollShare == 0 {
		return
	}
	kinds, rooms := m.followedKinds()
	if len(rooms) == 0 && !kinds[Inbox] && !kinds[Threads] {
		return // counts are not worth it by themselves: the next event has the whole count
	}
	now, requests := m.live.options.Now(), len(rooms)
	for _, kind := range []TopicKind{Counts, Notifications, Inbox, Threads} {
		if kinds[kind] {
			requests++
		}
	}
	if !m.live.rechecks.AllowN(now, requests) {
		return
	}
	since := m.readAt
	m.looks, m.readAt = 0, now
	m.start(func(ctx context.Context) {
		if kinds[Counts] || kinds[Notifications] {
			_ = m.catchUpCounts(ctx) // what cannot be read now is read the next time, here and below
		}
		for _, uuid := range rooms {
			_ = m.catchUpRoom(ctx, uuid, true)
		}
		if kinds[Inbox] {
			m.recheckInbox(ctx, since)
		}
		if kinds[Threads] {
			m.recheckThreads(ctx)
		}
	})
}

// recheckInbox tells of the rooms whose last message nothing has told of.
func (m *member) recheckInbox(ctx context.Context, since time.Time) {
	page, err := m.live.options.Client.Chat.Rooms(ctx, inboxPage())
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.followed(Inbox, "") {
		return
	}
	s, until := m.stream(Inbox, ""), m.live.options.Now().Add(-settling)
	for _, room := range page.Records {
		last := room.LastMessage
		if last == nil || last.SentAt.Before(since.Add(-skew)) || last.SentAt.After(until) {
			continue
		}
		if _, told := s.seen.get(last.ID); !told {
			s.seen.set(last.ID, version{})
			m.tell(Inbox, "", Event{Kind: RoomUpdated, Room: room.UUID})
		}
	}
}

// recheckThreads tells of the threads in which something has become unread and nothing has told of it.
func (m *member) recheckThreads(ctx context.Context) {
	ids, err := m.live.options.Client.Chat.UnreadThreads(ctx)
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.unread
	m.unread = map[int64]bool{}
	for _, id := range ids {
		m.unread[id] = true
		if before != nil && !before[id] {
			m.tell(Threads, "", Event{Kind: ThreadUpdated, ThreadID: id})
		}
	}
}
