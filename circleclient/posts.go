package circleclient

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"circlegraph/circleclient/lenient"
	"circlegraph/circleclient/richtext"
)

// Post is a post of any kind: text, pictures or an event. One type holds what all operations send; [Post.Carries] says
// which parts its source sends. Every operation sends the fields that mention no part.
type Post struct {
	// Source is the operation that filled the record.
	Source Source `json:"-"`

	// ID is Circle's number of the post, unique in all spaces.
	ID int64 `json:"id"`
	// PostType is basic, image or event; see [PostType] and [Post.Kind].
	PostType string `json:"post_type"`
	// Status is published, draft or scheduled; see [PostType].
	Status string `json:"status"`
	// Name is the title as written; nil if it has none.
	Name *string `json:"name"`
	// DisplayTitle is the title to show; without a title it is made of the text or the space.
	DisplayTitle string `json:"display_title"`
	// Slug is its name in addresses.
	Slug string `json:"slug"`
	// URL is its address.
	URL string `json:"url"`
	// CoverImage is the address of the cover picture. It is documented, but in no official example.
	CoverImage *string `json:"cover_image"`

	// IsCommentsEnabled reports whether comments are allowed; see [Post.IsCommentable].
	IsCommentsEnabled bool `json:"is_comments_enabled"`
	// IsCommentsClosed reports whether no more comments are taken.
	IsCommentsClosed bool `json:"is_comments_closed"`
	// IsLikingEnabled reports whether likes are allowed.
	IsLikingEnabled bool `json:"is_liking_enabled"`
	// IsPinnedAtTopOfSpace reports whether it is pinned.
	IsPinnedAtTopOfSpace bool `json:"is_pinned_at_top_of_space"`
	// HideMetaInfo reports whether author and time are hidden.
	HideMetaInfo bool `json:"hide_meta_info"`

	// CommentsTotal is the number of comments, replies included; nil if Circle does not say.
	CommentsTotal *int `json:"comment_count"`
	// LikesTotal is the number of likes; nil if Circle does not say.
	LikesTotal *int `json:"user_likes_count"`
	// IsLiked reports whether the viewer likes it.
	IsLiked bool `json:"is_liked"`
	// BookmarkID is the number of the viewer's bookmark; nil if there is none.
	BookmarkID *int64 `json:"bookmark_id"`
	// PostFollowerID is the number for [PostsService.UnfollowByID]; nil if the viewer does not follow the post.
	PostFollowerID *int64 `json:"post_follower_id"`
	// TopicFollowerID is an older name of PostFollowerID.
	TopicFollowerID *int64 `json:"topic_follower_id"`
	// FirstLikedBy are the first few members who like it.
	FirstLikedBy lenient.Lazy[[]*Liker] `json:"first_liked_by"`

	// Body is the text of the older editor; a placeholder if the newer one wrote it.
	Body lenient.Lazy[*richtext.PostBody] `json:"body"`
	// TipTapBody is the envelope around the document of the newer editor.
	TipTapBody json.RawMessage `json:"tiptap_body"`
	// CustomHTML is HTML that admins put beside the text.
	CustomHTML *string `json:"custom_html"`
	// BodyPlainText is the text without markup, its paragraphs glued together.
	BodyPlainText string `json:"body_plain_text"`

	// CreatedAt is when it was written.
	CreatedAt time.Time `json:"created_at"`
	// UpdatedAt is when it was last changed.
	UpdatedAt time.Time `json:"updated_at"`

	// Space is its space, with only number, slug, name and emoji.
	Space *SpaceRef `json:"space"`
	// Author is who wrote it; nil if the author is gone.
	Author *Author `json:"author"`
	// Topics are the topics it has; see [PostTopics].
	Topics []*Topic `json:"topics"`
	// Policies are what the viewer may do with it; see [PostPolicies].
	Policies *PostPermissions `json:"policies"`

	// Gallery is the pictures of an image post; see [PostGallery].
	Gallery *Gallery `json:"gallery"`

	EventPart

	text *sharedText // made with the source
}

// PostPermissions are what the viewer may do with a post.
type PostPermissions struct {
	CanUpdate  bool `json:"can_update_post"`
	CanDestroy bool `json:"can_destroy_post"`
	CanReport  bool `json:"can_report_post"`
	CanManage  bool `json:"can_manage_post"`
}

