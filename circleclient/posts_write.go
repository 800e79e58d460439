package circleclient

import (
	"context"
	"net/http"

	"circlegraph/circleclient/richtext"
)

// CreatePostRequest is a post of text to write.
type CreatePostRequest struct {
	// Name is the title; empty for none.
	Name string
	// Slug is the name in its address; Circle makes one of the title if empty.
	Slug string
	// Body is the text; nil for none.
	Body *richtext.Document
	// CoverImage is the signed id of an uploaded cover picture.
	CoverImage string
	// IsCommentsEnabled and IsLikingEnabled allow comments and likes; the space's choice if nil.
	IsCommentsEnabled, IsLikingEnabled *bool
	// Topics are the numbers of its topics.
	Topics []int64
}

type createPostBody struct {
	SpaceID           int64              `json:"space_id"`
	Name              string             `json:"name,omitempty"`
	Slug              string             `json:"slug,omitempty"`
	CoverImage        string             `json:"cover_image,omitempty"`
	IsCommentsEnabled *bool              `json:"is_comments_enabled,omitempty"`
	IsLikingEnabled   *bool              `json:"is_liking_enabled,omitempty"`
	Topics            []int64            `json:"topics,omitempty"`
	TipTapBody        *richtext.Document `json:"tiptap_body,omitempty"`
}

// Create writes a post of text.
//
//circle:op POST /api/headless/v1/spaces/{space_id}/posts
func (s *PostsService) Create(ctx context.Context, spaceID int64, r CreatePostRequest) (*Post, error) {
	p, err := write[Post](ctx, s.client, http.MethodPost, member("/spaces/{space_id}/posts", id(spaceID)), createPostBody{
		SpaceID: spaceID, Name: r.Name, Slug: r.Slug, CoverImage: r.CoverImage, IsCommentsEnabled: r.IsCommentsEnabled,
		IsLikingEnabled: r.IsLikingEnabled, Topics: r.Topics, TipTapBody: r.Body,
	})
	return filled(p, err, SourceCreatePost)
}

// CreateImagePostRequest is a post of pictures to write.
type CreateImagePostRequest struct {
	// Slug is the name in its address; Circle makes one of the text if empty.
	Slug string
	// Body is the text; nil for none.
	Body *richtext.Document
	// IsCommentsEnabled and IsLikingEnabled allow comments and likes; the space's choice if nil.
	IsCommentsEnabled, IsLikingEnabled *bool
	// Images are the pictures in their order.
	Images []ImageUpload
}

// ImageUpload is an uploaded picture.
type ImageUpload struct {
	// SignedID is the signed id of the upload.
	SignedID string `json:"signed_id"`
	// Width and Height are in pixels, 0 if unknown.
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
}

// UpdateImagePostRequest changes a post of pictures. What is empty or nil stays as it is.
type UpdateImagePostRequest struct {
	// Slug is the name in its address.
	Slug string
	// Body is the new text.
	Body *richtext.Document
	// IsCommentsEnabled and IsLikingEnabled allow comments and likes.
	IsCommentsEnabled, IsLikingEnabled *bool
	// Images are pictures to add or to replace.
	Images []ImageChange
}

// ImageChange adds a picture to a gallery, or changes the one with the given number.
type ImageChange struct {
	// ID is the number of a picture of the gallery; 0 adds one.
	ID int64 `json:"id,omitempty"`
	// Image is the signed id of the upload; empty leaves the picture as it is.
	Image string `json:"image,omitempty"`
	// Position is the place in the gallery; Circle's choice if nil.
	Position *int `json:"position,omitempty"`
}

type imagePostBody[T any] struct {
	SpaceID           int64                 `json:"space_id,omitempty"`
	Slug              string                `json:"slug,omitempty"`
	IsCommentsEnabled *bool                 `json:"is_comments_enabled,omitempty"`
	IsLikingEnabled   *bool                 `json:"is_liking_enabled,omitempty"`
	TipTapBody        *richtext.Document    `json:"tiptap_body,omitempty"`
	Gallery           *galleryAttributes[T] `json:"gallery_attributes,omitempty"`
}

type galleryAttributes[T any] struct {
	Images []T `json:"images_attributes"`
}

func gallery[T any](images []T) *galleryAttributes[T] {
	if len(images) == 0 {
		return nil
	}
	return &galleryAttributes[T]{images}
}

// CreateImage writes a post of pictures.
//
//circle:op POST /api/headless/v1/spaces/{space_id}/images/posts
func (s *PostsService) CreateImage(ctx context.Context, spaceID int64, r CreateImagePostRequest) (*Post, error) {
	body := imagePostBody[ImageUpload]{
		SpaceID: spaceID, Slug: r.Slug, IsCommentsEnabled: r.IsCommentsEnabled, IsLikingEnabled: r.IsLikingEnabled,
		TipTapBody: r.Body, Gallery: gallery(r.Images),
	}
	p, err := write[Post](ctx, s.client, http.MethodPost, member("/spaces/{space_id}/images/posts", id(spaceID)), body)
	return filled(p, err, SourceCreateImagePost)
}

