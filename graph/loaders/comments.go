package loaders

import (
	"context"
	"slices"

	"circlegraph/circleclient"
)

func isComment(r circleclient.Ref, c *circleclient.Comment) bool { return c.ID == r.ID }

func postOf(r circleclient.Ref) int64 { return r.Post }

func (l *Loaders) comment(ctx context.Context, r circleclient.Ref) (*circleclient.Comment, error) {
	if r.Parent != 0 {
		return l.Circle.Comments.GetReply(ctx, r.Parent, r.ID)
	}
	return l.Circle.Comments.Get(ctx, r.Post, r.ID)
}

// comments are the latest of one post and, if these are not all that is wanted, the replies that came with them.
func (l *Loaders) comments(ctx context.Context, refs []circleclient.Ref) ([]*circleclient.Comment, error) {
	page, err := l.Circle.Comments.List(ctx, refs[0].Post, circleclient.CommentListOptions{
		PageOptions: largest(), Sort: "latest",
	})
	found := slices.Clip(records(page))
	if err == nil && slices.ContainsFunc(refs, func(r circleclient.Ref) bool {
		return !slices.ContainsFunc(found, func(c *circleclient.Comment) bool { return isComment(r, c) })
	}) {
		for _, c := range page.Records {
			found = append(found, c.Replies.Get()...)
		}
	}
	return found, err
}