// Gallery is the pictures of an image post.
type Gallery struct {
	// DownloadableImages reports whether members may download the originals.
	DownloadableImages bool `json:"downloadable_images"`
	// Images are the pictures in their order.
	Images []*GalleryImage `json:"images"`
}

// GalleryImage is a picture of a gallery.
type GalleryImage struct {
	// ID is Circle's number of the picture.
	ID int64 `json:"id"`
	// URL is the picture at the size for screens.
	URL string `json:"url"`
	// OriginalURL is the picture as uploaded; nil if it is not shared.
	OriginalURL *string `json:"original_url"`
	// Filename is the name of the uploaded file.
	Filename *string `json:"filename"`
	// Width and Height are in pixels.
	Width  *int `json:"width"`
	Height *int `json:"height"`
}

// PostKind is what a post is.
type PostKind string

// The kinds of posts.
const (
	KindBasic PostKind = "basic"
	KindImage PostKind = "image"
	KindEvent PostKind = "event"
)

// Kind returns what the post is: by what it carries, since not every operation sends a type, then by its post_type.
func (p *Post) Kind() PostKind {
	switch {
	case p.EventSettings != nil, p.Source == SourceCommunityEvents:
		return KindEvent
	case p.Gallery != nil:
		return KindImage
	case p.PostType == string(KindEvent), p.PostType == string(KindImage):
		return PostKind(p.PostType)
	}
	return KindBasic
}

// Carries reports whether the record has the part, or shows that there is none. If not, the part is unknown until the
// post is read again, by [PostsService.ListInSpace] with its number or [PostsService.Get].
func (p *Post) Carries(part Part) bool {
	switch {
	case part == PostPolicies && p.Policies != nil, part == PostTopics && p.Topics != nil,
		part == PostGallery && (p.Gallery != nil || p.isOther(KindImage)),
		part == PostEvent && (p.EventSettings != nil || p.isOther(KindEvent)),
		part == PostType && p.Status != "":
		return true
	}
	return p.Source.Carries(part)
}

// isOther reports whether the post is known to be of another kind.
func (p *Post) isOther(kind PostKind) bool { return p.PostType != "" && p.Kind() != kind }

func (p *Post) setSource(source Source) { p.Source, p.text = source, new(sharedText) }

// Cover returns the cover picture; nil if there is none, or Circle does not say.
func (p *Post) Cover() *richtext.Attachment { return richtext.Picture(p.CoverImage) }

// RichText returns the text.
func (p *Post) RichText() *richtext.Text {
	return p.text.of(func() *richtext.Text {
		return richtext.New(richtext.Source{
			Envelope: p.TipTapBody, CustomHTML: p.CustomHTML, Body: p.Body, Plain: p.BodyPlainText,
		})
	})
}

// MemberID returns the author's member number; 0 if the author is gone.
func (p *Post) MemberID() int64 {
	if p.Author == nil {
		return 0
	}
	return p.Author.MemberID()
}

// CommentsCount is CommentsTotal, or 0.
func (p *Post) CommentsCount() int { return orZero(p.CommentsTotal) }

// LikesCount is LikesTotal, or 0.
func (p *Post) LikesCount() int { return orZero(p.LikesTotal) }

// StandsIn returns its space, whose members may like and comment on it.
func (p *Post) StandsIn() int64 { return p.NodeRef().Space }

// IsCommentable reports whether comments are allowed and not closed.
func (p *Post) IsCommentable() bool { return p.IsCommentsEnabled && !p.IsCommentsClosed }

// FollowerID is PostFollowerID under either of its names.
func (p *Post) FollowerID() *int64 { return cmp.Or(p.PostFollowerID, p.TopicFollowerID) }

// IsFollowedByViewer reports whether the viewer is notified of new comments.
func (p *Post) IsFollowedByViewer() bool { return p.FollowerID() != nil }

// SpaceKey names a space in a path: by its number, or by its slug if the number is 0.
type SpaceKey struct {
	ID   int64
	Slug string
}

// PostKey names a post in a path: by its number, or by its slug if the number is 0.
type PostKey struct {
	ID   int64
	Slug string
}

