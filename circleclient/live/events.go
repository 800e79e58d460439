package live

import (
	"context"
	"strings"
	"time"

	"circlegraph/circleclient"
	"circlegraph/circleclient/cable"
	"circlegraph/circleclient/lenient"
)

const (
	// countSpacing is the least time between two readings of a member's counts.
	countSpacing = 5 * time.Second
	// shapePatience is how long a room's channel may lag behind the inbox before it counts as mute.
	shapePatience = 10 * time.Second
)

// happened takes an event of the cable.
func (m *member) happened(e cable.Event) {
	if e.Kind == cable.Unknown {
		m.live.counts.event("unknown")
		m.live.options.Logger.Debug("an unknown event of the cable", "fields", strings.Join(e.Fields, ","))
		return
	}
	m.live.counts.event(string(e.Kind))
	r := m.roomOf(e.Identifier)
	if r != nil && !r.heard {
		r.heard = true
		m.live.gate.proveShape(r.shape)
	}
	switch e.Kind {
	case cable.NewNotification:
		m.live.options.Client.ChangedNotifications(m.id)
		m.tell(Notifications, "", Event{Kind: Notified})
	case cable.CountUpdated, cable.CountReset:
		m.live.options.Client.ChangedNotifications(m.id)
		m.counted(e)
	default:
		m.live.options.Client.ChangedChat(m.id)
		m.chatted(e, r)
	}
}

// counted tells of a count. Those who want all counts get them read, seldom and once for all.
func (m *member) counted(e cable.Event) {
	n := e.NewNotifications
	if n == nil && e.Kind == cable.CountReset {
		n = new(int)
	}
	if n != nil {
		m.count = n
	}
	full := false
	for f := range m.followers {
		switch {
		case !f.follows(Counts, ""):
		case f.full() || n == nil:
			full = true
		case f.put(Event{Kind: CountsChanged, NewNotifications: n}):
			m.live.counts.lost()
		}
	}
	if full {
		m.readCounts()
	}
}

// readCounts reads the counts unless that was done a moment ago; then it is done a little later.
func (m *member) readCounts() {
	if m.counting {
		m.countAgain = true
		return
	}
	m.counting, m.countAgain = true, false
	m.start(func(ctx context.Context) {
		counts, err := m.live.options.Client.Notifications.Counts(ctx)
		m.mu.Lock()
		defer m.mu.Unlock()
		if err == nil {
			m.tell(Counts, "", Event{Kind: CountsChanged, Counts: counts})
		}
		m.later(countSpacing, func() {
			m.counting = false
			if m.countAgain || err != nil {
				m.readCounts()
			}
		})
	})
}

// chatted tells of an event of chat; r is the room whose channel brought it, nil for other channels.
func (m *member) chatted(e cable.Event, r *room) {
	uuid := e.RoomUUID()
	if uuid == "" && r != nil {
		uuid = r.uuid
	}
	if id := e.ChatRoomID; uuid == "" && id != 0 {
		if uuid = m.uuids[id]; uuid == "" {
			m.findRoom(id)
			return
		}
	}
	switch e.Kind {
	case cable.RoomCreated:
		m.uuids[e.ID] = uuid
		m.tell(Inbox, "", Event{Kind: RoomAdded, Room: uuid})
	case cable.RoomDeleted:
		m.tellRoom(RoomDeleted, uuid, r == nil)
	case cable.RoomUpdated, cable.RoomRead, cable.RoomPinned, cable.RoomUnpinned:
		m.tellRoom(RoomUpdated, uuid, r == nil)
	case cable.ThreadRead:
		delete(m.unread, e.ChatThreadID)
		m.tell(Threads, "", Event{Kind: ThreadUpdated, ThreadID: e.ChatThreadID})
	case cable.NewMessage, cable.UpdatedMessage:
		m.spoken(e, uuid, r)
	case cable.DeletedMessage:
		m.deleted(e, uuid, r)
	}
}

// tellRoom tells of a room, in the inbox too if the event is one of the inbox.
func (m *member) tellRoom(kind EventKind, uuid string, inbox bool) {
	if inbox {
		m.tell(Inbox, "", Event{Kind: kind, Room: uuid})
	}
	m.tell(Room, uuid, Event{Kind: kind, Room: uuid})
}

