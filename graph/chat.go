package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
)

// chatRoom is a room of which nothing but its name is known; everything else is loaded.
func chatRoom(uuid string) *circleclient.ChatRoom { return &circleclient.ChatRoom{UUID: uuid} }

// roomUUID reads how a room is named: by `by`, or in the old way by `uuid`.
func roomUUID(by *model.ChatRoomBy, uuid *string) (string, error) {
	if err := eitherWay(by != nil, uuid != nil, "uuid"); err != nil {
		return "", err
	}
	name := "uuid"
	if by != nil {
		if by.ID != nil {
			ref, err := scalar.ParseRefOf(circleclient.RefChatRoom, *by.ID)
			return ref.Room, err
		}
		uuid, name = by.CircleID, "circleId"
	}
	if !circleclient.IsUUID(*uuid) {
		return "", &scalar.InputError{Message: "`" + name + "` is not a UUID. Use the `circleId` of a room as it was " +
			"given."}
	}
	return *uuid, nil
}

// lessonChatRoom is the room in which a lesson is discussed, nil if it has none.
func lessonChatRoom(l *circleclient.Lesson) *circleclient.ChatRoom {
	if l.ChatRoomUUID == nil {
		return nil
	}
	return &circleclient.ChatRoom{
		Source:         circleclient.SourceEmbeddedRoom,
		UUID:           *l.ChatRoomUUID,
		EmbeddedLesson: &circleclient.EmbeddedLesson{ID: l.ID, Name: l.Name},
	}
}

// loadChatRoom finds a room. Its messages and participants need nothing of it but the name, and say themselves when
// there is no such room, so the room is not read for them.
func loadChatRoom(ctx context.Context, uuid string) (*circleclient.ChatRoom, error) {
	fields := graphql.CollectAllFields(ctx)
	if (slices.Contains(fields, "messages") || slices.Contains(fields, "participants")) &&
		paging.SelectsOnly(ctx, "id", "circleId", "messages", "participants") {
		return chatRoom(uuid), nil
	}
	return loaders.From(ctx).ChatRoom.LoadPart(ctx, uuid, paging.Parts(ctx))
}

// inbox pages through the viewer's rooms.
func (r *Resolver) inbox(ctx context.Context, first int, after *string) (*model.ChatRoomConnection, error) {
	c, err := paging.Paginate(ctx, paging.Of("Viewer.chatRooms"), first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.ChatRoom], error) {
			return r.circle.Chat.Rooms(ctx, o)
		}, paging.Itself)
	if err == nil {
		loaders.From(ctx).Meet(ctx, c.Nodes...)
	}
	return c, err
}

// unreadRooms pages through the rooms with unread messages, of which Circle gives only the names.
func (r *Resolver) unreadRooms(ctx context.Context, first int, after *string) (*model.ChatRoomConnection, error) {
	if paging.SelectsOnly(ctx) {
		return &model.ChatRoomConnection{}, nil
	}
	uuids, err := r.circle.Chat.UnreadRooms(ctx)
	if err != nil {
		return nil, err
	}
	return paging.Whole(ctx, paging.Of("Viewer.unreadChatRooms"), first, after, uuids, chatRoom)
}

// spaceChatRoom is the room of a chat space. Only a space that was read by itself tells it.
func spaceChatRoom(ctx context.Context, s *circleclient.Space) (*circleclient.ChatRoom, error) {
	s, err := loaders.WithPart(ctx, s, circleclient.SpaceChatRoom)
	if err != nil {
		return nil, err
	}
	if s.ChatRoomUUID == nil {
		return nil, nil //nolint:nilnil // not a chat space
	}
	return &circleclient.ChatRoom{
		Source: circleclient.SourceEmbeddedRoom, UUID: *s.ChatRoomUUID, EmbeddedSpace: s.Ref(),
	}, nil
}

// chatRoomSpace is the space that a room is embedded in. Where the room does not say, each chat space is asked whether
// it is the one.
func chatRoomSpace(ctx context.Context, room *circleclient.ChatRoom) (*circleclient.Space, error) {
	if !room.Carries(circleclient.ChatRoomPlace) { // rooms of the inbox are embedded nowhere
		record, err := loaders.WithPart(ctx, room, circleclient.ChatRoomDetails)
		if err != nil {
			return nil, err
		}
		room = record
	}
	place := room.EmbeddedSpace
	switch {
	case !room.Carries(circleclient.ChatRoomPlace):
		return searchChatSpace(ctx, room.UUID)
	case place == nil:
		return nil, nil //nolint:nilnil // of the inbox, a lesson or a live room
	case place.Name == "": // in threads it has none
		return loaders.From(ctx).Space.Load(ctx, place.ID)
	}
	return model.SpaceOfRef(place), nil
}

