package live

import (
	"context"
	"sync"
	"time"
)

// lookSpacing is the least time between two readings of what a member has changed through other processes.
const lookSpacing = 5 * time.Second

// Sending notes that the caller is about to send a message to a room. done must be called when the answer is there,
// with the sending's UUID and what the client calls it: the message is told of after that, so that whoever sent it
// knows it.
func (l *Live) Sending(ctx context.Context, roomUUID string) (done func(creationUUID, key string)) {
	m := l.ofCaller(ctx)
	if m == nil {
		return func(string, string) {}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sends.begin(roomUUID)
	var once sync.Once
	return func(creationUUID, key string) {
		once.Do(func() {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.sends.end(roomUUID, creationUUID, key)
			for _, s := range m.streams {
				if len(s.pending) > 0 {
					m.flush(s)
				}
			}
		})
	}
}

// Did tells the caller's devices of what the caller has done through this process, as far as the cable does not. Of a
// message only room and number need be known.
func (l *Live) Did(ctx context.Context, e Event) {
	m := l.ofCaller(ctx)
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	isLive := m.status.Mode == ModeLive
	switch e.Kind {
	case CountsChanged:
		m.tell(Counts, "", e)
	case RoomUpdated: // the cable tells of some changes only
		m.tellRoom(RoomUpdated, e.Room, true)
	case MessageReacted: // no cable tells of reactions
		e.Kind = MessageUpdated
		m.tell(Room, e.Room, e)
	case MessageUpdated:
		if !isLive {
			m.tell(Room, e.Room, e)
		}
	case MessageDeleted:
		if !isLive {
			m.arrive(Room, e.Room, e)
			m.tell(Inbox, "", Event{Kind: RoomUpdated, Room: e.Room})
		}
	case MessageAdded:
		if !isLive {
			m.tell(Inbox, "", Event{Kind: RoomUpdated, Room: e.Room})
			if m.rooms[e.Room] != nil {
				m.repairRoom(e.Room)
			}
		}
	case RoomAdded:
		if !isLive {
			m.tell(Inbox, "", e)
		}
	}
}

// DidElsewhere looks what has changed for a member who has written something through another process, unless the cable
// tells: at once, and then once in a while for all that is written meanwhile.
func (l *Live) DidElsewhere(memberID int64) {
	m := l.of(memberID)
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lookAgain()
}

// lookAgain reads all that is followed unless that was done a moment ago; then it is done a little later.
func (m *member) lookAgain() {
	switch {
	case m.status.Mode == ModeLive || len(m.wanted()) == 0:
		return
	case m.looking:
		m.lookedFor = true
		return
	}
	m.looking, m.lookedFor = true, false
	since := m.live.options.Now()
	m.start(func(ctx context.Context) {
		err := m.catchUp(ctx, since)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.later(lookSpacing, func() {
			m.looking = false
			if m.lookedFor || err != nil {
				m.lookAgain()
			}
		})
	})
}