func (k SpaceKey) arg() pathArg { return idOrSlug(k.ID, k.Slug) }
func (k PostKey) arg() pathArg  { return idOrSlug(k.ID, k.Slug) }

func idOrSlug(number int64, name string) pathArg {
	if number != 0 || name == "" {
		return id(number)
	}
	return slug(name)
}

// PostsService reads and writes posts, as the member whose token is in the context.
type PostsService struct{ client *Client }

// PostListOptions choose a page of the home feed.
type PostListOptions struct {
	PageOptions
	// Sort is latest, popular, oldest, likes, alphabetical or new_activity; Circle's choice if empty.
	Sort string
}

// SpacePostOptions choose posts of a space.
type SpacePostOptions struct {
	PageOptions
	// Sort is as in [PostListOptions]. The contract leaves out latest; the live API takes it.
	Sort string
	// Status is published or draft; both if empty.
	Status string
	// PastEvents lists past events of an event space instead of future ones.
	PastEvents *bool
	// Topics lists only posts that have one of these.
	Topics []int64
	// PostIDs lists only these, at most [MaxPerPage]. If PerPage is 0 it becomes their number, since they are paged like
	// any list. Past events are missing unless PastEvents is true.
	PostIDs []int64
}

// Home reads the viewer's home feed. It is [ErrFeatureDisabled] if the community or the member has none.
//
//circle:op GET /api/headless/v1/home
func (s *PostsService) Home(ctx context.Context, o PostListOptions) (*Page[*Post], error) {
	page, err := get[Page[*Post]](ctx, s.client, member("/home"), o.query().str("sort", o.Sort))
	return filledBy(page, err, SourceHome)
}

// ListInSpace reads posts of a space.
//
//circle:op GET /api/headless/v1/spaces/{space_id}/posts
func (s *PostsService) ListInSpace(ctx context.Context, space SpaceKey, o SpacePostOptions) (*Page[*Post], error) {
	if o.PerPage == 0 {
		o.PerPage = len(o.PostIDs)
	}
	q := o.query().str("sort", o.Sort).str("status", o.Status).flag("past_events", o.PastEvents).
		nums("topics", o.Topics).list("post_ids", o.PostIDs)
	page, err := get[Page[*Post]](ctx, s.client, member("/spaces/{space_id}/posts", space.arg()), q)
	if err == nil {
		for _, p := range page.Records {
			p.standIn(space)
		}
	}
	return filledBy(page, err, SourceSpacePosts)
}

// Get reads one post. Circle cannot read one without its space.
//
//circle:op GET /api/headless/v1/spaces/{space_id}/posts/{id}
func (s *PostsService) Get(ctx context.Context, space SpaceKey, post PostKey) (*Post, error) {
	p, err := get[Post](ctx, s.client, member("/spaces/{space_id}/posts/{id}", space.arg(), post.arg()), nil)
	if err == nil {
		p.standIn(space)
	}
	return filled(p, err, SourcePost)
}

// Listed returns a post as a list has carried it a moment ago, if that is remembered, carries all these parts and
// nothing has been written since; see [MemoConfig.Records]. It asks nobody.
func (s *PostsService) Listed(ctx context.Context, space SpaceKey, post PostKey, needs Part) (*Post, bool) {
	name := recordName{Ref: PostRef(space.ID, post.ID)}
	if post.ID == 0 {
		name = recordName{Ref: Ref{Type: RefPost}, space: space.Slug, slug: post.Slug}
	}
	return listed(ctx, s.client, name, func(r *row) (*Post, bool) {
		p := recordOf(r, new(Post))
		return p, carriesAll(p, needs&PostParts)
	})
}

// standIn notes the space that a post was read in, if Circle does not say it again.
func (p *Post) standIn(space SpaceKey) {
	if (p.Space == nil || p.Space.ID == 0) && space.ID != 0 {
		p.Space = &SpaceRef{ID: space.ID, Slug: space.Slug}
	}
}

// Delete deletes a post.
//
//circle:op DELETE /api/headless/v1/spaces/{space_id}/posts/{id}
func (s *PostsService) Delete(ctx context.Context, space SpaceKey, post PostKey) error {
	return exec(ctx, s.client, http.MethodDelete, member("/spaces/{space_id}/posts/{id}", space.arg(), post.arg()), nil)
}
