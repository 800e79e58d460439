package sandbox

import (
	"net/http"
	"slices"
	"strconv"
)

// defaultWindow is the number of messages on either side of the requested one.
const defaultWindow = 20

// windowJSON is a piece of a room's history around the message whose id it has. An empty room has no messages and no
// first or last id.
type windowJSON struct {
	ID          int64         `json:"id,omitempty"`
	HasPrevious bool          `json:"has_previous_page"`
	HasNext     bool          `json:"has_next_page"`
	FirstID     int64         `json:"first_id,omitempty"`
	LastID      int64         `json:"last_id,omitempty"`
	TotalCount  int           `json:"total_count"` // of the room
	Records     []messageJSON `json:"records"`
	Meta        empty         `json:"meta"`
}

// listMessages shows the messages around one, by default the last, in order of time. It shows no replies, but one may
// be named.
func (s *Sandbox) listMessages(q *request, r *chatRoom) answer {
	all := r.topLevel()
	v := windowJSON{TotalCount: len(all), Records: []messageJSON{}}
	at := len(all) - 1
	if q.param("id") != "" {
		m := s.store.messages[parseID(q.param("id"))]
		if m == nil || m.room != r {
			return missingRecord("chat_room_message")
		}
		if m.parent != nil {
			m = m.parent
		}
		at = slices.Index(all, m)
	}
	if at < 0 {
		return ok(v)
	}
	from, to := max(0, at-q.window("previous_per_page")), min(len(all), at+1+q.window("next_per_page"))
	v.ID, v.FirstID, v.LastID = all[at].id, all[from].id, all[to-1].id
	v.HasPrevious, v.HasNext = from > 0, to < len(all)
	for _, m := range all[from:to] {
		v.Records = append(v.Records, s.messageView(m, messageInRoom))
	}
	return ok(v)
}

// window reads how many messages to show on one side; 0 is allowed.
func (q *request) window(name string) int {
	n, err := strconv.Atoi(q.param(name))
	if err != nil || n < 0 {
		return defaultWindow
	}
	return min(n, maxPerPage)
}

// openMessage finds the message or reply that the path names.
func (s *Sandbox) openMessage(q *request) (*message, answer) {
	r, refusal := s.openRoom(q)
	if refusal.status != 0 {
		return nil, refusal
	}
	m := s.store.messages[q.id("id")]
	if m == nil || m.room != r {
		return nil, missingRecord("chat_room_message")
	}
	return m, answer{}
}

func (s *Sandbox) getMessage(q *request, m *message) answer {
	return ok(s.messageView(m, messageInRoom))
}

// messageInput is a message as callers send it. The document has to lie in an envelope's body: a bare one in
// rich_text_body, or a plain body and nothing else, is accepted as at Circle, and what it says is lost.
type messageInput struct {
	Document *documentInput `json:"rich_text_body"`
	Body     *string        `json:"body"`
	ParentID int64          `json:"parent_message_id"`
}

func (s *Sandbox) messageInput(q *request) (messageInput, answer) {
	var in messageInput
	if refusal := q.decode(&in); refusal.status != 0 {
		return in, refusal
	}
	if in.Document == nil && in.Body == nil {
		return in, missingParameter("rich_text_body")
	}
	return in, s.checkUploads(in.Document)
}

// chatContent is the text of a message; blank if it is lost.
func (s *Sandbox) chatContent(doc *documentInput) content {
	c := s.contentOf("", doc)
	if c.envelope != nil {
		c.envelope.Format = "chat"
	}
	return c
}

// acceptedJSON is the answer to a sender. The id only comes with the next read of the room.
type acceptedJSON struct {
	CreationUUID string `json:"creation_uuid"`
	ParentID     *int64 `json:"parent_message_id"`
	SentAt       stamp  `json:"sent_at"`
}

func (s *Sandbox) sendMessage(q *request, r *chatRoom) answer {
	if !s.canWrite(q.member, r) {
		return forbidden()
	}
	in, refusal := s.messageInput(q)
	if refusal.status != 0 {
		return refusal
	}
	if s.closedToMessages(q.member, r) {
		return messagingDisabled()
	}
	var parent *message
	if in.ParentID != 0 {
		parent = s.store.messages[in.ParentID]
		if parent == nil || parent.room != r {
			return missingRecord("chat_room_message")
		}
		if parent.parent != nil { // an answer to a reply stands beside it
			parent = parent.parent
		}
	}
	m := s.post(q, r, parent, in.Document)
	v := acceptedJSON{CreationUUID: uuidOf("message", m.id), SentAt: stamp(m.sentAt)}
	if parent != nil {
		v.ParentID = &parent.id
	}
	return answer{http.StatusAccepted, v}
}

// closedToMessages reports whether the other member of a direct room accepts no messages.
func (s *Sandbox) closedToMessages(sender *member, r *chatRoom) bool {
	return r.kind == roomDirect && slices.ContainsFunc(r.participants, func(p *participant) bool {
		m := s.store.memberByID[p.memberID]
		return m != sender && !m.reachable()
	})
}

// reachable reports whether the member accepts messages.
func (m *member) reachable() bool { return m.active && m.messaging }

// post writes a message, or a reply, and notifies the members that it mentions.
func (s *Sandbox) post(q *request, r *chatRoom, parent *message, doc *documentInput) *message {
	m := &message{memberID: q.member.id, room: r, parent: parent, content: s.chatContent(doc), sentAt: q.now}
	s.store.addMessage(m)
	told := map[int64]bool{}
	for _, id := range m.content.mentioned() {
		if !told[id] && s.canRead(s.store.memberByID[id], r) {
			n := s.messageNotification(m, id)
			n.action, n.displayAction = "mention", "mentioned you in a message"
			s.notify(n)
		}
		told[id] = true
	}
	s.tellMessage("newMessage", m, columnNew)
	return m
}

// messageNotification is a notification about the message, its action still open.
func (s *Sandbox) messageNotification(m *message, memberID int64) notification {
	return notification{
		memberID: memberID, actorID: m.memberID, subjectKind: "ChatRoomMessage", subjectID: m.id, spaceID: m.room.spaceID,
		title: s.roomName(s.store.memberByID[memberID], m.room),
	}
}

// updateMessage is only for the sender, and answers no body.
func (s *Sandbox) updateMessage(q *request, m *message) answer {
	if m.memberID != q.member.id || !s.canWrite(q.member, m.room) {
		return forbidden()
	}
	in, refusal := s.messageInput(q)
	if refusal.status != 0 {
		return refusal
	}
	m.content, m.editedAt = s.chatContent(in.Document), q.now
	s.tellMessage("updatedMessage", m, columnUpdated)
	return answer{status: http.StatusOK} // with no body at all
}

// deleteMessage is for the sender and for those who run the room.
func (s *Sandbox) deleteMessage(q *request, m *message) answer {
	if m.memberID != q.member.id && !s.runsRoom(q.member, m.room) {
		return forbidden()
	}
	var concerned []int64
	if t := threadOf(m); t != nil && m.parent != nil {
		concerned = s.concernedBy(t)
	}
	s.store.removeMessage(m)
	s.tellDeleted(m, concerned)
	return answer{status: http.StatusOK} // with no body at all
}
