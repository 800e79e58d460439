package sandbox

import (
	"encoding/json"
	"strconv"
)

// emit sends an event with its fields beside its name, as Circle's documentation suggests.
func (s *Sandbox) emit(stream, event string, fields any) {
	if s.cables.idle() {
		return
	}
	message := map[string]json.RawMessage{}
	if fields != nil {
		if json.Unmarshal(frameOf(fields), &message) != nil {
			return // records are objects
		}
	}
	message[s.cables.options.EventKey] = frameOf(event)
	s.cables.broadcast(stream, message)
}

// cableMessage is a message as the cable sends it: without reactions, bookmark and last reply, and with the sending.
// The pointers are what some events leave out.
type cableMessage struct {
	ID            int64      `json:"id"`
	RoomUUID      *string    `json:"chat_room_uuid,omitempty"`
	RoomKind      *string    `json:"chat_room_kind,omitempty"`
	ParticipantID any        `json:"chat_room_participant_id"` // a string in a deleted reply's thread
	Body          *string    `json:"body,omitempty"`
	RichText      *envelope  `json:"rich_text_body"`
	SentAt        *stamp     `json:"sent_at,omitempty"`
	CreatedAt     stamp      `json:"created_at"`
	EditedAt      stamp      `json:"edited_at"`
	Sender        senderJSON `json:"sender"`
	CreationUUID  string     `json:"creation_uuid"`
	ThreadID      *int64     `json:"chat_thread_id"`
	ParentID      *int64     `json:"parent_message_id"`
	LessonID      *int64     `json:"lesson_id"`
	Replies       int        `json:"replies_count"`
	Participants  int        `json:"total_thread_participants_count"`
	Preview       any        `json:"thread_participants_preview"` // documented as an object in new messages
	ThreadReplies *int       `json:"chat_thread_replies_count,omitempty"`
}

// The columns of Circle's table of messages: which event sends which fields.
type cableColumn int

const (
	columnNew     cableColumn = iota // new messages
	columnUpdated                    // changed ones, and above a deleted one in a room
	columnThread                     // above a deleted one in a thread
)

func (s *Sandbox) cableMessage(m *message, column cableColumn) cableMessage {
	v := s.messageView(m, messageInRoom)
	c := cableMessage{
		ID: v.ID, ParticipantID: v.ParticipantID, RichText: v.RichText, CreatedAt: v.CreatedAt, EditedAt: v.EditedAt,
		Sender: v.Sender, CreationUUID: uuidOf("message", m.id), ThreadID: v.ThreadID, ParentID: v.ParentID,
		Replies: v.Count, Participants: v.messageReplies.Participants, Preview: v.Preview,
	}
	if l := m.room.lesson; l != nil {
		c.LessonID = &l.ID
	}
	if column == columnThread {
		c.ParticipantID = strconv.FormatInt(v.ParticipantID, 10)
		return c
	}
	c.RoomUUID, c.Body, c.SentAt = &v.RoomUUID, &v.Body, &v.SentAt
	if column == columnNew {
		c.RoomKind, c.ThreadReplies, c.Preview = &m.room.kind, &v.Count, empty{}
	}
	return c
}

// tellMessage tells of a new or changed message.
func (s *Sandbox) tellMessage(event string, m *message, column cableColumn) {
	if s.cables.idle() {
		return
	}
	v := s.cableMessage(m, column)
	s.emit(roomStream(m.room), event, v)
	if m.parent == nil && !m.room.embedded() && column == columnNew {
		for _, p := range m.room.participants {
			s.emit(inboxStream(p.memberID), event, v)
		}
	}
	if t := threadOf(m); t != nil {
		for _, id := range s.concernedBy(t) {
			s.emit(threadsStream(id), event, v)
		}
	}
}

// threadOf is the thread that the message begins or is in; nil if there is none.
func threadOf(m *message) *chatThread {
	if m.parent != nil {
		return m.parent.thread
	}
	return m.thread
}

// concernedBy lists the members whose thread it is.
func (s *Sandbox) concernedBy(t *chatThread) []int64 {
	var ids []int64
	for _, m := range s.store.members {
		if t.concerns(m.id) && s.canRead(m, t.parent.room) {
			ids = append(ids, m.id)
		}
	}
	return ids
}

// deletedJSON is a message that is gone.
type deletedJSON struct {
	ID     int64         `json:"id"`
	Parent *cableMessage `json:"parent_message"`
}

// tellDeleted tells of a message that is gone; concerned are the members whose thread it was in.
func (s *Sandbox) tellDeleted(m *message, concerned []int64) {
	v := deletedJSON{ID: m.id}
	if m.parent != nil {
		v.Parent = new(s.cableMessage(m.parent, columnUpdated))
	}
	s.emit(roomStream(m.room), "deletedMessage", v)
	if m.parent != nil {
		v.Parent = new(s.cableMessage(m.parent, columnThread))
	}
	for _, id := range concerned {
		s.emit(threadsStream(id), "deletedMessage", v)
	}
}

// tellRead tells a member's devices that the member has read a room and its threads.
func (s *Sandbox) tellRead(memberID int64, r *chatRoom, threads []int64) {
	if !r.embedded() {
		s.emit(inboxStream(memberID), "chatRoomRead", map[string]any{"chat_room_uuid": r.uuid})
	}
	for _, id := range threads {
		s.emit(threadsStream(memberID), "chatThreadRead", map[string]any{"chat_thread_id": id})
	}
}

// tellRoom tells the participants of a new room.
func (s *Sandbox) tellRoom(r *chatRoom) {
	for _, p := range r.participants {
		s.emit(inboxStream(p.memberID), "chatRoomCreated", s.roomView(s.store.memberByID[p.memberID], r, roomInList))
	}
}

// tellCount tells a member's devices how many notifications are new.
func (s *Sandbox) tellCount(m *member, event string) {
	if s.cables.idle() {
		return
	}
	s.emit(notificationStream(m.id), event, map[string]any{"new_notifications_count": s.countNew(m).All})
}
