package circleclient

import (
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
// [ChatRoom.Carries] says which parts its source sends.
type ChatRoom struct {
	// Source is the operation that filled the record; [SourceUnknown] if only the UUID is known.
	Source Source `json:"-"`

	// ID is Circle's number of the room. Only live updates use it.
	ID int64 `json:"id"`
	// UUID names the room everywhere else.
	UUID string `json:"uuid"`
	// Identifier is made of the kind and the members' numbers, such as group_chat-1-2-3. Embedded rooms have another form,
	// since their members come and go.
	Identifier string `json:"identifier"`
	// Kind is direct or group_chat; embedded rooms count as group chats.
	Kind string `json:"chat_room_kind"`
	// Name is the room's name, or made of the names of the other members.
	Name string `json:"chat_room_name"`
	// Description is what the room is for; nil if nobody wrote any.
	Description *string `json:"chat_room_description"`
	// ShowHistory reports whether later members see earlier messages.
	ShowHistory bool `json:"chat_room_show_history"`
	// ParticipantsCount is the number of members in the room, the viewer included.
	ParticipantsCount int `json:"chat_room_participants_count"`
	// UnreadMessagesCount is the number of messages that the viewer has not read; nil if Circle does not say.
	UnreadMessagesCount *int `json:"unread_messages_count"`
	// OtherParticipantsPreview are the first few of the other members.
	OtherParticipantsPreview []*ChatParticipant `json:"other_participants_preview"`
	// CurrentParticipant is the viewer in the room; nil if they are not a member of it.
	CurrentParticipant *ChatParticipant `json:"current_participant"`
	// LastMessage is the newest message that is not a reply; nil in an empty room.
	LastMessage *ChatMessage `json:"last_message"`
	// FirstUnreadMessageID is the oldest message that the viewer has not read; nil if there is none. See
	// [ChatRoomFirstUnread].
	FirstUnreadMessageID *int64 `json:"first_unread_message_id"`
	// PinnedMessage is the message pinned to the room; nil if it is not sent. Circle documents it only for live updates.
	PinnedMessage *ChatMessage `json:"pinned_message"`

	// EmbeddedSpace and EmbeddedLesson are where the room is embedded; see [ChatRoomPlace].
	EmbeddedSpace  *SpaceRef       `json:"embedded_space"`
	EmbeddedLesson *EmbeddedLesson `json:"lesson"`
}

// EmbeddedLesson is the lesson in which a room is embedded. Circle does not name its course.
type EmbeddedLesson struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// ChatParticipant is a member in a room. Circle also sends their e-mail address, which is not read here.
type ChatParticipant struct {
	// ID is the participant's number, not the member's.
	ID                int64   `json:"id"`
	CommunityMemberID int64   `json:"community_member_id"`
	Name              string  `json:"name"`
	AvatarURL         *string `json:"avatar_url"`
	PublicUID         *string `json:"user_public_uid"`
	Headline          *string `json:"headline"`
	// Status is online or offline; empty in [ChatRoom.CurrentParticipant].
	Status string `json:"status"`
	// LastSeenText says when they were last there, as a phrase; nil if Circle has none.
	LastSeenText *string `json:"last_seen_text"`
	// Admin reports whether they run the room.
	Admin     bool `json:"admin"`
	Moderator bool `json:"moderator"`
	// Muted and Archived are their own choices.
	Muted    bool `json:"muted"`
	Archived bool `json:"archived"`
	// PinnedAt is when they pinned the room; nil if it is not sent. Circle documents it only for live updates.
	PinnedAt *time.Time `json:"pinned_at"`
	// DeletedAt is when they left; nil while they are there.
	DeletedAt *time.Time `json:"deleted_at"`
	// CanSendMessage reports whether they take messages from the viewer; nil in the list of participants.
	CanSendMessage *bool `json:"can_send_message"`
	// IsBlocked reports whether the viewer has blocked them; nil unless the room was read by itself.
	IsBlocked *bool `json:"is_blocked_by_current_community_member"`
}

// IsOnline reports whether they are there now; nil if Circle does not say.
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

// Carries reports whether the record has the part, or shows that there is none.
func (r *ChatRoom) Carries(part Part) bool {
	return part == ChatRoomPlace && (r.EmbeddedSpace != nil || r.EmbeddedLesson != nil || r.isFree()) ||
		r.Source.Carries(part)
}

// isFree reports whether the room is known not to be embedded.
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

// wrappedRoom is a room with or without its wrapper: lists send none, other operations do, and the contract declares it
// the other way round.
type wrappedRoom struct {
	Room *ChatRoom `json:"chat_room"`
	ChatRoom
}

// unwrapped takes the room out of its wrapper, if it has one.
func (w *wrappedRoom) unwrapped() *ChatRoom {
	if w.Room != nil {
		return w.Room
	}
	return &w.ChatRoom
}

// unwrapped is the room of an answer.
func unwrapped(w *wrappedRoom, err error) (*ChatRoom, error) {
	if err != nil {
		return nil, err
	}
	return filled(w.unwrapped(), nil, SourceChatRoom)
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
	// Admin lets another participant run the room. Only those who run it may change that.
	Admin    *bool `json:"admin,omitempty"`
	Archived *bool `json:"archived,omitempty"`
	Muted    *bool `json:"muted,omitempty"`
}

// Rooms reads the inbox: the viewer's rooms without embedded ones, those with the newest messages first.
//
//circle:op GET /api/headless/v1/messages
func (s *ChatService) Rooms(ctx context.Context, o PageOptions) (*Page[*ChatRoom], error) {
	rows, err := get[Page[*wrappedRoom]](ctx, s.client, member("/messages"), o.query())
	if err != nil {
		return nil, err
	}
	page := &Page[*ChatRoom]{
		Page: rows.Page, PerPage: rows.PerPage, Count: rows.Count, HasNextPage: rows.HasNextPage, Next: rows.Next,
		Records: []*ChatRoom{},
	}
	for _, row := range rows.Records {
		page.Records = append(page.Records, row.unwrapped())
	}
	return filledBy(page, nil, SourceChatRooms)
}

// Room reads one room.
//
//circle:op GET /api/headless/v1/messages/{uuid}
func (s *ChatService) Room(ctx context.Context, roomUUID string) (*ChatRoom, error) {
	return unwrapped(get[wrappedRoom](ctx, s.client, member("/messages/{uuid}", uuid(roomUUID)), nil))
}

// Listed returns a room of the inbox as [PostsService.Listed] returns a post.
func (s *ChatService) Listed(ctx context.Context, roomUUID string, needs Part) (*ChatRoom, bool) {
	return listed(ctx, s.client, recordName{Ref: ChatRoomRef(roomUUID)}, func(r *row) (*ChatRoom, bool) {
		wrapped := decoded[wrappedRoom](r.json)
		room := wrapped.unwrapped()
		room.setSource(r.source)
		return room, carriesAll(room, needs&chatRoomParts)
	})
}

// CreateRoom makes a group, or returns the direct room with a member, which it makes if necessary. [ErrForbidden] is a
// member who takes no messages.
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

type unreadRooms struct {
	Rooms []string `json:"chat_rooms"`
}

// UnreadRooms reads the UUIDs of all rooms of the inbox that have unread messages.
//
//circle:op GET /api/headless/v1/messages/unread_chat_rooms
func (s *ChatService) UnreadRooms(ctx context.Context) ([]string, error) {
	unread, err := get[unreadRooms](ctx, s.client, member("/messages/unread_chat_rooms"), nil)
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

// UpdateParticipant changes a participant, by the participant's number, and returns the room as it is afterwards. Muted
// and Archived can only be set for the viewer.
//
//circle:op PUT /api/headless/v1/messages/{chat_room_uuid}/chat_room_participants/{id}
func (s *ChatService) UpdateParticipant(
	ctx context.Context, roomUUID string, participantID int64, r ChatParticipantRequest,
) (*ChatRoom, error) {
	path := member("/messages/{chat_room_uuid}/chat_room_participants/{id}", uuid(roomUUID), id(participantID))
	return unwrapped(write[wrappedRoom](ctx, s.client, http.MethodPut, path, r))
}