// UpdateImage changes a post of pictures. Posts of other kinds cannot be changed.
//
//circle:op PUT /api/headless/v1/spaces/{space_id}/images/posts/{id}
func (s *PostsService) UpdateImage(
	ctx context.Context, spaceID, postID int64, r UpdateImagePostRequest,
) (*Post, error) {
	body := imagePostBody[ImageChange]{
		SpaceID: spaceID, Slug: r.Slug, IsCommentsEnabled: r.IsCommentsEnabled, IsLikingEnabled: r.IsLikingEnabled,
		TipTapBody: r.Body, Gallery: gallery(r.Images),
	}
	path := member("/spaces/{space_id}/images/posts/{id}", id(spaceID), id(postID))
	p, err := write[Post](ctx, s.client, http.MethodPut, path, body)
	return filled(p, err, SourceUpdateImagePost)
}

// Likes reads the members who like a post.
//
//circle:op GET /api/headless/v1/posts/{post_id}/user_likes
func (s *PostsService) Likes(ctx context.Context, postID int64, o PageOptions) (*Page[*Liker], error) {
	return get[Page[*Liker]](ctx, s.client, member("/posts/{post_id}/user_likes", id(postID)), o.query())
}

// Like likes a post. Liking it twice succeeds.
//
//circle:op POST /api/headless/v1/posts/{post_id}/user_likes
func (s *PostsService) Like(ctx context.Context, postID int64) error {
	return ignore(exec(ctx, s.client, http.MethodPost, member("/posts/{post_id}/user_likes", id(postID)), nil),
		ErrConflict)
}

// Unlike removes a like. Circle answers the same for a post that is not liked and one that does not exist: both
// succeed.
//
//circle:op DELETE /api/headless/v1/posts/{post_id}/user_likes
func (s *PostsService) Unlike(ctx context.Context, postID int64) error {
	err := exec(ctx, s.client, http.MethodDelete, member("/posts/{post_id}/user_likes", id(postID)), nil)
	return ignore(err, ErrConflict, ErrNotFound)
}

// Follow has the viewer notified of new comments. Following twice succeeds.
//
//circle:op POST /api/headless/v1/posts/{post_id}/post_followers
func (s *PostsService) Follow(ctx context.Context, postID int64) error {
	return ignore(exec(ctx, s.client, http.MethodPost, member("/posts/{post_id}/post_followers", id(postID)), nil),
		ErrConflict)
}

// Unfollow ends [PostsService.Follow]. As with Unlike, a post that is not followed and one that does not exist both
// succeed.
//
//circle:op DELETE /api/headless/v1/posts/{post_id}/post_followers
func (s *PostsService) Unfollow(ctx context.Context, postID int64) error {
	err := exec(ctx, s.client, http.MethodDelete, member("/posts/{post_id}/post_followers", id(postID)), nil)
	return ignore(err, ErrConflict, ErrNotFound)
}

// UnfollowByID is [PostsService.Unfollow] by [Post.PostFollowerID].
//
//circle:op DELETE /api/headless/v1/posts/{post_id}/post_followers/{id}
func (s *PostsService) UnfollowByID(ctx context.Context, postID, followerID int64) error {
	path := member("/posts/{post_id}/post_followers/{id}", id(postID), id(followerID))
	return ignore(exec(ctx, s.client, http.MethodDelete, path, nil), ErrConflict, ErrNotFound)
}

// ReportRequest reports something to the admins.
type ReportRequest struct {
	// ID is the number of what is reported.
	ID int64
	// Type is Post, Comment, Connect::Connection or ChatRoomMessage.
	Type string
	// Reason is harassment, spam, incorrect_location, against_guidelines or other.
	Reason string
	// Body is a few words for the admins; empty for none.
	Body string
}

// Report reports something to the admins.
//
//circle:op POST /api/headless/v1/flagged_contents
func (s *PostsService) Report(ctx context.Context, r ReportRequest) error {
	// The contract requires all four fields, so empty ones are sent too.
	type flaggedContent struct {
		ID     int64  `json:"flagged_contentable_id"`
		Type   string `json:"flagged_contentable_type"`
		Reason string `json:"reported_reason_type"`
		Body   string `json:"reported_reason_body"`
	}
	body := struct {
		FlaggedContent flaggedContent `json:"flagged_content"`
	}{flaggedContent(r)}
	return exec(ctx, s.client, http.MethodPost, member("/flagged_contents"), body)
}