func searchChatSpace(ctx context.Context, roomUUID string) (*circleclient.Space, error) {
	spaces, err := loaders.From(ctx).Spaces.Load(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	for _, s := range spaces {
		if s.Type != circleclient.SpaceTypeChat {
			continue
		}
		room, err := spaceChatRoom(ctx, s)
		if err != nil {
			return nil, err
		}
		if room != nil && room.UUID == roomUUID {
			return s, nil
		}
	}
	return nil, nil //nolint:nilnil // of a lesson or live room
}

func (r *Resolver) createChatRoom(
	ctx context.Context, in model.CreateChatRoomInput,
) (*model.CreateChatRoomPayload, error) {
	members, err := numbersOf(circleclient.RefMember, in.MemberIds)
	if err != nil {
		return nil, err
	}
	if len(members) == 0 {
		return &model.CreateChatRoomPayload{UserErrors: refused(model.UserErrorCodeInvalid,
			"A chat needs somebody to talk to.", "memberIds")}, nil
	}
	req := circleclient.CreateChatRoomRequest{Kind: circleclient.ChatRoomDirect, MemberIDs: members}
	if len(members) > 1 {
		req.Kind = circleclient.ChatRoomGroup
	}
	if in.Kind != nil {
		req.Kind = *in.Kind
	}
	room, problems, err := idempotently(ctx, r.idempotency, "createChatRoom", in.IdempotencyKey, in,
		func(ctx context.Context) (*circleclient.ChatRoom, error) {
			message, err := r.optionalText(ctx, in.Message)
			if err != nil {
				return nil, err
			}
			req.Message = message
			return r.circle.Chat.CreateRoom(ctx, req)
		})
	if room != nil {
		r.did(ctx, err, problems, live.Event{Kind: live.RoomAdded, Room: room.UUID})
	}
	return &model.CreateChatRoomPayload{ChatRoom: room, UserErrors: problems}, err
}

func (r *Resolver) updateParticipant(
	ctx context.Context, in model.UpdateChatRoomParticipantInput,
) (*model.UpdateChatRoomParticipantPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefChatRoom, in.ChatRoomID)
	if err != nil {
		return nil, err
	}
	participant, err := scalar.ParseCircleID(in.ParticipantID)
	if err != nil {
		return nil, err
	}
	change := circleclient.ChatParticipantRequest{Admin: in.IsAdmin, Archived: in.IsArchived, Muted: in.IsMuted}
	if change == (circleclient.ChatParticipantRequest{}) {
		return nil, &scalar.InputError{Message: "Nothing is to be changed: give `isAdmin`, `isMuted` or `isArchived`."}
	}
	room, err := r.circle.Chat.UpdateParticipant(ctx, ref.Room, participant, change)
	problems, err := userErrors(err)
	r.did(ctx, err, problems, live.Event{Kind: live.RoomUpdated, Room: ref.Room})
	return &model.UpdateChatRoomParticipantPayload{ChatRoom: room, UserErrors: problems}, err
}

func (r *Resolver) markRoomAsRead(
	ctx context.Context, in model.MarkChatRoomAsReadInput,
) (*model.MarkChatRoomAsReadPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefChatRoom, in.ChatRoomID)
	if err != nil {
		return nil, err
	}
	problems, err := userErrors(r.circle.Chat.MarkRoomAsRead(ctx, ref.Room))
	r.did(ctx, err, problems, live.Event{Kind: live.RoomUpdated, Room: ref.Room})
	return &model.MarkChatRoomAsReadPayload{ChatRoom: roomUnless(problems, ref.Room), UserErrors: problems}, err
}

// roomUnless is the room after a change that was not refused: it is read again when its fields are selected.
func roomUnless(problems []*model.UserError, uuid string) *circleclient.ChatRoom {
	if len(problems) > 0 {
		return nil
	}
	return chatRoom(uuid)
}
