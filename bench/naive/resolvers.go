package naive

import (
	"context"
	"fmt"
)

// root is the root of the resolvers.
type root struct{ circle string }

// Query gives the resolver of the entry points.
func (r *root) Query() QueryResolver { return r }

// Post gives the resolver of posts.
func (r *root) Post() PostResolver { return posts{r} }

// Member gives the resolver of members.
func (r *root) Member() MemberResolver { return members{r} }

// Posts reads the feed.
func (r *root) Posts(ctx context.Context, first int) ([]*Post, error) {
	feed, err := get[page[*Post]](ctx, r.circle, fmt.Sprintf("/home?sort=popular&per_page=%d", first))
	if err != nil {
		return nil, err
	}
	return feed.Records, nil
}

type posts struct{ *root }

// Comments reads the comments of one post.
func (r posts) Comments(ctx context.Context, post *Post, first int) ([]*Comment, error) {
	comments, err := get[page[*Comment]](ctx, r.circle, fmt.Sprintf("/posts/%d/comments?per_page=%d", post.ID, first))
	if err != nil {
		return nil, err
	}
	return comments.Records, nil
}

type members struct{ *root }

// Bio reads the profile of one member.
func (r members) Bio(ctx context.Context, member *Member) (*string, error) {
	profile, err := get[Profile](ctx, r.circle, fmt.Sprintf("/community_members/%d/public_profile", member.ID))
	if err != nil {
		return nil, err
	}
	return profile.Bio, nil
}
