package model

import (
	"context"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/paging"
)

// The methods here are the fields of all kinds of posts that may need a request to Circle. They run concurrently, and
// their @cost stands on the interface Post.

// Status is whether the post is published.
func (p PostBase) Status(ctx context.Context) (string, error) {
	return loaders.OfPart(ctx, p.Post, circleclient.PostType, func(p *circleclient.Post) string { return p.Status })
}

// Topics are the topics that the post has; never nil.
func (p PostBase) Topics(ctx context.Context) ([]*circleclient.Topic, error) {
	return loaders.OfPart(ctx, p.Post, circleclient.PostTopics, func(p *circleclient.Post) []*circleclient.Topic {
		if p.Topics == nil {
			return []*circleclient.Topic{}
		}
		return p.Topics
	})
}

// ViewerCanUpdate reports whether the viewer may change the post.
func (p PostBase) ViewerCanUpdate(ctx context.Context) (bool, error) {
	return p.permits(ctx, func(p circleclient.PostPermissions) bool { return p.CanUpdate })
}

// ViewerCanDelete reports whether the viewer may delete the post.
func (p PostBase) ViewerCanDelete(ctx context.Context) (bool, error) {
	return p.permits(ctx, func(p circleclient.PostPermissions) bool { return p.CanDestroy })
}

// ViewerCanReport reports whether the viewer may report the post.
func (p PostBase) ViewerCanReport(ctx context.Context) (bool, error) {
	return p.permits(ctx, func(p circleclient.PostPermissions) bool { return p.CanReport })
}

// ViewerCanManage reports whether the viewer may pin, move or close the post.
func (p PostBase) ViewerCanManage(ctx context.Context) (bool, error) {
	return p.permits(ctx, func(p circleclient.PostPermissions) bool { return p.CanManage })
}

// permits reads one of Circle's policies. A post that lacks them although its operation sends them permits nothing.
func (p PostBase) permits(ctx context.Context, read func(circleclient.PostPermissions) bool) (bool, error) {
	return loaders.OfPart(ctx, p.Post, circleclient.PostPolicies, func(p *circleclient.Post) bool {
		return p.Policies != nil && read(*p.Policies)
	})
}

// ViewerCanLike reports whether nothing keeps the viewer from liking the post.
func (p PostBase) ViewerCanLike(ctx context.Context) (bool, error) {
	reasons, err := p.ViewerCannotLikeReasons(ctx)
	return err == nil && len(reasons) == 0, err
}

// ViewerCannotLikeReasons returns why the viewer may not like the post.
func (p PostBase) ViewerCannotLikeReasons(ctx context.Context) ([]CannotReason, error) {
	if !p.IsLikingEnabled {
		return []CannotReason{CannotReasonLikesDisabled}, nil
	}
	return CannotTakePart(ctx, p.StandsIn())
}

// ViewerCanComment reports whether nothing keeps the viewer from commenting on the post.
func (p PostBase) ViewerCanComment(ctx context.Context) (bool, error) {
	reasons, err := p.ViewerCannotCommentReasons(ctx)
	return err == nil && len(reasons) == 0, err
}

// ViewerCannotCommentReasons returns why the viewer may not comment on the post.
func (p PostBase) ViewerCannotCommentReasons(ctx context.Context) ([]CannotReason, error) {
	switch {
	case p.IsCommentsClosed:
		return []CannotReason{CannotReasonCommentsClosed}, nil
	case !p.IsCommentsEnabled:
		return []CannotReason{CannotReasonCommentsDisabled}, nil
	}
	return CannotTakePart(ctx, p.StandsIn())
}

// CannotTakePart returns why the viewer may neither like nor comment in a space.
func CannotTakePart(ctx context.Context, spaceID int64) ([]CannotReason, error) {
	space, err := loaders.From(ctx).Space.Load(ctx, spaceID)
	if err != nil {
		return nil, err
	}
	if !space.CanTakePart() {
		return []CannotReason{CannotReasonSpaceNotJoined}, nil
	}
	return []CannotReason{}, nil
}

// Likes are the members who like the post: those that came with it, if they suffice.
func (p PostBase) Likes(ctx context.Context, first int, after *string) (*MemberConnection, error) {
	list := paging.Of("Post.likes", p.ID)
	if likers := p.FirstLikedBy.Get(); paging.Suffices(ctx, likers, p.LikesTotal, first, after) {
		return paging.Embedded(ctx, list, first, after, likers, p.LikesTotal, MemberOfLiker)
	}
	return paging.Paginate(ctx, list, first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.Liker], error) {
			return loaders.From(ctx).Circle.Posts.Likes(ctx, p.ID, o)
		}, MemberOfLiker)
}

// Comments are the comments on the post. A post without any needs no request to say so.
func (p PostBase) Comments(
	ctx context.Context, orderBy string, first int, after *string,
) (*CommentConnection, error) {
	list, l := paging.Of("Post.comments", p.ID, orderBy), loaders.From(ctx)
	if p.Source.Carries(circleclient.PostParts) {
		l.Post.Prime(p.NodeRef(), p.Post) // for Comment.post
	}
	if n := p.CommentsTotal; n != nil && *n == 0 {
		return paging.Whole(ctx, list, first, after, nil, paging.Itself[*circleclient.Comment])
	}
	return paging.Paginate(ctx, list, first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.Comment], error) {
			return l.Circle.Comments.List(ctx, p.ID, circleclient.CommentListOptions{PageOptions: o, Sort: orderBy})
		}, paging.Itself)
}

// Gallery is never null: an image post whose gallery Circle forgot has no pictures.
func (p *ImagePost) Gallery(ctx context.Context) (*circleclient.Gallery, error) {
	return loaders.OfPart(ctx, p.Post, circleclient.PostGallery, func(p *circleclient.Post) *circleclient.Gallery {
		if p.Gallery == nil {
			return &circleclient.Gallery{Images: []*circleclient.GalleryImage{}}
		}
		return p.Gallery
	})
}
