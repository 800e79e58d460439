package graph

import (
	"cmp"
	"context"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
)

// loadPost reads a post, together with the other posts of its space, unless a list has had what is selected of it.
func loadPost(ctx context.Context, ref circleclient.Ref) (model.Post, error) {
	record, err := loaders.From(ctx).Post.LoadPart(ctx, ref, paging.Parts(ctx))
	if err != nil {
		return nil, err
	}
	return model.NewPost(record), nil
}

// changedPost is the post in a payload; null if the change was refused.
func changedPost(ctx context.Context, ref circleclient.Ref) (model.Post, error) {
	if ref.IsZero() {
		return nil, nil //nolint:nilnil // the payload's userErrors say why
	}
	return loadPost(ctx, ref)
}

// postBy finds a post. Circle's paths take numbers and slugs alike.
func (r *Resolver) postBy(ctx context.Context, by model.PostBy) (model.Post, error) {
	switch {
	case by.ID != nil:
		ref, err := scalar.ParseRefOf(circleclient.RefPost, *by.ID)
		if err != nil {
			return nil, err
		}
		return loadPost(ctx, ref)
	case by.CircleID != nil:
		spaceID, err := scalar.ParseCircleID(by.CircleID.Space)
		if err != nil {
			return nil, err
		}
		postID, err := scalar.ParseCircleID(by.CircleID.Post)
		if err != nil {
			return nil, err
		}
		return loadPost(ctx, circleclient.PostRef(spaceID, postID))
	}
	if by.Slug == nil || by.Slug.Space == "" || by.Slug.Post == "" {
		return nil, &scalar.InputError{Message: "`slug` needs the slugs of the space and of the post."}
	}
	space, post := circleclient.SpaceKey{Slug: by.Slug.Space}, circleclient.PostKey{Slug: by.Slug.Post}
	if record, ok := r.circle.Posts.Listed(ctx, space, post, paging.Parts(ctx)); ok {
		return model.NewPost(record), nil
	}
	record, err := r.circle.Posts.Get(ctx, space, post)
	if err != nil {
		return nil, err
	}
	return model.NewPost(record), nil
}

// spacePosts pages through the posts of a space.
func (r *Resolver) spacePosts(
	ctx context.Context, s *circleclient.Space, filter *model.SpacePostsFilter, orderBy *string, first int, after *string,
) (*model.PostConnection, error) {
	if s.Carries(circleclient.SpaceDetails) {
		loaders.From(ctx).Space.Prime(s.ID, s) // for what the viewer may do with the posts
	}
	opts := circleclient.SpacePostOptions{Sort: deref(orderBy)}
	if filter != nil {
		topics, err := scalar.ParseCircleIDs(filter.TopicIds)
		if err != nil {
			return nil, err
		}
		opts.Status, opts.PastEvents, opts.Topics = deref(filter.Status), filter.PastEvents, topics
	}
	if s.IsHome() {
		return r.homePosts(ctx, filter, cmp.Or(opts.Sort, "latest"), first, after)
	}
	list, slugged := fingerprint(opts), loaders.From(ctx).SlugPosts
	isPlain := list == fingerprint(circleclient.SpacePostOptions{})
	return paging.Paginate(ctx, paging.Of("Space.posts", s.ID, list), first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.Post], error) {
			key := loaders.SlugPosts{Slug: s.Slug, First: o.PerPage}
			if isPlain && o.Page == 1 && slugged.Begun(key) {
				return slugged.Load(ctx, key)
			}
			opts.PageOptions = o
			return r.circle.Posts.ListInSpace(ctx, circleclient.SpaceKey{ID: s.ID}, opts)
		}, model.NewPost)
}

// homePosts is the home feed, which knows no filters.
func (r *Resolver) homePosts(
	ctx context.Context, filter *model.SpacePostsFilter, orderBy string, first int, after *string,
) (*model.PostConnection, error) {
	if filter != nil && (filter.Status != nil || filter.PastEvents != nil || len(filter.TopicIds) > 0) {
		return nil, &scalar.InputError{Message: "The posts of the home space cannot be filtered: they come from all spaces."}
	}
	return paging.Paginate(ctx, paging.Of("homeFeed", orderBy), first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.Post], error) {
			return r.circle.Posts.Home(ctx, circleclient.PostListOptions{PageOptions: o, Sort: orderBy})
		}, model.NewPost)
}

func (r *Resolver) createPost(ctx context.Context, in model.CreatePostInput) (*model.CreatePostPayload, error) {
	space, err := scalar.ParseRefOf(circleclient.RefSpace, in.SpaceID)
	if err != nil {
		return nil, err
	}
	topics, err := scalar.ParseCircleIDs(in.TopicIds)
	if err != nil {
		return nil, err
	}
	record, problems, err := idempotently(ctx, r.idempotency, "createPost", in.IdempotencyKey, in,
		func(ctx context.Context) (*circleclient.Post, error) {
			body, err := r.richText(ctx, in.Body, in.Attachments)
			if err != nil {
				return nil, err
			}
			return r.circle.Posts.Create(ctx, space.ID, circleclient.CreatePostRequest{
				Name: deref(in.Title), Slug: deref(in.Slug), Body: body, CoverImage: deref(in.CoverImage), Topics: topics,
				IsCommentsEnabled: in.IsCommentsEnabled, IsLikingEnabled: in.IsLikingEnabled,
			})
		})
	return &model.CreatePostPayload{Post: model.NewPost(record), UserErrors: problems}, err
}

