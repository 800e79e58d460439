package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// previewSize is how many other participants a room shows: at least three in the official examples; the real limit is
// not known.
const previewSize = 5

// roomRecord is which operation shows a room; each leaves out other fields.
type roomRecord int

const (
	roomInList roomRecord = iota
	roomAlone
	roomChanged // as just made, or after an update of a participant
)

// roomJSON is a room as the member sees it. The pointers are what some operations, or some rooms, leave out.
type roomJSON struct {
	ID           int64             `json:"id"`
	UUID         string            `json:"uuid"`
	Identifier   string            `json:"identifier"` // empty for embedded rooms
	Unread       int               `json:"unread_messages_count"`
	Kind         string            `json:"chat_room_kind"`
	Name         string            `json:"chat_room_name"`
	Description  string            `json:"chat_room_description"`
	ShowHistory  bool              `json:"chat_room_show_history"`
	Participants int               `json:"chat_room_participants_count"`
	Others       []participantJSON `json:"other_participants_preview"`
	Current      *participantJSON  `json:"current_participant,omitempty"` // missing for who looks in from outside
	Last         *messageJSON      `json:"last_message,omitempty"`        // missing in an empty room
	*firstUnread
}

// firstUnread is missing in the list.
type firstUnread struct {
	ID *int64 `json:"first_unread_message_id"`
}

// wrappedRoom is a room by itself. Only the list has rooms flat.
type wrappedRoom struct {
	Room roomJSON `json:"chat_room"`
}

func (s *Sandbox) wrappedRoom(m *member, r *chatRoom, record roomRecord) wrappedRoom {
	return wrappedRoom{s.roomView(m, r, record)}
}

func (s *Sandbox) roomView(m *member, r *chatRoom, record roomRecord) roomJSON {
	present, place := s.present(r), s.placeOf(m, r)
	unread := r.unread(place)
	v := roomJSON{
		ID: r.id, UUID: r.uuid, Unread: len(unread), Kind: r.kind, Name: s.roomName(m, r), Description: r.description,
		ShowHistory: true, Participants: len(present), Others: []participantJSON{}, Identifier: r.identifier(),
	}
	shown := participantPreview
	if record == roomAlone {
		shown = participantAlone
	}
	for _, p := range present {
		if p != place && len(v.Others) < previewSize {
			v.Others = append(v.Others, s.participantView(p, shown))
		}
	}
	if place != nil {
		v.Current = new(s.participantView(place, participantSelf))
	}
	if last := r.last(); last != nil {
		v.Last = new(s.messageView(last, messageBare))
	}
	if record != roomInList {
		v.firstUnread = &firstUnread{}
		if len(unread) > 0 {
			v.firstUnread.ID = &unread[0].id
		}
	}
	return v
}

// roomName is the room's name, or what the others in it are called.
func (s *Sandbox) roomName(m *member, r *chatRoom) string {
	if r.name != "" {
		return r.name
	}
	var names []string
	for _, p := range r.participants {
		other := s.store.memberByID[p.memberID]
		switch {
		case other == m:
		case r.kind == roomDirect:
			names = append(names, other.name())
		default:
			names = append(names, other.firstName)
		}
	}
	return strings.Join(names, ", ")
}

// identifier is made of the kind and the members, in order of their ids.
func (r *chatRoom) identifier() string {
	if r.embedded() {
		return ""
	}
	ids := make([]int64, 0, len(r.participants))
	for _, p := range r.participants {
		ids = append(ids, p.memberID)
	}
	slices.Sort(ids)
	return r.kind + "-" + strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", "-"), "[]")
}

// lastActivity is the time of the last message, or of the room's creation, and a number that orders equal times.
func (r *chatRoom) lastActivity() (time.Time, int64) {
	if last := r.last(); last != nil {
		return last.sentAt, last.id
	}
	return r.createdAt, r.id
}

// participantRecord is where a participant is shown.
type participantRecord int

const (
	participantInList participantRecord = iota
	participantPreview
	participantAlone // preview in a room that is read by itself
	participantSelf
)

// participantJSON is a member in a room, e-mail address included. The pointers are what some records leave out.
type participantJSON struct {
	ID             int64   `json:"id"`
	MemberID       int64   `json:"community_member_id"`
	UserID         int64   `json:"user_id"`
	Name           string  `json:"name"`
	LastSeen       string  `json:"last_seen_text"`
	PublicUID      string  `json:"user_public_uid"`
	Headline       string  `json:"headline"`
	Bio            string  `json:"bio"`
	Location       string  `json:"location"`
	Email          string  `json:"email"`
	AvatarURL      *string `json:"avatar_url"`
	DeletedAt      *stamp  `json:"deleted_at"`
	Admin          bool    `json:"admin"`
	CommunityAdmin bool    `json:"community_admin"`
	Moderator      bool    `json:"moderator"`
	Muted          bool    `json:"muted"`
	Archived       bool    `json:"archived"`
	CanSend        *bool   `json:"can_send_message,omitempty"` // to them; never to oneself
	Status         string  `json:"status,omitempty"`
	Blocked        *bool   `json:"is_blocked_by_current_community_member,omitempty"`
}

