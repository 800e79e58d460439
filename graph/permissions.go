package graph

import (
	"context"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
)

func cannotLikeComment(ctx context.Context, c *circleclient.Comment) ([]model.CannotReason, error) {
	return model.CannotTakePart(ctx, c.StandsIn())
}

// cannotReply returns why the viewer may not reply to a comment, which is why they may not comment on its post.
func cannotReply(ctx context.Context, c *circleclient.Comment) ([]model.CannotReason, error) {
	post, err := loaders.From(ctx).Post.Load(ctx, c.NodeRef().OfPost())
	if err != nil {
		return nil, err
	}
	return model.PostBase{Post: post}.ViewerCannotCommentReasons(ctx)
}

// can reports whether there is no reason against it.
func can(reasons []model.CannotReason, err error) (*bool, error) {
	if err != nil {
		return nil, err
	}
	return new(len(reasons) == 0), nil
}
