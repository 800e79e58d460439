package loaders

import (
	"context"
	"slices"

	"circlegraph/circleclient"
)

// posts reads posts of one space. A single post is read by itself; of several, one that does not come with the others
// is read by itself too, since the list hides what a single read may still show.
func posts(
	circle *circleclient.Client,
) func(context.Context, []circleclient.Ref) map[circleclient.Ref]Result[*circleclient.Post] {
	return func(ctx context.Context, refs []circleclient.Ref) map[circleclient.Ref]Result[*circleclient.Post] {
		results := make(map[circleclient.Ref]Result[*circleclient.Post], len(refs))
		if len(refs) > 1 {
			for chunk := range slices.Chunk(refs, circleclient.MaxPerPage) {
				readTogether(ctx, circle, chunk, results)
			}
		}
		alone(ctx, refs, results, func(ctx context.Context, ref circleclient.Ref) (*circleclient.Post, error) {
			return circle.Posts.Get(ctx, circleclient.SpaceKey{ID: ref.Space}, circleclient.PostKey{ID: ref.ID})
		})
		return results
	}
}

// readTogether reads up to a page of posts of one space in one request.
func readTogether(ctx context.Context, circle *circleclient.Client, refs []circleclient.Ref,
	results map[circleclient.Ref]Result[*circleclient.Post],
) {
	ids := make([]int64, len(refs))
	for i, r := range refs {
		ids[i] = r.ID
	}
	past := true // past events are hidden otherwise
	page, err := circle.Posts.ListInSpace(ctx, circleclient.SpaceKey{ID: refs[0].Space},
		circleclient.SpacePostOptions{PostIDs: ids, PastEvents: &past})
	if err != nil {
		for _, r := range refs {
			results[r] = Result[*circleclient.Post]{Err: err}
		}
		return
	}
	for _, p := range page.Records {
		results[circleclient.PostRef(refs[0].Space, p.ID)] = Result[*circleclient.Post]{Value: p}
	}
}
