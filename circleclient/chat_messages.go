package circleclient

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"circlegraph/circleclient/richtext"
)

// ChatMessage is a message in a room, or a reply to one. [ChatMessage.Carries] says which parts its source sends.
type ChatMessage struct {
	// Source is the operation that filled the record.
	Source Source `json:"-"`

	// ID is Circle's number of the message, unique in all rooms and beyond 32 bits soon.
	ID int64 `json:"id"`
	// ChatRoomUUID is its room.
	ChatRoomUUID string `json:"chat_room_uuid"`
	// ParentMessageID is the message it replies to; nil if it is not a reply.
	ParentMessageID *int64 `json:"parent_message_id"`
	// ChatThreadID is the thread that it starts or replies in; nil if there is none.
	ChatThreadID *int64 `json:"chat_thread_id"`
	// Body is the text without markup, the only text if RichTextBody is null. Read [ChatMessage.RichText] instead.
	Body string `json:"body"`
	// RichTextBody is the envelope around the TipTap document.
	RichTextBody json.RawMessage `json:"rich_text_body"`
	// BookmarkID is the number of the viewer's bookmark; nil if there is none.
	BookmarkID *int64 `json:"bookmark_id"`

	// SentAt is when it was sent.
	SentAt time.Time `json:"sent_at"`
	// EditedAt is when it was last changed; nil if it never was.
	EditedAt *time.Time `json:"edited_at"`

	// Sender is who wrote it; nil if they are gone.
	Sender *ChatSender `json:"sender"`
	// Reactions are the reactions to it, by emoji.
	Reactions []*ChatReaction `json:"reactions"`

	// RepliesCount is the number of replies, nil if Circle does not say; see [ChatMessageReplies].
	RepliesCount *int `json:"replies_count"`
	// ThreadParticipantsCount is the number of members who replied; see [ChatMessageReplies].
	ThreadParticipantsCount int `json:"total_thread_participants_count"`
	// ThreadParticipantsPreview are the first few of them; see [ChatMessageReplies].
	ThreadParticipantsPreview []*ChatSender `json:"thread_participants_preview"`
	// LastReplyAt is when the newest reply was sent, nil if there is none; see [ChatMessageLastReply].
	LastReplyAt *time.Time `json:"last_reply_at"`

	text *sharedText // made with the source
}

// ChatSender is a member who wrote a message or a reply.
type ChatSender struct {
	CommunityMemberID int64   `json:"community_member_id"`
	Name              string  `json:"name"`
	AvatarURL         *string `json:"avatar_url"`
	PublicUID         *string `json:"user_public_uid"`
}

// MemberID is the member's number in the community.
func (s *ChatSender) MemberID() int64 { return s.CommunityMemberID }

// ChatReaction is the members who gave a message the same emoji.
type ChatReaction struct {
	// Emoji is Circle's word for it, such as thumbsup or heart.
	Emoji string `json:"emoji"`
	// Count is how many gave it.
	Count int `json:"count"`
	// CommunityMemberIDs are those members.
	CommunityMemberIDs []int64 `json:"community_member_ids"`
}

// GivenBy reports whether a member gave it.
func (r *ChatReaction) GivenBy(memberID int64) bool {
	return slices.Contains(r.CommunityMemberIDs, memberID)
}

// Carries reports whether the record has the part, as what it has or as its absence. A reply has no replies, nor has a
// message without a thread.
func (m *ChatMessage) Carries(part Part) bool {
	return m.Source.Carries(part) || m.Source != SourceUnknown && (m.ParentMessageID != nil || m.ChatThreadID == nil)
}

func (m *ChatMessage) setSource(source Source) { m.Source, m.text = source, new(sharedText) }

// KnownReplies is RepliesCount, and 0 for what shows otherwise that it has none: a reply, a message without a thread.
func (m *ChatMessage) KnownReplies() *int {
	if m.RepliesCount == nil && (m.ParentMessageID != nil || m.ChatThreadID == nil) {
		return new(0)
	}
	return m.RepliesCount
}

// RichText returns the text.
func (m *ChatMessage) RichText() *richtext.Text {
	return m.text.of(func() *richtext.Text {
		return richtext.New(richtext.Source{
			Envelope: m.RichTextBody,
			Plain:    m.Body,
		})
	})
}

