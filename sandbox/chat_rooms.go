package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

func (s *Sandbox) chatRoutes() []route {
	return []route{
		{"GET /messages", s.listRooms},
		{"POST /messages", s.createRoom},
		{"GET /messages/unread_chat_rooms", s.listUnreadRooms},
		{"GET /messages/{uuid}", found(s.openRoom, s.getRoom)},
		{"POST /messages/{uuid}/mark_all_as_read", found(s.openRoom, s.markRoomAsRead)},
		{"GET /messages/{chat_room_uuid}/chat_room_participants", found(s.openRoom, s.listParticipants)},
		{"PUT /messages/{chat_room_uuid}/chat_room_participants/{id}", found(s.openRoom, s.updateParticipant)},
		{"GET /messages/{chat_room_uuid}/chat_room_messages", found(s.openRoom, s.listMessages)},
		{"POST /messages/{chat_room_uuid}/chat_room_messages", found(s.openRoom, s.sendMessage)},
		{"GET /messages/{chat_room_uuid}/chat_room_messages/{id}", found(s.openMessage, s.getMessage)},
		{"PUT /messages/{chat_room_uuid}/chat_room_messages/{id}", found(s.openMessage, s.updateMessage)},
		{"DELETE /messages/{chat_room_uuid}/chat_room_messages/{id}", found(s.openMessage, s.deleteMessage)},
	}
}

// embedInSpace makes the room of a chat space.
func (s *Sandbox) embedInSpace(sp *space) *chatRoom {
	return s.store.addRoom(&chatRoom{kind: roomGroup, spaceID: sp.id, name: sp.name, createdAt: s.clock.Now()})
}

// embedInLesson makes the room of a lesson, for those who have joined the course.
func (s *Sandbox) embedInLesson(course *space, lesson lessonRef) *chatRoom {
	room := &chatRoom{kind: roomGroup, spaceID: course.id, lesson: &lesson, name: lesson.Name, createdAt: s.clock.Now()}
	return s.store.addRoom(room)
}

// canRead reports whether the room exists for the member: an embedded one for members who may see what it is in, any
// other only for its participants, also if the member is an admin.
func (s *Sandbox) canRead(m *member, r *chatRoom) bool {
	switch {
	case r.live != nil:
		return r.live.opensFor(m)
	case r.lesson != nil:
		return s.canParticipate(m, s.store.spaceByID[r.spaceID])
	case r.spaceID != 0:
		return s.canView(m, s.store.spaceByID[r.spaceID])
	}
	return r.participant(m.id) != nil
}

// canWrite reports whether the member may write in a room that they can read.
func (s *Sandbox) canWrite(m *member, r *chatRoom) bool {
	return r.spaceID == 0 || s.canParticipate(m, s.store.spaceByID[r.spaceID])
}

// present lists the participants who are in the room now, in order of id. Members enter the room of a space by joining
// the space and leave it by leaving the space. Older messages do not count as unread.
func (s *Sandbox) present(r *chatRoom) []*participant {
	if r.spaceID == 0 {
		return r.participants
	}
	for _, seat := range s.store.memberships[r.spaceID] {
		if r.participant(seat.memberID) != nil {
			continue
		}
		p := s.store.enter(r, seat.memberID)
		for _, m := range r.topLevel() {
			if !m.sentAt.After(seat.joinedAt) {
				p.lastReadID = m.id
			}
		}
	}
	left := func(p *participant) bool { return s.store.seat(r.spaceID, p.memberID) == nil }
	return slices.DeleteFunc(slices.Clone(r.participants), left)
}

// placeOf is the member's place in a room that they can read; nil if they are not in it.
func (s *Sandbox) placeOf(m *member, r *chatRoom) *participant {
	return find(s.present(r), func(p *participant) bool { return p.memberID == m.id })
}

// openRoom finds the room that the path names among those the member can read.
func (s *Sandbox) openRoom(q *request) (*chatRoom, answer) {
	r := s.store.roomByUUID(cmp.Or(q.PathValue("chat_room_uuid"), q.PathValue("uuid")))
	if r == nil || !s.canRead(q.member, r) {
		return nil, missingRecord("chat_room")
	}
	return r, answer{}
}

// ownRooms lists the member's inbox, latest activity first. Embedded rooms are not in it.
func (s *Sandbox) ownRooms(m *member) []*chatRoom {
	rooms := filter(s.store.chatRooms, func(r *chatRoom) bool { return !r.embedded() && r.participant(m.id) != nil })
	slices.SortStableFunc(rooms, func(a, b *chatRoom) int {
		at, aid := a.lastActivity()
		bt, bid := b.lastActivity()
		return cmp.Or(bt.Compare(at), cmp.Compare(bid, aid))
	})
	return rooms
}

func (s *Sandbox) listRooms(q *request) answer {
	view := func(r *chatRoom) roomJSON { return s.roomView(q.member, r, roomInList) }
	return ok(listPage(q.paging(10), s.ownRooms(q.member), view).withPageCount().withMeta())
}

func (s *Sandbox) getRoom(q *request, r *chatRoom) answer {
	return ok(s.wrappedRoom(q.member, r, roomAlone))
}

