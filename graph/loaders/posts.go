package loaders

import (
	"context"

	"circlegraph/circleclient"
)

func isPost(r circleclient.Ref, p *circleclient.Post) bool { return p.ID == r.ID }

func spaceOf(r circleclient.Ref) int64 { return r.Space }

// post reads a single post, which Circle may show although the list hides it.
func (l *Loaders) post(ctx context.Context, r circleclient.Ref) (*circleclient.Post, error) {
	return l.Circle.Posts.Get(ctx, circleclient.SpaceKey{ID: r.Space}, circleclient.PostKey{ID: r.ID})
}

func (l *Loaders) listedPost(
	ctx context.Context, r circleclient.Ref, needs circleclient.Part,
) (*circleclient.Post, bool) {
	return l.Circle.Posts.Listed(ctx, circleclient.SpaceKey{ID: r.Space}, circleclient.PostKey{ID: r.ID}, needs)
}

// posts reads posts of one space, past events too, which Circle hides otherwise.
func (l *Loaders) posts(ctx context.Context, refs []circleclient.Ref) ([]*circleclient.Post, error) {
	opts := circleclient.SpacePostOptions{PostIDs: make([]int64, len(refs)), PastEvents: new(true)}
	for i, r := range refs {
		opts.PostIDs[i] = r.ID
	}
	page, err := l.Circle.Posts.ListInSpace(ctx, circleclient.SpaceKey{ID: refs[0].Space}, opts)
	return records(page), err
}

// SlugPosts is the first page of the posts of a space, and its size.
type SlugPosts struct {
	Slug  string
	First int
}

func (l *Loaders) slugPosts(ctx context.Context, p SlugPosts) (*circleclient.Page[*circleclient.Post], error) {
	return l.Circle.Posts.ListInSpace(ctx, circleclient.SpaceKey{Slug: p.Slug},
		circleclient.SpacePostOptions{PageOptions: circleclient.PageOptions{Page: 1, PerPage: p.First}})
}