// ChatRoom returns its room, of which only the UUID is known.
func (m *ChatMessage) ChatRoom() *ChatRoom { return &ChatRoom{UUID: m.ChatRoomUUID} }

// Thread returns the thread that it starts or replies in, of which only the number is known; nil if it has no replies.
func (m *ChatMessage) Thread() *ChatThread {
	if m.ChatThreadID == nil {
		return nil
	}
	return &ChatThread{ID: *m.ChatThreadID}
}

// ChatMessageRequest is a message to send.
type ChatMessageRequest struct {
	// Body is the text. It goes out in its envelope: a bare document is taken and lost.
	Body *richtext.Document `json:"rich_text_body"`
	// ParentMessageID is the message it replies to; 0 for none.
	ParentMessageID int64 `json:"parent_message_id,omitempty"`
}

// SentChatMessage is all that Circle says of a sent message. The message itself, and its number, come with the next
// read of the room.
type SentChatMessage struct {
	// CreationUUID names the sending. Live updates have it; messages read later do not.
	CreationUUID string `json:"creation_uuid"`
	// SentAt is when it was taken.
	SentAt time.Time `json:"sent_at"`
}

// Message reads one message or reply.
//
//circle:op GET /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages/{id}
func (s *ChatService) Message(ctx context.Context, roomUUID string, messageID int64) (*ChatMessage, error) {
	path := member("/messages/{chat_room_uuid}/chat_room_messages/{id}", uuid(roomUUID), id(messageID))
	m, err := get[ChatMessage](ctx, s.client, path, nil)
	return filled(m, err, SourceChatMessage)
}

// Send sends a message. Circle does not say which message it became. [ErrForbidden] is a member who takes no messages.
//
//circle:op POST /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages
func (s *ChatService) Send(ctx context.Context, roomUUID string, r ChatMessageRequest) (*SentChatMessage, error) {
	if r.Body == nil {
		return nil, &richtext.Error{Kind: richtext.ErrBlank}
	}
	path := member("/messages/{chat_room_uuid}/chat_room_messages", uuid(roomUUID))
	return write[SentChatMessage](ctx, s.client, http.MethodPost, path, r)
}

// UpdateMessage changes a message or reply. The contract declares the message as answer, its example is empty: read the
// message again.
//
//circle:op PUT /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages/{id}
func (s *ChatService) UpdateMessage(
	ctx context.Context, roomUUID string, messageID int64, body *richtext.Document,
) error {
	if body == nil {
		return &richtext.Error{Kind: richtext.ErrBlank}
	}
	path := member("/messages/{chat_room_uuid}/chat_room_messages/{id}", uuid(roomUUID), id(messageID))
	return exec(ctx, s.client, http.MethodPut, path, ChatMessageRequest{Body: body})
}

// DeleteMessage deletes a message or reply.
//
//circle:op DELETE /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages/{id}
func (s *ChatService) DeleteMessage(ctx context.Context, roomUUID string, messageID int64) error {
	path := member("/messages/{chat_room_uuid}/chat_room_messages/{id}", uuid(roomUUID), id(messageID))
	return exec(ctx, s.client, http.MethodDelete, path, nil)
}

// reactionBody names a reaction in both directions; the DELETE carries it as its body too.
type reactionBody struct {
	MessageID int64  `json:"chat_room_message"`
	Emoji     string `json:"emoji"`
}

// emojiTaken is what Rails says about a duplicate row.
const emojiTaken = "has already been taken"

// React adds an emoji to a message, by Circle's word for it, such as heart. Adding it twice succeeds.
//
//circle:op POST /api/headless/v1/reactions
func (s *ChatService) React(ctx context.Context, messageID int64, emoji string) error {
	err := exec(ctx, s.client, http.MethodPost, member("/reactions"), reactionBody{messageID, emoji})
	var failure *Error
	if errors.As(err, &failure) && slices.Contains(failure.Fields["emoji"], emojiTaken) {
		return nil
	}
	return ignore(err, ErrConflict)
}

// Unreact removes a reaction. Circle answers the same for a missing reaction and a missing message: both succeed.
//
//circle:op DELETE /api/headless/v1/reactions
func (s *ChatService) Unreact(ctx context.Context, messageID int64, emoji string) error {
	err := exec(ctx, s.client, http.MethodDelete, member("/reactions"), reactionBody{messageID, emoji})
	return ignore(err, ErrConflict, ErrNotFound)
}
