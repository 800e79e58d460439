package circleclient

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"circlegraph/circleclient/richtext"
)

// ChatService reads and writes chat: rooms, their messages, threads and live rooms, as the member whose token the
// context carries.
type ChatService struct{ client *Client }

// ChatRoom is a place to talk: between two members, in a group, or embedded in a space, lesson or live room.
// [ChatRoom.Carries] tells which parts the operation that filled it never sends.
type ChatRoom struct {
	// Source is the operation that filled the record; [SourceUnknown] where nothing but UUID is known.
	Source Source `json:"-"`

	// ID is Circle's number of the room. It names the room in live updates only.
	ID int64 `json:"id"`
	// UUID names the room everywhere else.
	UUID string `json:"uuid"`
	// Identifier is made of the kind and the members' numbers, such as group_chat-1-2-3; not so in embedded rooms, whose
	// members come and go.
	Identifier string `json:"identifier"`
	// Kind is direct or group_chat; embedded rooms call themselves group chats too.
	Kind string `json:"chat_room_kind"`
	// Name is the room's name, or made of the names of the others in it.
	Name string `json:"chat_room_name"`
	// Description is what the room is for; nil if nobody wrote any.
	Description *string `json:"chat_room_description"`
	// ShowHistory reports whether who comes later sees what was written before.
	ShowHistory bool `json:"chat_room_show_history"`
	// ParticipantsCount is the number of members in the room, the viewer included.
	ParticipantsCount int `json:"chat_room_participants_count"`
	// UnreadMessagesCount is the number of messages that the viewer has not read.
	UnreadMessagesCount int `json:"unread_messages_count"`
	// OtherParticipantsPreview are the first few of the others.
	OtherParticipantsPreview []*ChatParticipant `json:"other_participants_preview"`
	// CurrentParticipant is the place of the viewer; nil if they only look in.
	CurrentParticipant *ChatParticipant `json:"current_participant"`
	// LastMessage is the newest message that is no reply; nil in an empty room.
	LastMessage *ChatMessage `json:"last_message"`
	// FirstUnreadMessageID is the oldest message that the viewer has not read, nil if there is none; see
	// [ChatRoomFirstUnread].
	FirstUnreadMessageID *int64 `json:"first_unread_message_id"`
	// PinnedMessage is the message pinned to the room. Circle documents it for live updates only; nil if it is not sent.
	PinnedMessage *ChatMessage `json:"pinned_message"`

	// EmbeddedSpace and EmbeddedLesson are where the room is embedded; see [ChatRoomPlace].
	EmbeddedSpace  *SpaceRef       `json:"embedded_space"`
	EmbeddedLesson *EmbeddedLesson `json:"lesson"`
}

// EmbeddedLesson is the lesson in which a room is embedded.
type EmbeddedLesson struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	// SectionID is the section of the course; the course itself is not told.
	SectionID int64 `json:"courses_section_id"`
}

// ChatParticipant is a member in a room. Circle sends their e-mail address too, which is not read here.
type ChatParticipant struct {
	// ID is the participant's number, which is not the member's.
	ID                int64   `json:"id"`
	CommunityMemberID int64   `json:"community_member_id"`
	Name              string  `json:"name"`
	AvatarURL         *string `json:"avatar_url"`
	Headline          *string `json:"headline"`
	// Status is online or offline; empty in [ChatRoom.CurrentParticipant].
	Status string `json:"status"`
	// LastSeenText is when they were last there, as a phrase; nil if Circle has none.
	LastSeenText *string `json:"last_seen_text"`
	// Admin reports whether they run the room, CommunityAdmin whether they run the community.
	Admin          bool `json:"admin"`
	CommunityAdmin bool `json:"community_admin"`
	Moderator      bool `json:"moderator"`
	// Muted and Archived are what they decided for themselves.
	Muted    bool `json:"muted"`
	Archived bool `json:"archived"`
	// PinnedAt is when they pinned the room. Circle documents it for live updates only; nil if it is not sent.
	PinnedAt *time.Time `json:"pinned_at"`
	// DeletedAt is when they left; nil while they are there.
	DeletedAt *time.Time `json:"deleted_at"`
	// CanSendMessage reports whether they take messages of the viewer; nil in the list of participants.
	CanSendMessage *bool `json:"can_send_message"`
	// IsBlocked reports whether the viewer has blocked them; nil unless the room was read by itself.
	IsBlocked *bool `json:"is_blocked_by_current_community_member"`
}

// IsOnline reports whether they are there at the moment; nil if Circle does not say.
func (p *ChatParticipant) IsOnline() *bool {
	if p.Status == "" {
		return nil
	}
	return new(p.Status == "online")
}

// MemberID is the member's number in the community.
func (p *ChatParticipant) MemberID() int64 { return p.CommunityMemberID }

// The words of [ChatRoom.Kind].
const (
	ChatRoomDirect = "direct"
	ChatRoomGroup  = "group_chat"
)

// Carries reports whether the record has the part, as what it has or as its absence.
func (r *ChatRoom) Carries(part Part) bool {
	return part == ChatRoomPlace && (r.EmbeddedSpace != nil || r.EmbeddedLesson != nil || r.isFree()) ||
		r.Source.Carries(part)
}