// spoken tells of a new or changed message.
func (m *member) spoken(e cable.Event, uuid string, r *room) {
	message := messageOf(e.Payload, e.Kind == cable.NewMessage)
	if message == nil || message.ID == 0 {
		return
	}
	if message.ChatRoomUUID == "" {
		message.ChatRoomUUID = uuid
	}
	told := Event{Kind: MessageUpdated, Room: message.ChatRoomUUID, Message: message, CreationUUID: e.CreationUUID}
	if e.Kind == cable.NewMessage {
		told.Kind = MessageAdded
	}
	switch {
	case r != nil:
		m.arrive(Room, r.uuid, told)
	case e.Identifier == cable.Threads(m.id):
		if id := message.ChatThreadID; id != nil && m.unread != nil &&
			(message.Sender == nil || message.Sender.CommunityMemberID != m.id) {
			m.unread[*id] = true
		}
		m.arrive(Threads, "", told)
	default:
		m.arrive(Inbox, "", told)
		if r := m.rooms[told.Room]; r != nil {
			m.arrive(Room, r.uuid, told)
			m.doubt(r)
		}
	}
}

// messageOf reads a message of the cable; nil for anything else.
func messageOf(payload []byte, added bool) *circleclient.ChatMessage {
	message := &circleclient.ChatMessage{}
	if len(payload) == 0 || lenient.Decode(payload, message) != nil {
		return nil
	}
	message.Source = circleclient.SourceCableUpdated
	if added {
		message.Source = circleclient.SourceCableNew
	}
	return message
}

// deleted tells of a message that is gone. Only the channel, or the message above a reply, says in which room.
func (m *member) deleted(e cable.Event, uuid string, r *room) {
	told := Event{Kind: MessageDeleted, Room: uuid, MessageID: e.ID, Parent: messageOf(e.ParentMessage, false)}
	switch {
	case r != nil:
		told.Room = r.uuid
		if told.Parent != nil {
			told.Parent.ChatRoomUUID = r.uuid
		}
		m.arrive(Room, r.uuid, told)
	case e.Identifier != cable.Threads(m.id):
		m.arrive(Inbox, "", told)
	case told.Parent == nil || told.Parent.ChatThreadID == nil:
		m.tell(Threads, "", Event{Kind: Missed}) // no way to know which thread
	default:
		m.deletedReply(told)
	}
}

// deletedReply finds the room of a reply that is gone, by the thread that it was in.
func (m *member) deletedReply(told Event) {
	if !m.followed(Threads, "") {
		return
	}
	threadID := *told.Parent.ChatThreadID
	m.start(func(ctx context.Context) {
		uuid := ""
		thread, err := m.live.options.Client.Chat.Thread(ctx, threadID)
		if err == nil && thread.ParentMessage != nil {
			uuid = thread.ParentMessage.ChatRoomUUID
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if uuid == "" {
			m.tell(Threads, "", Event{Kind: Missed}) // the thread is gone with its last reply
			return
		}
		told.Room, told.Parent.ChatRoomUUID, told.ThreadID = uuid, uuid, threadID
		m.arrive(Threads, "", told)
	})
}

// findRoom learns the UUID of a room of which an event has only the number, from the inbox.
func (m *member) findRoom(id int64) {
	m.start(func(ctx context.Context) {
		page, err := m.live.options.Client.Chat.Rooms(ctx, circleclient.PageOptions{PerPage: circleclient.MaxPerPage})
		m.mu.Lock()
		defer m.mu.Unlock()
		if err == nil {
			for _, room := range page.Records {
				m.uuids[room.ID] = room.UUID
			}
		}
		if uuid := m.uuids[id]; uuid != "" {
			m.tellRoom(RoomUpdated, uuid, true)
			return
		}
		m.tell(Inbox, "", Event{Kind: Missed})
	})
}

// roomOf is the followed room that a channel belongs to; nil if it is no room's.
func (m *member) roomOf(id cable.Identifier) *room {
	for _, r := range m.rooms {
		if !r.exhausted() && cable.RoomShapes(r.id, r.uuid)[r.shape] == id {
			return r
		}
	}
	return nil
}

// doubt gives a room's channel a while to bring what the inbox has brought, and tries another shape if it does not.
func (m *member) doubt(r *room) {
	if _, proven := m.live.gate.shapeOfRooms(); proven || r.heard || r.timer != nil {
		return
	}
	r.timer = m.later(shapePatience, func() {
		if r.timer = nil; !r.heard && m.rooms[r.uuid] == r {
			m.nextShape(r)
		}
	})
}

// nextShape names a room's channel in another way. After the last way only the inbox, and reading, tell of the room.
func (m *member) nextShape(r *room) {
	if !r.exhausted() {
		r.shape++
	}
}
