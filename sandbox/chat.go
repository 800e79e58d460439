package sandbox

import (
	"slices"
	"time"
)

// First ids of what chat is made of; the messages' lie above 2^31, which the real ones are about to cross.
const (
	firstChatRoomID    = 5_200_001
	firstParticipantID = 61_000_001
	firstMessageID     = 2_147_500_001
	firstChatThreadID  = 7_700_001
	firstReplierID     = 15_400_001 // participants of threads
)

// Kinds of room. Embedded rooms call themselves group chats too.
const (
	roomDirect = "direct"
	roomGroup  = "group_chat"
)

// chatRoom is a room of two members or of a group, or one embedded in a chat space, a lesson or a live room.
type chatRoom struct {
	id           int64
	uuid         string
	kind         string
	name         string // empty: the names of the others
	description  string
	spaceID      int64      // embedded: the chat space, or the course of the lesson; else 0
	lesson       *lessonRef // of a lesson's room
	live         *liveRoom  // of a live room's
	createdAt    time.Time
	participants []*participant // in order of id; of an embedded room also those who have left
	messages     []*message     // oldest first, replies included
}

// lessonRef is a lesson as its threads name it.
type lessonRef struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	SectionID int64  `json:"courses_section_id"`
}

// participant is a member's place in a room, with their own settings.
type participant struct {
	id, memberID int64
	admin        bool // of the room
	muted        bool
	archived     bool
	lastReadID   int64 // of the messages that are no replies
}

// message is a message or, with a parent, a reply in its thread.
type message struct {
	id, memberID int64
	room         *chatRoom
	parent       *message
	content      content // blank: lost on the way in, see messageInput
	sentAt       time.Time
	editedAt     time.Time   // zero: never
	reactions    []reaction  // oldest first
	thread       *chatThread // nil: no replies
	flags        []flag
}

type reaction struct {
	memberID int64
	emoji    string
}

// chatThread is a message with its replies.
type chatThread struct {
	id           int64
	parent       *message
	replies      []*message          // oldest first
	participants []threadParticipant // who has replied, in order of the first time
	lastReadID   map[int64]int64     // by member id
}

type threadParticipant struct{ id, memberID int64 }

// embedded reports whether the room belongs to something other than its participants.
func (r *chatRoom) embedded() bool { return r.spaceID != 0 || r.live != nil }

// participant is the member's place in the room, nil without one.
func (r *chatRoom) participant(memberID int64) *participant {
	return find(r.participants, func(p *participant) bool { return p.memberID == memberID })
}

// topLevel lists the messages that are no replies, oldest first.
func (r *chatRoom) topLevel() []*message {
	return filter(r.messages, func(m *message) bool { return m.parent == nil })
}

// last is the newest message that is no reply, nil in an empty room.
func (r *chatRoom) last() *message {
	for _, m := range slices.Backward(r.messages) {
		if m.parent == nil {
			return m
		}
	}
	return nil
}

// unread lists what others wrote since the participant last read, without replies: threads count those.
func (r *chatRoom) unread(p *participant) []*message {
	if p == nil {
		return nil
	}
	return filter(r.topLevel(), func(m *message) bool { return m.id > p.lastReadID && m.memberID != p.memberID })
}

// markRead marks the room and all its threads as read: there is no other way to read a thread.
func (r *chatRoom) markRead(p *participant) {
	for _, m := range r.messages {
		if m.parent == nil {
			p.lastReadID = m.id
		} else {
			m.parent.thread.lastReadID[p.memberID] = m.id
		}
	}
}

// concerns reports whether a thread is the member's: they have replied, or been replied to.
func (t *chatThread) concerns(memberID int64) bool {
	return t.parent.memberID == memberID ||
		slices.ContainsFunc(t.participants, func(p threadParticipant) bool { return p.memberID == memberID })
}

// unread reports whether others have replied since the member last looked.
func (t *chatThread) unread(memberID int64) bool {
	newer := func(m *message) bool { return m.id > t.lastReadID[memberID] && m.memberID != memberID }
	return slices.ContainsFunc(t.replies, newer)
}

func (st *store) addRoom(r *chatRoom) *chatRoom {
	r.id = take(&st.nextRoom)
	r.uuid = uuidOf("chat room", r.id)
	st.chatRooms = append(st.chatRooms, r)
	return r
}

// roomByUUID is the room, nil if there is none.
func (st *store) roomByUUID(uuid string) *chatRoom {
	return find(st.chatRooms, func(r *chatRoom) bool { return r.uuid == uuid })
}

// roomOfSpace is the room of a chat space, nil for other spaces.
func (st *store) roomOfSpace(spaceID int64) *chatRoom {
	return find(st.chatRooms, func(r *chatRoom) bool { return r.spaceID == spaceID && r.lesson == nil })
}

// directRoom is the room of two members, nil if they have never talked.
func (st *store) directRoom(one, two int64) *chatRoom {
	return find(st.chatRooms, func(r *chatRoom) bool {
		return r.kind == roomDirect && r.participant(one) != nil && r.participant(two) != nil
	})
}

// enter adds the member to the room and returns their place, new or old.
func (st *store) enter(r *chatRoom, memberID int64) *participant {
	if p := r.participant(memberID); p != nil {
		return p
	}
	p := &participant{id: take(&st.nextParticipant), memberID: memberID}
	r.participants = append(r.participants, p)
	return p
}

// addMessage adds the message to its room and, with a parent, to its thread, which the first reply makes. The sender
// has read it.
func (st *store) addMessage(m *message) {
	m.id = take(&st.nextMessage)
	m.room.messages = append(m.room.messages, m)
	st.messages[m.id] = m
	p := st.enter(m.room, m.memberID)
	if m.parent == nil {
		p.lastReadID = m.id
		return
	}
	if m.parent.thread == nil {
		m.parent.thread = &chatThread{id: take(&st.nextThread), parent: m.parent, lastReadID: map[int64]int64{}}
		st.chatThreads = append(st.chatThreads, m.parent.thread)
	}
	t := m.parent.thread
	t.replies = append(t.replies, m)
	t.lastReadID[m.memberID] = m.id
	if !slices.ContainsFunc(t.participants, func(p threadParticipant) bool { return p.memberID == m.memberID }) {
		t.participants = append(t.participants, threadParticipant{take(&st.nextReplier), m.memberID})
	}
}

// removeMessage removes the message, its thread if it has one, and the thread it is in if it was the only reply.
func (st *store) removeMessage(m *message) {
	gone := func(x *message) bool { return x == m || x.parent == m }
	for _, x := range m.room.messages {
		if gone(x) {
			delete(st.messages, x.id)
		}
	}
	m.room.messages = slices.DeleteFunc(m.room.messages, gone)
	if m.thread != nil {
		st.removeThread(m.thread)
	}
	if m.parent == nil {
		return
	}
	t := m.parent.thread
	t.replies = slices.DeleteFunc(t.replies, gone)
	t.participants = slices.DeleteFunc(t.participants, func(p threadParticipant) bool {
		return !slices.ContainsFunc(t.replies, func(x *message) bool { return x.memberID == p.memberID })
	})
	if len(t.replies) == 0 {
		st.removeThread(t)
	}
}

func (st *store) removeThread(t *chatThread) {
	t.parent.thread = nil
	st.chatThreads = slices.DeleteFunc(st.chatThreads, func(x *chatThread) bool { return x == t })
}