// listUnreadRooms answers only UUIDs, all on one page.
func (s *Sandbox) listUnreadRooms(q *request) answer {
	uuids := []string{}
	for _, r := range s.ownRooms(q.member) {
		if len(r.unread(r.participant(q.member.id))) > 0 {
			uuids = append(uuids, r.uuid)
		}
	}
	return ok(struct {
		Rooms []string `json:"chat_rooms"`
	}{uuids})
}

func (s *Sandbox) markRoomAsRead(q *request, r *chatRoom) answer {
	if p := s.placeOf(q.member, r); p != nil {
		var threads []int64
		for _, t := range s.ownThreads(q.member) {
			if t.parent.room == r && t.unread(q.member.id) {
				threads = append(threads, t.id)
			}
		}
		r.markRead(p)
		s.tellRead(q.member.id, r, threads)
	}
	return answer{status: http.StatusOK} // with no body at all
}

// looseID is an id that callers send as a number or as a string.
type looseID int64

// UnmarshalJSON reads both forms; anything else becomes 0, which no record has.
func (id *looseID) UnmarshalJSON(raw []byte) error {
	*id = looseID(parseID(strings.Trim(string(raw), `"`)))
	return nil
}

// roomInput is a room as callers send it. Groups cannot be named.
type roomInput struct {
	Room *struct {
		Kind      string         `json:"kind"`
		MemberIDs []looseID      `json:"community_member_ids"`
		Document  *documentInput `json:"rich_text_body"`
	} `json:"chat_room"`
}

const roomRefused = "Failed to create chat room!"

// createRoom makes a group, or finds the direct room of two members and makes it if there is none. A text becomes its
// next message.
func (s *Sandbox) createRoom(q *request) answer {
	var in roomInput
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	switch {
	case in.Room == nil:
		return missingParameter("chat_room")
	case in.Room.Kind == "":
		return missingParameter("kind")
	case len(in.Room.MemberIDs) == 0:
		return missingParameter("community_member_ids")
	case in.Room.Kind != roomDirect && in.Room.Kind != roomGroup:
		return notListed(roomRefused, "kind")
	}
	others, refusal := s.receivers(q.member, in.Room.MemberIDs)
	if refusal.status != 0 {
		return refusal
	}
	if len(others) == 0 || (in.Room.Kind == roomDirect && len(others) > 1) {
		return invalid(roomRefused, "community_member_ids", "is invalid")
	}
	if refusal := s.checkUploads(in.Room.Document); refusal.status != 0 {
		return refusal
	}
	r := s.store.directRoom(q.member.id, others[0])
	made := in.Room.Kind == roomGroup || r == nil
	if made {
		r = s.store.addRoom(&chatRoom{kind: in.Room.Kind, createdAt: q.now})
		for _, id := range others {
			s.store.enter(r, id)
		}
		s.store.enter(r, q.member.id).admin = r.kind == roomGroup
	}
	if made {
		s.tellRoom(r)
	}
	if in.Room.Document != nil {
		s.post(q, r, nil, in.Room.Document)
	}
	return ok(s.wrappedRoom(q.member, r, roomChanged))
}

// receivers are the members with these ids without the sender, each once. All must exist and accept messages.
func (s *Sandbox) receivers(sender *member, ids []looseID) ([]int64, answer) {
	var others []int64
	for _, id := range ids {
		m := s.store.memberByID[int64(id)]
		switch {
		case m == nil || !m.active:
			return nil, missingRecord("community_member")
		case m == sender || slices.Contains(others, m.id):
			continue
		case !m.messaging:
			return nil, messagingDisabled()
		}
		others = append(others, m.id)
	}
	return others, answer{}
}

func messagingDisabled() answer {
	return failure(http.StatusUnprocessableEntity, "Messaging is disabled by receiver")
}

func (s *Sandbox) listParticipants(q *request, r *chatRoom) answer {
	view := func(p *participant) participantJSON { return s.participantView(p, participantInList) }
	return ok(listPage(q.paging(50), s.present(r), view).withPageCount())
}

// updateParticipant lets members mute and archive the room for themselves, and its admins make others admins.
func (s *Sandbox) updateParticipant(q *request, r *chatRoom) answer {
	p := find(s.present(r), func(p *participant) bool { return p.id == q.id("id") })
	if p == nil {
		return missingRecord("chat_room_participant")
	}
	var in struct {
		Admin    *bool `json:"admin"`
		Archived *bool `json:"archived"`
		Muted    *bool `json:"muted"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	personal := in.Archived != nil || in.Muted != nil
	if (personal && p.memberID != q.member.id) || (in.Admin != nil && !s.runsRoom(q.member, r)) {
		return forbidden()
	}
	set(&p.admin, in.Admin)
	set(&p.archived, in.Archived)
	set(&p.muted, in.Muted)
	return ok(s.wrappedRoom(q.member, r, roomChanged))
}

// runsRoom reports whether the member moderates the room: its admins do, and staff in embedded rooms.
func (s *Sandbox) runsRoom(m *member, r *chatRoom) bool {
	p := r.participant(m.id)
	return (p != nil && p.admin) || (r.embedded() && m.staff())
}
