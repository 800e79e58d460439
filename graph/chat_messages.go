package graph

import (
	"context"
	"errors"
	"fmt"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
)

// defaultMessages is how many messages come if no number is given.
const defaultMessages = 20

// chatMessages pages through a room from a message on, backwards or forwards.
func (r *Resolver) chatMessages(
	ctx context.Context, room string, first *int, after *string, last *int, before *string,
) (*model.ChatMessageConnection, error) {
	forwards, backwards := first != nil || after != nil, last != nil || before != nil
	read, count, cursor, names := r.circle.Chat.MessagesBefore, last, before, [2]string{"last", "before"}
	if forwards {
		read, count, cursor, names = r.circle.Chat.MessagesAfter, first, after, [2]string{"first", "after"}
	}
	switch {
	case forwards && backwards:
		return nil, &scalar.InputError{Message: "Read either forwards, with `first` and `after`, or backwards, with " +
			"`last` and `before`."}
	case forwards && after == nil:
		return nil, &scalar.InputError{Message: "`first` needs `after`: Circle reads a room from a message on. Without " +
			"it, ask for the newest messages with `last`."}
	}
	n := defaultMessages
	if count != nil {
		n = *count
	}
	if err := paging.CheckSize(names[0], names[1], n); err != nil {
		return nil, err
	}
	anchor, err := messageAnchor(room, cursor)
	if err != nil {
		return nil, err
	}
	if paging.SelectsOnly(ctx, "totalCount") {
		if !paging.Selects(ctx, "totalCount") {
			return &model.ChatMessageConnection{}, nil
		}
		n = 1 // a window tells the number of all, however small it is
	}
	w, err := loaders.Shared(ctx, fmt.Sprint("messages of ", room, forwards, anchor, n),
		func() (*circleclient.MessageWindow, error) {
			return read(ctx, room, anchor, n)
		})
	if errors.Is(err, circleclient.ErrAnchorGone) {
		return nil, &scalar.InputError{Message: "The message to go on from was deleted long ago. Begin again with the " +
			"newest messages: `last` without `before`."}
	}
	if err != nil {
		return nil, err
	}
	cursorOf := func(i int) string { return scalar.FormatRef(w.Records[i].NodeRef()) }
	info := paging.PageInfo{HasNextPage: w.HasNextPage, HasPreviousPage: w.HasPreviousPage}
	return paging.Make(ctx, w.Records, paging.Itself, cursorOf, info, w.TotalCount), nil
}

// messageAnchor reads a cursor of a room's messages, which is the id of one of them; 0 for none.
func messageAnchor(room string, cursor *string) (int64, error) {
	if cursor == nil {
		return 0, nil
	}
	ref, err := scalar.ParseRef(*cursor)
	if err != nil || ref.Type != circleclient.RefChatMessage {
		return 0, &scalar.InputError{Message: "`after` and `before` take a cursor of the room's messages, or the `id` of " +
			"one of them."}
	}
	if ref.Room != room {
		return 0, &scalar.InputError{Message: "The cursor is of the messages of another room."}
	}
	return ref.ID, nil
}

// threadParticipants are the first few members who replied to a message.
func threadParticipants(m *circleclient.ChatMessage) []*model.Member {
	members := make([]*model.Member, len(m.ThreadParticipantsPreview))
	for i, s := range m.ThreadParticipantsPreview {
		members[i] = model.MemberOfSender(s)
	}
	return members
}

// firstUnread is the oldest unread message of a room; its ids are known with a room that was read by itself, and that
// there is none with any room.
func firstUnread(ctx context.Context, room *circleclient.ChatRoom) (*circleclient.ChatMessage, error) {
	if room.Carries(circleclient.ChatRoomDetails) && !room.Carries(circleclient.ChatRoomFirstUnread) &&
		room.UnreadMessagesCount != nil && *room.UnreadMessagesCount == 0 {
		return nil, nil //nolint:nilnil // all are read
	}
	number, err := loaders.OfPart(ctx, room, circleclient.ChatRoomFirstUnread,
		func(r *circleclient.ChatRoom) *int64 { return r.FirstUnreadMessageID })
	if err != nil || number == nil {
		return nil, err
	}
	if paging.SelectsOnly(ctx, "id", "circleId") {
		return &circleclient.ChatMessage{ChatRoomUUID: room.UUID, ID: *number}, nil
	}
	return loaders.From(ctx).ChatMessage.Load(ctx, circleclient.ChatMessageRef(room.UUID, *number))
}

