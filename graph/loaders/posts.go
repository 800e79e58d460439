package loaders

import (
	"context"
	"slices"
	"sync"

	"github.com/graph-gophers/dataloader/v7"

	"circlegraph/circleclient"
)

// posts makes the loader of posts: one request for all posts of a space, the spaces side by side.
func posts(ctx context.Context, circle *circleclient.Client) *dataloader.Loader[circleclient.Ref, *circleclient.Post] {
	return dataloader.NewBatchedLoader(func(_ context.Context, refs []circleclient.Ref) []*dataloader.Result[*circleclient.Post] {
		results := make([]*dataloader.Result[*circleclient.Post], len(refs))
		bySpace := map[int64][]int{}
		for i, r := range refs {
			bySpace[r.Space] = append(bySpace[r.Space], i)
		}
		var wait sync.WaitGroup
		for spaceID, places := range bySpace {
			wait.Go(func() {
				for i, result := range spacePosts(ctx, circle, spaceID, refs, places) {
					results[i] = result
				}
			})
		}
		wait.Wait()
		return results
	}, dataloader.WithWait[circleclient.Ref, *circleclient.Post](batchWait))
}

// spacePosts reads the posts at some places of refs, all of one space. A single post is read by itself; of several, one
// that does not come with the others is read by itself too: the list hides what a single read may still show.
func spacePosts(
	ctx context.Context, circle *circleclient.Client, spaceID int64, refs []circleclient.Ref, places []int,
) map[int]*dataloader.Result[*circleclient.Post] {
	results := make(map[int]*dataloader.Result[*circleclient.Post], len(places))
	found := map[int64]*circleclient.Post{}
	for chunk := range slices.Chunk(places, circleclient.MaxPerPage) {
		if len(places) == 1 {
			break // read by itself below
		}
		ids := make([]int64, len(chunk))
		for n, i := range chunk {
			ids[n] = refs[i].ID
		}
		past := true // past events are hidden otherwise
		page, err := circle.Posts.ListInSpace(ctx, circleclient.SpaceKey{ID: spaceID}, circleclient.SpacePostOptions{PostIDs: ids, PastEvents: &past})
		if err != nil {
			for _, i := range chunk {
				results[i] = &dataloader.Result[*circleclient.Post]{Error: err}
			}
			continue
		}
		for _, p := range page.Records {
			found[p.ID] = p
		}
	}
	var alone sync.WaitGroup
	for _, i := range places {
		if results[i] != nil {
			continue
		}
		result := &dataloader.Result[*circleclient.Post]{Data: found[refs[i].ID]}
		results[i] = result
		if result.Data == nil {
			alone.Go(func() {
				result.Data, result.Error = circle.Posts.Get(ctx, circleclient.SpaceKey{ID: spaceID}, circleclient.PostKey{ID: refs[i].ID})
			})
		}
	}
	alone.Wait()
	return results
}
