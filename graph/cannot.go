package graph

import (
	"context"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
)

// cannotTakePart gives why the viewer may neither like nor comment in a space.
func cannotTakePart(ctx context.Context, spaceID int64) ([]model.CannotReason, error) {
	space, err := loaders.From(ctx).Space.Load(ctx, spaceID)
	if err != nil {
		return nil, err
	}
	if !space.CanTakePart() {
		return []model.CannotReason{model.CannotReasonSpaceNotJoined}, nil
	}
	return []model.CannotReason{}, nil
}

func cannotLikePost(ctx context.Context, p *circleclient.Post) ([]model.CannotReason, error) {
	if !p.IsLikingEnabled {
		return []model.CannotReason{model.CannotReasonLikesDisabled}, nil
	}
	return cannotTakePart(ctx, p.StandsIn())
}

func cannotCommentOnPost(ctx context.Context, p *circleclient.Post) ([]model.CannotReason, error) {
	switch {
	case p.IsCommentsClosed:
		return []model.CannotReason{model.CannotReasonCommentsClosed}, nil
	case !p.IsCommentsEnabled:
		return []model.CannotReason{model.CannotReasonCommentsDisabled}, nil
	}
	return cannotTakePart(ctx, p.StandsIn())
}

func cannotLikeComment(ctx context.Context, c *circleclient.Comment) ([]model.CannotReason, error) {
	return cannotTakePart(ctx, c.StandsIn())
}

// cannotReply gives why the viewer may not reply to a comment, which is why they may not comment on its post.
func cannotReply(ctx context.Context, c *circleclient.Comment) ([]model.CannotReason, error) {
	post, err := loaders.From(ctx).Post.Load(ctx, c.NodeRef().OfPost())
	if err != nil {
		return nil, err
	}
	return cannotCommentOnPost(ctx, post)
}

// can is whether nothing speaks against it.
func can(reasons []model.CannotReason, err error) (*bool, error) {
	if err != nil {
		return nil, err
	}
	return new(len(reasons) == 0), nil
}