// changedMessage is the message in a payload or above a reply; null if there is none.
func changedMessage(ctx context.Context, ref circleclient.Ref) (*circleclient.ChatMessage, error) {
	if ref.IsZero() {
		return nil, nil //nolint:nilnil // no reply, or a refused change
	}
	return loaders.From(ctx).ChatMessage.Load(ctx, ref)
}

// messageAbove is the message that a reply answers, nil for one that is no reply. Its ids are known with the reply.
func messageAbove(ctx context.Context, m *circleclient.ChatMessage) (*circleclient.ChatMessage, error) {
	if m.ParentMessageID != nil && paging.SelectsOnly(ctx, "id", "circleId") {
		return &circleclient.ChatMessage{ChatRoomUUID: m.ChatRoomUUID, ID: *m.ParentMessageID}, nil
	}
	return changedMessage(ctx, aboveMessage(m))
}

// aboveMessage is the ref of the message that a reply answers; the zero ref for one that is no reply.
func aboveMessage(m *circleclient.ChatMessage) circleclient.Ref {
	if m.ParentMessageID == nil {
		return circleclient.Ref{}
	}
	return circleclient.ChatMessageRef(m.ChatRoomUUID, *m.ParentMessageID)
}

func (r *Resolver) sendMessage(
	ctx context.Context, in model.SendChatMessageInput,
) (*model.SendChatMessagePayload, error) {
	room, err := scalar.ParseRefOf(circleclient.RefChatRoom, in.ChatRoomID)
	if err != nil {
		return nil, err
	}
	var parent circleclient.Ref
	if in.ParentMessageID != nil {
		if parent, err = scalar.ParseRefOf(circleclient.RefChatMessage, *in.ParentMessageID); err != nil {
			return nil, err
		}
		if parent.Room != room.Room {
			return nil, &scalar.InputError{Message: "The message to reply to stands in another room."}
		}
	}
	done := r.live.Sending(ctx, room.Room)
	defer done("", "")
	sent, problems, err := idempotently(ctx, r.idempotency, "sendChatMessage", in.IdempotencyKey, in,
		func(ctx context.Context) (*circleclient.SentChatMessage, error) {
			body, err := r.richText(ctx, in.Body, in.Attachments)
			if err != nil {
				return nil, err
			}
			return r.circle.Chat.Send(ctx, room.Room, circleclient.ChatMessageRequest{Body: body, ParentMessageID: parent.ID})
		})
	if err != nil || len(problems) > 0 {
		return &model.SendChatMessagePayload{UserErrors: problems}, err
	}
	done(sent.CreationUUID, deref(in.IdempotencyKey))
	r.live.Did(ctx, live.Event{Kind: live.MessageAdded, Room: room.Room})
	status := model.ChatMessageStatusPending
	return &model.SendChatMessagePayload{
		Status: &status, CreationUUID: &sent.CreationUUID, SentAt: &sent.SentAt, ChatRoom: chatRoom(room.Room),
		UserErrors: problems,
	}, nil
}

func (r *Resolver) updateMessage(
	ctx context.Context, in model.UpdateChatMessageInput,
) (*model.UpdateChatMessagePayload, error) {
	payload, err := changeMessage(in.MessageID, func(ref circleclient.Ref) error {
		body, err := r.richText(ctx, in.Body, in.Attachments)
		if err != nil {
			return err
		}
		return r.circle.Chat.UpdateMessage(ctx, ref.Room, ref.ID, body)
	})
	r.didToMessage(ctx, err, payload, live.MessageUpdated)
	return &model.UpdateChatMessagePayload{ChatMessagePayload: payload}, err
}

func (r *Resolver) deleteMessage(
	ctx context.Context, in model.DeleteChatMessageInput,
) (*model.DeleteChatMessagePayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefChatMessage, in.MessageID)
	if err != nil {
		return nil, err
	}
	problems, err := userErrors(r.circle.Chat.DeleteMessage(ctx, ref.Room, ref.ID))
	r.did(ctx, err, problems, live.Event{Kind: live.MessageDeleted, Room: ref.Room, MessageID: ref.ID})
	return &model.DeleteChatMessagePayload{
		DeletedChatMessageID: refUnless(problems, ref), ChatRoom: roomUnless(problems, ref.Room), UserErrors: problems,
	}, err
}

// changeMessage carries out a change to a message that Circle answers without the message.
func changeMessage(id string, change func(circleclient.Ref) error) (model.ChatMessagePayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefChatMessage, id)
	if err != nil {
		return model.ChatMessagePayload{}, err
	}
	problems, err := userErrors(change(ref))
	if err != nil || len(problems) > 0 {
		ref = circleclient.Ref{}
	}
	return model.ChatMessagePayload{MessageRef: ref, UserErrors: problems}, err
}