func (r *Resolver) createImagePost(
	ctx context.Context, in model.CreateImagePostInput,
) (*model.CreateImagePostPayload, error) {
	space, err := scalar.ParseRefOf(circleclient.RefSpace, in.SpaceID)
	if err != nil {
		return nil, err
	}
	if len(in.Images) == 0 {
		return &model.CreateImagePostPayload{UserErrors: refused(model.UserErrorCodeInvalid,
			"A post of pictures needs at least one picture.", "images")}, nil
	}
	record, problems, err := idempotently(ctx, r.idempotency, "createImagePost", in.IdempotencyKey, in,
		func(ctx context.Context) (*circleclient.Post, error) {
			body, err := r.optionalText(ctx, in.Body)
			if err != nil {
				return nil, err
			}
			req := circleclient.CreateImagePostRequest{
				Slug: deref(in.Slug), Body: body, IsCommentsEnabled: in.IsCommentsEnabled, IsLikingEnabled: in.IsLikingEnabled,
			}
			for _, i := range in.Images {
				req.Images = append(req.Images, circleclient.ImageUpload{
					SignedID: i.SignedID, Width: deref(i.Width),
					Height: deref(i.Height),
				})
			}
			return r.circle.Posts.CreateImage(ctx, space.ID, req)
		})
	return &model.CreateImagePostPayload{Post: imagePost(record), UserErrors: problems}, err
}

func (r *Resolver) updateImagePost(
	ctx context.Context, in model.UpdateImagePostInput,
) (*model.UpdateImagePostPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefPost, in.PostID)
	if err != nil {
		return nil, err
	}
	body, err := r.optionalText(ctx, in.Body)
	if err != nil {
		problems, err := userErrors(err)
		return &model.UpdateImagePostPayload{UserErrors: problems}, err
	}
	req := circleclient.UpdateImagePostRequest{
		Slug: deref(in.Slug), Body: body, IsCommentsEnabled: in.IsCommentsEnabled, IsLikingEnabled: in.IsLikingEnabled,
	}
	for _, i := range in.AddImages {
		req.Images = append(req.Images, circleclient.ImageChange{Image: i.SignedID})
	}
	record, err := r.circle.Posts.UpdateImage(ctx, ref.Space, ref.ID, req)
	problems, err := userErrors(err)
	return &model.UpdateImagePostPayload{Post: imagePost(record), UserErrors: problems}, err
}

func imagePost(record *circleclient.Post) *model.ImagePost {
	if record == nil {
		return nil
	}
	return &model.ImagePost{PostBase: model.PostBase{Post: record}}
}

// changePost carries out a change to a post that Circle answers without the post.
func changePost(id string, change func(postID int64) error) (model.PostPayload, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefPost, id)
	if err != nil {
		return model.PostPayload{}, err
	}
	problems, err := userErrors(change(ref.ID))
	if err != nil || len(problems) > 0 {
		ref = circleclient.Ref{}
	}
	return model.PostPayload{PostRef: ref, UserErrors: problems}, err
}

// unfollow ends the viewer's following, by its own number if that is known.
func (r *Resolver) unfollow(ctx context.Context, postID int64, follower *string) error {
	if follower == nil {
		return r.circle.Posts.Unfollow(ctx, postID)
	}
	followerID, err := scalar.ParseCircleID(*follower)
	if err != nil {
		return err
	}
	return r.circle.Posts.UnfollowByID(ctx, postID, followerID)
}

func (r *Resolver) reportContent(
	ctx context.Context, in model.ReportContentInput,
) (*model.ReportContentPayload, error) {
	ref, err := scalar.ParseRef(in.SubjectID)
	if err != nil {
		return nil, err
	}
	reported := map[circleclient.RefType]string{
		circleclient.RefPost: "Post", circleclient.RefComment: "Comment", circleclient.RefChatMessage: "ChatRoomMessage",
	}[ref.Type]
	if reported == "" {
		return nil, &scalar.InputError{Message: "Only posts, comments and chat messages can be reported; this is the id " +
			"of a " + string(ref.Type) + "."}
	}
	done, problems, err := idempotently(ctx, r.idempotency, "reportContent", in.IdempotencyKey, in,
		func(ctx context.Context) (bool, error) {
			err := r.circle.Posts.Report(ctx, circleclient.ReportRequest{
				ID: ref.ID, Type: reported, Reason: in.Reason,
				Body: deref(in.Message),
			})
			return err == nil, err
		})
	return &model.ReportContentPayload{Reported: done, UserErrors: problems}, err
}
