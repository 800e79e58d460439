package graph

import (
	"context"
	"strconv"
	"strings"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
)

// loadComment reads a comment or reply, unless a list has had what is selected of it.
func loadComment(ctx context.Context, ref circleclient.Ref) (*circleclient.Comment, error) {
	return loaders.From(ctx).Comment.LoadPart(ctx, ref, paging.Parts(ctx))
}

// changedComment is the comment in a payload or above a reply; null if there is none.
func changedComment(ctx context.Context, ref circleclient.Ref) (*circleclient.Comment, error) {
	if ref.IsZero() {
		return nil, nil //nolint:nilnil // a comment on the post itself, or a refused change
	}
	return loadComment(ctx, ref)
}

// commentAbove is the comment that a reply replies to; nil for a comment on the post itself. Its id is known with the
// reply.
func commentAbove(ctx context.Context, reply *circleclient.Comment) (*circleclient.Comment, error) {
	ref := reply.NodeRef().Above()
	if !ref.IsZero() && paging.SelectsOnly(ctx, "id", "circleId") {
		return &circleclient.Comment{ID: ref.ID, PostID: ref.Post, SpaceID: ref.Space}, nil
	}
	return changedComment(ctx, ref)
}

// commentAuthor is who wrote a comment. Lists of replies do not say, but for the member's number: the profile of a
// member, once for all of their replies, costs less than each reply again.
func commentAuthor(ctx context.Context, c *circleclient.Comment) (*model.Member, error) {
	if !c.Carries(circleclient.CommentAuthor) && c.CommunityMemberID != 0 {
		return loadMember(ctx, c.CommunityMemberID, paging.Parts(ctx))
	}
	return model.MemberOfAuthor(c.Author), nil
}

// viewerCanComment reads one of Circle's policies of a comment.
func viewerCanComment(
	ctx context.Context, c *circleclient.Comment, may func(circleclient.CommentPermissions) bool,
) (*bool, error) {
	return loaders.OfPart(ctx, c, circleclient.CommentPolicies, func(record *circleclient.Comment) *bool {
		can := may(deref(record.Policies))
		return &can
	})
}

// commentReplies gives the replies to a comment; those that came with it where they are all there are and no order is
// asked for, since Circle embeds them in no known order.
func (r *Resolver) commentReplies(
	ctx context.Context, c *circleclient.Comment, orderBy *string, first int, after *string,
) (*model.CommentConnection, error) {
	list := paging.Of("Comment.replies", c.ID, deref(orderBy))
	if c.RepliesTotal != nil && paging.SelectsOnly(ctx, "totalCount") {
		return paging.Embedded(ctx, list, first, after, []*circleclient.Comment(nil), c.RepliesTotal, paging.Itself)
	}
	if orderBy == nil || c.RepliesCount() == 0 {
		if replies, all := c.AllReplies(); all {
			return paging.Embedded(ctx, list, first, after, replies, c.RepliesTotal, paging.Itself)
		}
	}
	return paging.Paginate(ctx, list, first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.Comment], error) {
			return r.circle.Comments.Replies(ctx, c.ID, circleclient.CommentListOptions{PageOptions: o, Sort: deref(orderBy)})
		}, paging.Itself)
}

// commentLikes gives the members who like a comment. Of one that nobody likes, or of which the number is wanted, that
// is known.
func (r *Resolver) commentLikes(
	ctx context.Context, c *circleclient.Comment, first int, after *string,
) (*model.MemberConnection, error) {
	list, none := paging.Of("Comment.likes", c.ID), []*circleclient.Liker(nil)
	if n := c.LikesTotal; n != nil && (*n == 0 || paging.SelectsOnly(ctx, "totalCount")) {
		return paging.Embedded(ctx, list, first, after, none, n, model.MemberOfLiker)
	}
	return paging.Paginate(ctx, list, first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.Liker], error) {
			return r.circle.Comments.Likes(ctx, c.ID, o)
		}, model.MemberOfLiker)
}

func (r *Resolver) createComment(
	ctx context.Context, in model.CreateCommentInput,
) (*model.CreateCommentPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefPost, in.PostID)
	if err != nil {
		return nil, err
	}
	comment, problems, err := idempotently(ctx, r.idempotency, "createComment", in.IdempotencyKey, in,
		func(ctx context.Context) (*circleclient.Comment, error) {
			body, err := r.richText(ctx, in.Body, in.Attachments)
			if err != nil {
				return nil, err
			}
			return r.circle.Comments.Create(ctx, ref.ID, body)
		})
	if err != nil || len(problems) > 0 {
		ref = circleclient.Ref{}
	}
	return &model.CreateCommentPayload{
		PostPayload: model.PostPayload{PostRef: ref, UserErrors: problems},
		Comment:     comment,
	}, err
}

