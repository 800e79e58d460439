package graph

import (
	"context"

	"circlegraph/circleclient"
	"circlegraph/graph/model"
)

func (r *Resolver) createLiveRoom(
	ctx context.Context, in model.CreateLiveRoomInput,
) (*model.CreateLiveRoomPayload, error) {
	members, err := numbersOf(circleclient.RefMember, in.MemberIds)
	if err != nil {
		return nil, err
	}
	spaces, err := numbersOf(circleclient.RefSpace, in.SpaceIds)
	if err != nil {
		return nil, err
	}
	req := circleclient.LiveRoomRequest{
		Name: in.Name, Description: deref(in.Description), Slug: deref(in.Slug), RoomType: deref(in.Type),
		ViewType:   deref(in.View),
		AccessType: deref(in.Access), RecordingEnabled: in.IsRecorded, MuteOnJoin: in.IsMutedOnJoin,
		LimitURLSharing: in.IsURLSharingLimited,
	}
	if len(members)+len(spaces) > 0 {
		req.Invited = &circleclient.LiveInvited{Members: members, Spaces: spaces}
	}
	room, problems, err := idempotently(ctx, r.idempotency, "createLiveRoom", in.IdempotencyKey, in,
		func(ctx context.Context) (*circleclient.LiveRoom, error) {
			return r.circle.Chat.CreateLiveRoom(ctx, req)
		})
	return &model.CreateLiveRoomPayload{LiveRoom: room, UserErrors: problems}, err
}