// isFree reports whether the room is known to be embedded in nothing.
func (r *ChatRoom) isFree() bool {
	return r.Kind != "" && (r.Kind == ChatRoomDirect || strings.HasPrefix(r.Identifier, r.Kind+"-"))
}

func (r *ChatRoom) setSource(source Source) {
	r.Source = source
	for _, m := range []*ChatMessage{r.LastMessage, r.PinnedMessage} {
		if m != nil {
			m.setSource(SourceLastMessage)
		}
	}
}

// wrappedRoom is a room by itself: only in the list do rooms come without the wrapper.
type wrappedRoom struct {
	Room *ChatRoom `json:"chat_room"`
}

// unwrapped takes a room out of its wrapper.
func unwrapped(w *wrappedRoom, err error) (*ChatRoom, error) {
	if err != nil {
		return nil, err
	}
	return filled(cmp.Or(w.Room, &ChatRoom{}), nil, SourceChatRoom)
}

// CreateChatRoomRequest is a room to make.
type CreateChatRoomRequest struct {
	// Kind is direct or group_chat.
	Kind string
	// MemberIDs are the others, by community member id.
	MemberIDs []int64
	// Message is the first message; nil for none.
	Message *richtext.Document
}

// ChatParticipantRequest is a change to a participant; what is nil stays.
type ChatParticipantRequest struct {
	// Admin makes another participant run the room too, which only those who do may.
	Admin    *bool `json:"admin,omitempty"`
	Archived *bool `json:"archived,omitempty"`
	Muted    *bool `json:"muted,omitempty"`
}

// Rooms reads the inbox: the rooms that the viewer is in, those last written in first, without embedded ones.
//
//circle:op GET /api/headless/v1/messages
func (s *ChatService) Rooms(ctx context.Context, o PageOptions) (*Page[*ChatRoom], error) {
	page, err := get[Page[*ChatRoom]](ctx, s.client, member("/messages"), o.query())
	return filledBy(page, err, SourceChatRooms)
}

// Room reads one room.
//
//circle:op GET /api/headless/v1/messages/{uuid}
func (s *ChatService) Room(ctx context.Context, roomUUID string) (*ChatRoom, error) {
	return unwrapped(get[wrappedRoom](ctx, s.client, member("/messages/{uuid}", uuid(roomUUID)), nil))
}

// CreateRoom makes a group, or finds the direct room with a member and makes it where there is none. [ErrForbidden] is
// a member who takes no messages.
//
//circle:op POST /api/headless/v1/messages
func (s *ChatService) CreateRoom(ctx context.Context, r CreateChatRoomRequest) (*ChatRoom, error) {
	type chatRoom struct {
		Kind      string             `json:"kind"`
		MemberIDs []string           `json:"community_member_ids"`
		Message   *richtext.Document `json:"rich_text_body,omitempty"`
	}
	room := chatRoom{Kind: r.Kind, MemberIDs: make([]string, len(r.MemberIDs)), Message: r.Message}
	for i, n := range r.MemberIDs {
		room.MemberIDs[i] = strconv.FormatInt(n, 10)
	}
	body := struct {
		Room chatRoom `json:"chat_room"`
	}{room}
	return unwrapped(write[wrappedRoom](ctx, s.client, http.MethodPost, member("/messages"), body))
}

// MarkRoomAsRead marks all messages of a room as read.
//
//circle:op POST /api/headless/v1/messages/{uuid}/mark_all_as_read
func (s *ChatService) MarkRoomAsRead(ctx context.Context, roomUUID string) error {
	return exec(ctx, s.client, http.MethodPost, member("/messages/{uuid}/mark_all_as_read", uuid(roomUUID)), nil)
}

// UnreadRooms reads which rooms of the inbox have unread messages: their UUIDs, all of them.
//
//circle:op GET /api/headless/v1/messages/unread_chat_rooms
func (s *ChatService) UnreadRooms(ctx context.Context) ([]string, error) {
	unread, err := get[struct {
		Rooms []string `json:"chat_rooms"`
	}](ctx, s.client, member("/messages/unread_chat_rooms"), nil)
	if err != nil {
		return nil, err
	}
	return unread.Rooms, nil
}

// Participants reads the members in a room; 50 by default.
//
//circle:op GET /api/headless/v1/messages/{chat_room_uuid}/chat_room_participants
func (s *ChatService) Participants(
	ctx context.Context, roomUUID string, o PageOptions,
) (*Page[*ChatParticipant], error) {
	path := member("/messages/{chat_room_uuid}/chat_room_participants", uuid(roomUUID))
	return get[Page[*ChatParticipant]](ctx, s.client, path, o.query())
}

// UpdateParticipant changes a participant, by the participant's number, and returns the room as it is afterwards. Mute
// and archive are for the viewer alone.
//
//circle:op PUT /api/headless/v1/messages/{chat_room_uuid}/chat_room_participants/{id}
func (s *ChatService) UpdateParticipant(
	ctx context.Context, roomUUID string, participantID int64, r ChatParticipantRequest,
) (*ChatRoom, error) {
	path := member("/messages/{chat_room_uuid}/chat_room_participants/{id}", uuid(roomUUID), id(participantID))
	return unwrapped(write[wrappedRoom](ctx, s.client, http.MethodPut, path, r))
}
