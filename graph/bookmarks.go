package graph

import (
	"context"
	"errors"
	"strings"

	"circlegraph/circleclient"
	"circlegraph/circleclient/richtext"
	"circlegraph/graph/model"
	"circlegraph/graph/scalar"
)

func memberOfBookmark(b *circleclient.Bookmark) *model.Member {
	author := b.Author()
	if author == nil || author.MemberID() == 0 {
		return nil
	}
	return &model.Member{ID: author.MemberID(), Name: author.Name, AvatarURL: author.AvatarURL}
}

func spaceOfBookmark(b *circleclient.Bookmark) *circleclient.Space {
	if b.Space() == nil {
		return nil
	}
	return model.SpaceOfRef(b.Space())
}

// bookmarkedRef is what it takes to fetch the post that was put aside; the zero ref for anything else. A comment cannot
// be fetched from its bookmark, which says neither post nor parent.
func bookmarkedRef(b *circleclient.Bookmark) circleclient.Ref {
	if b.Type() != "post" || b.IsDeleted || b.Space() == nil {
		return circleclient.Ref{}
	}
	return circleclient.PostRef(b.Space().ID, b.RecordID)
}

// bookmarkedPost is the bookmarked post; null for anything else, and if it has been deleted or hidden since.
func bookmarkedPost(ctx context.Context, b *circleclient.Bookmark) (model.Post, error) {
	post, err := changedPost(ctx, bookmarkedRef(b))
	if isNotFound(err) || errors.Is(err, circleclient.ErrForbidden) {
		return nil, nil //nolint:nilnil // deleted or hidden since
	}
	return post, err
}

func (r *Resolver) createBookmark(
	ctx context.Context, in model.CreateBookmarkInput,
) (*model.CreateBookmarkPayload, error) {
	ref, err := scalar.ParseRef(in.SubjectID)
	if err != nil {
		return nil, err
	}
	if ref.Type != circleclient.RefPost && ref.Type != circleclient.RefComment {
		return nil, &scalar.InputError{Message: "Only posts and comments can be put aside; this is the id of a " +
			string(ref.Type) + "."}
	}
	bookmark, problems, err := idempotently(ctx, r.idempotency, "createBookmark", in.IdempotencyKey, in,
		func(ctx context.Context) (*circleclient.Bookmark, error) {
			return r.circle.Bookmarks.Create(ctx, ref.ID, strings.ToLower(string(ref.Type)))
		})
	return &model.CreateBookmarkPayload{Bookmark: bookmark, UserErrors: problems}, err
}

// deleteBookmark removes a bookmark. Circle does not find one that is gone already, which is what was wanted.
func (r *Resolver) deleteBookmark(ctx context.Context, bookmarkID int64) error {
	err := r.circle.Bookmarks.Delete(ctx, bookmarkID)
	if isNotFound(err) {
		return nil
	}
	return err
}

// memberOfMention is the member who was mentioned; nil for groups and for members who are gone.
func memberOfMention(m *richtext.Mention) *model.Member {
	if m.CommunityMemberID == 0 {
		return nil
	}
	return &model.Member{ID: m.CommunityMemberID, Name: m.Name, AvatarURL: m.AvatarURL}
}
