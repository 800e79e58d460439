package graph

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
)

const linksOff = featureOff("Addresses cannot be resolved: this server does not know the address of the community's " +
	"pages.")

// resolveURL finds what an address of the community shows; null for every other address.
func (r *Resolver) resolveURL(ctx context.Context, address string) (model.Node, error) {
	if r.communityURL == nil {
		return nil, linksOff
	}
	u, err := url.Parse(address)
	if err != nil || !strings.EqualFold(u.Host, r.communityURL.Host) {
		return nil, nil //nolint:nilnil // an address of another site
	}
	switch link := circleclient.ParseLink(u); {
	case link.PostSlug != "":
		return r.linkedPost(ctx, link)
	case link.LessonID != 0:
		return linkedLesson(ctx, link)
	case link.SpaceSlug != "":
		return orNil(spaceNamed(ctx, link.SpaceSlug))
	case link.MemberUID != "":
		return orNil(r.memberOfUID(ctx, link.MemberUID))
	case link.MessageID != 0:
		return loadNode(ctx, circleclient.ChatMessageRef(link.RoomUUID, link.MessageID))
	case link.RoomUUID != "":
		return loadNode(ctx, circleclient.ChatRoomRef(link.RoomUUID))
	}
	return nil, nil //nolint:nilnil // a page that shows no single thing
}

// linkedPost is a post, or a comment on it.
func (r *Resolver) linkedPost(ctx context.Context, link circleclient.Link) (model.Node, error) {
	post, err := r.circle.Posts.Get(ctx, circleclient.SpaceKey{Slug: link.SpaceSlug},
		circleclient.PostKey{Slug: link.PostSlug})
	if err != nil {
		return nil, err
	}
	loaders.From(ctx).Post.Prime(post.NodeRef(), post)
	if link.CommentID == 0 {
		return model.NewPost(post), nil
	}
	comment, err := r.commentOfPost(ctx, post, link.CommentID)
	if err != nil || comment == nil {
		return model.NewPost(post), err
	}
	return comment, nil
}

// commentOfPost finds a comment or reply in the list of the post's comments, since its address does not tell which it
// is; nil if it is gone.
func (r *Resolver) commentOfPost(
	ctx context.Context, post *circleclient.Post, commentID int64,
) (*circleclient.Comment, error) {
	is := func(c *circleclient.Comment) bool { return c.ID == commentID }
	var found *circleclient.Comment // nil if it is gone
	err := paging.EachPage(func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.Comment], error) {
		page, err := r.circle.Comments.List(ctx, post.ID, circleclient.CommentListOptions{PageOptions: o})
		if err != nil {
			return nil, err
		}
		for _, c := range page.Records {
			all := append([]*circleclient.Comment{c}, c.Replies.Get()...)
			if i := slices.IndexFunc(all, is); i >= 0 {
				found = all[i]
				return nil, nil //nolint:nilnil // it ends here
			}
		}
		return page, nil
	})
	return found, err
}

func linkedLesson(ctx context.Context, link circleclient.Link) (model.Node, error) {
	course, err := spaceNamed(ctx, link.SpaceSlug)
	if err != nil {
		return nil, err
	}
	return orNil(loadLesson(ctx, circleclient.LessonRef(course.ID, link.LessonID)))
}

// memberOfUID walks the members, since Circle finds none by public uid.
func (r *Resolver) memberOfUID(ctx context.Context, uid string) (*model.Member, error) {
	req := circleclient.MemberSearchRequest{PerPage: circleclient.MaxPerPage}
	for number := range paging.MaxPages {
		if len(req.SearchAfter) == 0 {
			req.Page = number + 1
		}
		page, err := r.circle.Members.Search(ctx, req)
		if err != nil {
			return nil, err
		}
		is := func(m *circleclient.SearchedMember) bool { return m.PublicUID == uid }
		if i := slices.IndexFunc(page.Records, is); i >= 0 {
			return model.MemberOfSearch(page.Records[i]), nil
		}
		if !page.HasNextPage {
			break
		}
		req.Page, req.SearchAfter = 0, page.NextSearchAfter
	}
	return nil, &circleclient.Error{Kind: circleclient.ErrNotFound, Operation: "a member by public uid"}
}