func (s *Sandbox) participantView(p *participant, record participantRecord) participantJSON {
	m := s.store.memberByID[p.memberID]
	v := participantJSON{
		ID: p.id, MemberID: m.id, UserID: m.userID, Name: m.name(), PublicUID: m.publicUID, Headline: m.headline, Bio: m.bio,
		Location: m.location, Email: m.email, AvatarURL: orNull(m.avatarURL), Admin: p.admin, CommunityAdmin: m.roles.Admin,
		Moderator: p.admin || m.roles.Moderator, Muted: p.muted, Archived: p.archived, Status: "offline",
	}
	switch record {
	case participantInList:
	case participantSelf:
		v.CanSend, v.Status = new(false), ""
	case participantAlone:
		v.CanSend, v.Blocked = new(m.reachable()), new(false)
	case participantPreview:
		v.CanSend = new(m.reachable())
	}
	return v
}

// messageRecord is where a message is shown; each place leaves out other fields.
type messageRecord int

const (
	messageInRoom   messageRecord = iota // in the room's history, or read by itself
	messageOfThread                      // the one that a thread answers
	messageBare                          // the last one of a room, or a reply in a thread
)

// messageJSON is a message or a reply; the embedded pointers are what some operations leave out altogether.
type messageJSON struct {
	ID            int64          `json:"id"`
	ParentID      *int64         `json:"parent_message_id"`
	EditedAt      stamp          `json:"edited_at"`
	CreatedAt     stamp          `json:"created_at"`
	RoomUUID      string         `json:"chat_room_uuid"`
	ParticipantID int64          `json:"chat_room_participant_id"`
	Body          string         `json:"body"`
	BookmarkID    *int64         `json:"bookmark_id"` // messages cannot be bookmarked over the API
	RichText      *envelope      `json:"rich_text_body"`
	SentAt        stamp          `json:"sent_at"`
	Sender        senderJSON     `json:"sender"`
	ThreadID      *int64         `json:"chat_thread_id"`
	Reactions     []reactionJSON `json:"reactions"`
	Access        []empty        `json:"embedded_chat_message_access"`
	*messageReplies
	LastReplyAt *stamp `json:"last_reply_at,omitempty"` // null without replies
}

type messageReplies struct {
	Count        int                     `json:"replies_count"`
	Participants int                     `json:"total_thread_participants_count"`
	Preview      []threadParticipantJSON `json:"thread_participants_preview"`
}

// senderJSON is who wrote a message; its id is the participant's.
type senderJSON struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	MemberID  int64   `json:"community_member_id"`
	PublicUID string  `json:"user_public_uid"`
	AvatarURL *string `json:"avatar_url"`
}

// threadParticipantJSON is somebody who has replied; its id is neither the member's nor the room's participant's.
type threadParticipantJSON struct {
	ID        int64   `json:"id"`
	MemberID  int64   `json:"community_member_id"`
	AvatarURL *string `json:"avatar_url"`
	Name      string  `json:"name"`
}

// reactionJSON is everybody who gave the same reaction.
type reactionJSON struct {
	Emoji     string  `json:"emoji"`
	Count     int     `json:"count"`
	MemberIDs []int64 `json:"community_member_ids"`
}

func (s *Sandbox) messageView(m *message, record messageRecord) messageJSON {
	by, place := s.store.memberByID[m.memberID], m.room.participant(m.memberID)
	v := messageJSON{
		ID: m.id, EditedAt: stamp(m.editedAt), CreatedAt: stamp(m.sentAt), SentAt: stamp(m.sentAt), RoomUUID: m.room.uuid,
		ParticipantID: place.id, Body: m.content.text, RichText: m.content.envelope,
		Reactions: reactionViews(m.reactions), Access: []empty{},
		Sender: senderJSON{place.id, by.name(), by.id, by.publicUID, orNull(by.avatarURL)},
	}
	thread := cmp.Or(m.thread, &chatThread{})
	if m.parent != nil {
		v.ParentID, v.ThreadID = &m.parent.id, &m.parent.thread.id
	} else {
		v.ThreadID = idOrNull(thread.id)
	}
	if record == messageBare {
		return v
	}
	v.messageReplies = &messageReplies{len(thread.replies), len(thread.participants), []threadParticipantJSON{}}
	for _, p := range thread.participants[:min(len(thread.participants), previewSize)] {
		other := s.store.memberByID[p.memberID]
		v.Preview = append(v.Preview, threadParticipantJSON{p.id, other.id, orNull(other.avatarURL), other.name()})
	}
	if record == messageInRoom {
		v.LastReplyAt = &stamp{}
		if n := len(thread.replies); n > 0 {
			v.LastReplyAt = new(stamp(thread.replies[n-1].sentAt))
		}
	}
	return v
}

// reactionViews counts by emoji, the first given first.
func reactionViews(reactions []reaction) []reactionJSON {
	views := []reactionJSON{}
	for _, r := range reactions {
		i := slices.IndexFunc(views, func(v reactionJSON) bool { return v.Emoji == r.emoji })
		if i < 0 {
			i = len(views)
			views = append(views, reactionJSON{Emoji: r.emoji})
		}
		views[i].Count++
		views[i].MemberIDs = append(views[i].MemberIDs, r.memberID)
	}
	return views
}
