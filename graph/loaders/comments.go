package loaders

import (
	"context"
	"slices"

	"circlegraph/circleclient"
)

// addComments makes the loaders of comments.
func (l *Loaders) addComments(ctx context.Context, circle *circleclient.Client) {
	l.CommentAlone = each(ctx, func(ctx context.Context, r circleclient.Ref) (*circleclient.Comment, error) {
		if r.Parent != 0 {
			return circle.Comments.GetReply(ctx, r.Parent, r.ID)
		}
		return circle.Comments.Get(ctx, r.Post, r.ID)
	})
	l.Comment = newBatch(ctx, func(r circleclient.Ref) int64 { return r.Post },
		func(ctx context.Context, refs []circleclient.Ref) map[circleclient.Ref]Result[*circleclient.Comment] {
			results := make(map[circleclient.Ref]Result[*circleclient.Comment], len(refs))
			if len(refs) > 1 {
				page, err := circle.Comments.List(ctx, refs[0].Post, circleclient.CommentListOptions{
					PageOptions: circleclient.PageOptions{PerPage: circleclient.MaxPerPage}, Sort: "latest",
				})
				if err != nil {
					return answered(refs, nil, (*circleclient.Comment).NodeRef, err)
				}
				pick(refs, page.Records, results)
			}
			alone(ctx, refs, results, func(ctx context.Context, r circleclient.Ref) (*circleclient.Comment, error) {
				return l.CommentAlone.Load(ctx, r)()
			})
			return results
		})
}

// pick finds comments in a list, and where some are not there, replies in the comments that they reply to.
func pick(
	refs []circleclient.Ref, comments []*circleclient.Comment, results map[circleclient.Ref]Result[*circleclient.Comment],
) {
	found := map[int64]*circleclient.Comment{}
	for _, c := range comments {
		found[c.ID] = c
	}
	if slices.ContainsFunc(refs, func(r circleclient.Ref) bool { return found[r.ID] == nil }) {
		for _, c := range comments {
			for _, reply := range c.Replies.Get() {
				found[reply.ID] = reply
			}
		}
	}
	for _, r := range refs {
		if c := found[r.ID]; c != nil {
			results[r] = Result[*circleclient.Comment]{Value: c}
		}
	}
}