func (r *Resolver) createReply(ctx context.Context, in model.CreateReplyInput) (*model.CreateReplyPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefComment, in.CommentID)
	if err != nil {
		return nil, err
	}
	reply, problems, err := idempotently(ctx, r.idempotency, "createReply", in.IdempotencyKey, in,
		func(ctx context.Context) (*circleclient.Comment, error) {
			body, err := r.richText(ctx, in.Body, in.Attachments)
			if err != nil {
				return nil, err
			}
			return r.circle.Comments.CreateReply(ctx, ref.ID, body)
		})
	payload := &model.CreateReplyPayload{CommentPayload: model.CommentPayload{UserErrors: problems}, Comment: reply}
	if reply != nil {
		payload.CommentRef = reply.NodeRef().Above()
	}
	return payload, err
}

func (r *Resolver) updateComment(
	ctx context.Context, in model.UpdateCommentInput,
) (*model.UpdateCommentPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefComment, in.CommentID)
	if err != nil {
		return nil, err
	}
	body, err := r.richText(ctx, in.Body, in.Attachments)
	var comment *circleclient.Comment
	switch {
	case err != nil:
	case ref.Parent != 0:
		comment, err = r.circle.Comments.UpdateReply(ctx, ref.Parent, ref.ID, body)
	default:
		comment, err = r.circle.Comments.Update(ctx, ref.Post, ref.ID, body)
	}
	problems, err := userErrors(err)
	return &model.UpdateCommentPayload{Comment: comment, UserErrors: problems}, err
}

func (r *Resolver) deleteComment(
	ctx context.Context, in model.DeleteCommentInput,
) (*model.DeleteCommentPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefComment, in.CommentID)
	if err != nil {
		return nil, err
	}
	if ref.Parent != 0 {
		err = r.circle.Comments.DeleteReply(ctx, ref.Parent, ref.ID)
	} else {
		err = r.circle.Comments.Delete(ctx, ref.Post, ref.ID)
	}
	problems, err := userErrors(err)
	if err != nil || len(problems) > 0 {
		return &model.DeleteCommentPayload{UserErrors: problems}, err
	}
	return &model.DeleteCommentPayload{
		CommentRef: ref, DeletedCommentID: refUnless(problems, ref),
		UserErrors: problems,
	}, nil
}

// changeComment carries out a change to a comment that Circle answers without the comment.
func changeComment(id string, change func(commentID int64) error) (model.CommentPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefComment, id)
	if err != nil {
		return model.CommentPayload{}, err
	}
	problems, err := userErrors(change(ref.ID))
	if err != nil || len(problems) > 0 {
		ref = circleclient.Ref{}
	}
	return model.CommentPayload{CommentRef: ref, UserErrors: problems}, err
}

// commentAddress is the address of a comment: as Circle sent it, else its place on the page of its post.
func commentAddress(ctx context.Context, c *circleclient.Comment) (*string, error) {
	if c.ShowURL != nil {
		return c.ShowURL, nil
	}
	post, err := loadPost(ctx, c.NodeRef().OfPost())
	if err != nil {
		return nil, err
	}
	page := post.Record().URL
	if page == "" {
		return nil, nil //nolint:nilnil // a post without an address
	}
	page, _, _ = strings.Cut(page, "#")
	return new(page + "#comment_wrapper_" + strconv.FormatInt(c.ID, 10)), nil
}

// commentRef reads how a comment is named: by `by`, or in the old way by `id`.
func commentRef(by *model.CommentBy, id *string) (circleclient.Ref, error) {
	if err := eitherWay(by != nil, id != nil, "id"); err != nil {
		return circleclient.Ref{}, err
	}
	if by == nil {
		by = &model.CommentBy{ID: id}
	}
	if by.ID != nil {
		return scalar.ParseRefOf(circleclient.RefComment, *by.ID)
	}
	numbers, err := scalar.ParseCircleIDs([]string{by.CircleID.Space, by.CircleID.Post, by.CircleID.Comment})
	if err != nil {
		return circleclient.Ref{}, err
	}
	ref := circleclient.Ref{Type: circleclient.RefComment, Space: numbers[0], Post: numbers[1], ID: numbers[2]}
	if by.CircleID.Parent != nil {
		ref.Parent, err = scalar.ParseCircleID(*by.CircleID.Parent)
	}
	return ref, err
}

// eitherWay demands that a thing is named in exactly one way: by the argument `by` or by the older one.
func eitherWay(by, old bool, name string) error {
	if by != old {
		return nil
	}
	return &scalar.InputError{Message: "Give `by`, or the older `" + name + "`: exactly one of both."}
}
