package circleclient

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"circlegraph/circleclient/lenient"
	"circlegraph/circleclient/richtext"
)

// Comment is a comment on a post, or a reply to one. One type holds what all operations send; [Comment.Carries] says
// which parts its source sends.
type Comment struct {
	// Source is the operation that filled the record.
	Source Source `json:"-"`

	// ID is Circle's number of the comment.
	ID int64 `json:"id"`
	// PostID, SpaceID and PostName are its post, and the post's space and title.
	PostID   int64  `json:"post_id"`
	SpaceID  int64  `json:"space_id"`
	PostName string `json:"post_name"`
	// ParentCommentID is the comment it replies to; nil for a comment on the post itself.
	ParentCommentID *int64 `json:"parent_comment_id"`
	// CommunityMemberID is who wrote it.
	CommunityMemberID int64 `json:"community_member_id"`

	// Body is the text of the older editor; a placeholder if the newer one wrote it.
	Body lenient.Lazy[*richtext.PostBody] `json:"body"`
	// TipTapBody is the envelope around the document of the newer editor.
	TipTapBody json.RawMessage `json:"tiptap_body"`
	// BodyText is the text without markup, its paragraphs glued together.
	BodyText string `json:"body_text"`

	// CreatedAt is when it was written.
	CreatedAt time.Time `json:"created_at"`
	// UpdatedAt is when it was last changed.
	UpdatedAt time.Time `json:"updated_at"`
	// RemovedAt is when it was removed while its place is kept for its replies; usually nil.
	RemovedAt *time.Time `json:"removed_at"`
	// ShowURL is its address. Only the two updates send it.
	ShowURL *string `json:"show_url"`

	// LikesTotal is the number of likes; nil if Circle does not say.
	LikesTotal *int `json:"user_likes_count"`
	// IsLiked reports whether the viewer likes it.
	IsLiked bool `json:"is_liked"`
	// RepliesTotal is the number of replies; nil if Circle does not say.
	RepliesTotal *int `json:"replies_count"`
	// BookmarkID is the number of the viewer's bookmark; nil if there is none.
	BookmarkID *int64 `json:"bookmark_id"`

	// Author is who wrote it; nil if they are gone. See [CommentAuthor].
	Author *Author `json:"author"`
	// Policies are what the viewer may do with it; see [CommentPolicies].
	Policies *CommentPermissions `json:"policies"`
	// Replies are some replies, in no certain order; see [Comment.AllReplies].
	Replies lenient.Lazy[EmbeddedReplies] `json:"replies"`

	text *sharedText // made with the source
}

// CommentPermissions are what the viewer may do with a comment.
type CommentPermissions struct {
	CanBookmark bool `json:"can_bookmark"`
	CanDestroy  bool `json:"can_destroy"`
	CanEdit     bool `json:"can_edit"`
	CanReport   bool `json:"can_report"`
}

// Carries reports whether the record has the part, or shows that there is none.
func (c *Comment) Carries(part Part) bool {
	return part == CommentAuthor && c.Author != nil || part == CommentPolicies && c.Policies != nil ||
		c.Source.Carries(part)
}

// AllReplies returns Replies, and whether they are complete. Only then do they replace the list of replies, and only if
// no order is asked for.
func (c *Comment) AllReplies() ([]*Comment, bool) {
	replies := c.Replies.Get()
	return replies, c.RepliesTotal != nil && (*c.RepliesTotal == 0 || len(replies) == *c.RepliesTotal)
}

// RichText returns the text.
func (c *Comment) RichText() *richtext.Text {
	return c.text.of(func() *richtext.Text {
		return richtext.New(richtext.Source{Envelope: c.TipTapBody, Body: c.Body, Plain: c.BodyText})
	})
}

// MemberID returns the author's member number, also if the author is left out.
func (c *Comment) MemberID() int64 {
	if c.CommunityMemberID == 0 && c.Author != nil {
		return c.Author.MemberID()
	}
	return c.CommunityMemberID
}

// LikesCount is LikesTotal, or 0.
func (c *Comment) LikesCount() int { return orZero(c.LikesTotal) }

// RepliesCount is RepliesTotal, or 0.
func (c *Comment) RepliesCount() int { return orZero(c.RepliesTotal) }

// StandsIn returns its space, whose members may like and reply to it.
func (c *Comment) StandsIn() int64 { return c.SpaceID }

// ParentID returns the comment it replies to; 0 for a comment on the post itself.
func (c *Comment) ParentID() int64 {
	if c.ParentCommentID == nil {
		return 0
	}
	return *c.ParentCommentID
}

func (c *Comment) setSource(source Source) { c.Source, c.text = source, new(sharedText) }

// EmbeddedReplies are the replies in a comment.
type EmbeddedReplies []*Comment

// UnmarshalJSON sets their source.
func (r *EmbeddedReplies) UnmarshalJSON(data []byte) error {
	err := lenient.Decode(data, (*[]*Comment)(r))
	for _, reply := range *r {
		reply.setSource(SourceEmbeddedReply)
	}
	return err
}

// CommentsService reads and writes comments and replies, as the member whose token is in the context.
type CommentsService struct{ client *Client }

// CommentListOptions choose a page of comments or replies.
type CommentListOptions struct {
	PageOptions
	// Sort is oldest, latest, alphabetical, likes, latest_updated or oldest_updated; Circle's choice if empty.
	Sort string
}

// List reads the comments on a post, each with some of its replies; 60 by default.
//
//circle:op GET /api/headless/v1/posts/{post_id}/comments
func (s *CommentsService) List(ctx context.Context, postID int64, o CommentListOptions) (*Page[*Comment], error) {
	q := o.query().str("sort", o.Sort)
	page, err := get[Page[*Comment]](ctx, s.client, member("/posts/{post_id}/comments", id(postID)), q)
	return filledBy(page, err, SourceComments)
}

// Get reads one comment on a post.
//
//circle:op GET /api/headless/v1/posts/{post_id}/comments/{id}
func (s *CommentsService) Get(ctx context.Context, postID, commentID int64) (*Comment, error) {
	c, err := get[Comment](ctx, s.client, member("/posts/{post_id}/comments/{id}", id(postID), id(commentID)), nil)
	return filled(c, err, SourceComment)
}

// Listed returns a comment or reply as [PostsService.Listed] returns a post.
func (s *CommentsService) Listed(ctx context.Context, ref Ref, needs Part) (*Comment, bool) {
	return listed(ctx, s.client, recordName{Ref: ref}, func(r *row) (*Comment, bool) {
		c := recordOf(r, new(Comment))
		return c, carriesAll(c, needs&commentParts)
	})
}

// Create comments on a post.
//
//circle:op POST /api/headless/v1/posts/{post_id}/comments
func (s *CommentsService) Create(ctx context.Context, postID int64, body *richtext.Document) (*Comment, error) {
	return s.write(ctx, http.MethodPost, member("/posts/{post_id}/comments", id(postID)), body, SourceCreateComment)
}

// Update changes a comment of either editor.
//
//circle:op PATCH /api/headless/v1/posts/{post_id}/comments/{id}
func (s *CommentsService) Update(
	ctx context.Context, postID, commentID int64, body *richtext.Document,
) (*Comment, error) {
	path := member("/posts/{post_id}/comments/{id}", id(postID), id(commentID))
	return s.write(ctx, http.MethodPatch, path, body, SourceUpdateComment)
}

// Delete deletes a comment.
//
//circle:op DELETE /api/headless/v1/posts/{post_id}/comments/{id}
func (s *CommentsService) Delete(ctx context.Context, postID, commentID int64) error {
	path := member("/posts/{post_id}/comments/{id}", id(postID), id(commentID))
	return exec(ctx, s.client, http.MethodDelete, path, nil)
}

// Replies reads the replies to a comment, without their authors; 60 by default.
//
//circle:op GET /api/headless/v1/comments/{comment_id}/replies
func (s *CommentsService) Replies(ctx context.Context, commentID int64, o CommentListOptions) (*Page[*Comment], error) {
	q := o.query().str("sort", o.Sort)
	page, err := get[Page[*Comment]](ctx, s.client, member("/comments/{comment_id}/replies", id(commentID)), q)
	return filledBy(page, err, SourceReplies)
}

// GetReply reads one reply to a comment.
//
//circle:op GET /api/headless/v1/comments/{comment_id}/replies/{id}
func (s *CommentsService) GetReply(ctx context.Context, commentID, replyID int64) (*Comment, error) {
	c, err := get[Comment](ctx, s.client, member("/comments/{comment_id}/replies/{id}", id(commentID), id(replyID)), nil)
	return filled(c, err, SourceReply)
}

// CreateReply replies to a comment, or to a reply.
//
//circle:op POST /api/headless/v1/comments/{comment_id}/replies
func (s *CommentsService) CreateReply(ctx context.Context, commentID int64, body *richtext.Document) (*Comment, error) {
	return s.write(ctx, http.MethodPost, member("/comments/{comment_id}/replies", id(commentID)), body, SourceCreateReply)
}

// UpdateReply changes a reply of either editor.
//
//circle:op PATCH /api/headless/v1/comments/{comment_id}/replies/{id}
func (s *CommentsService) UpdateReply(
	ctx context.Context, commentID, replyID int64, body *richtext.Document,
) (*Comment, error) {
	path := member("/comments/{comment_id}/replies/{id}", id(commentID), id(replyID))
	return s.write(ctx, http.MethodPatch, path, body, SourceUpdateReply)
}

// DeleteReply deletes a reply.
//
//circle:op DELETE /api/headless/v1/comments/{comment_id}/replies/{id}
func (s *CommentsService) DeleteReply(ctx context.Context, commentID, replyID int64) error {
	path := member("/comments/{comment_id}/replies/{id}", id(commentID), id(replyID))
	return exec(ctx, s.client, http.MethodDelete, path, nil)
}

// Likes reads the members who like a comment or reply.
//
//circle:op GET /api/headless/v1/comments/{comment_id}/user_likes
func (s *CommentsService) Likes(ctx context.Context, commentID int64, o PageOptions) (*Page[*Liker], error) {
	return get[Page[*Liker]](ctx, s.client, member("/comments/{comment_id}/user_likes", id(commentID)), o.query())
}

// Like likes a comment or reply. Liking it twice succeeds.
//
//circle:op POST /api/headless/v1/comments/{comment_id}/user_likes
func (s *CommentsService) Like(ctx context.Context, commentID int64) error {
	err := exec(ctx, s.client, http.MethodPost, member("/comments/{comment_id}/user_likes", id(commentID)), nil)
	return ignore(err, ErrConflict)
}

// Unlike removes a like. Circle answers the same for a comment that is not liked and one that does not exist: both
// succeed.
//
//circle:op DELETE /api/headless/v1/comments/{comment_id}/user_likes
func (s *CommentsService) Unlike(ctx context.Context, commentID int64) error {
	err := exec(ctx, s.client, http.MethodDelete, member("/comments/{comment_id}/user_likes", id(commentID)), nil)
	return ignore(err, ErrConflict, ErrNotFound)
}

// commentBody is a comment to write. An update must have the form of the comment's editor, which the caller may not
// know, so it has both and Circle takes the one it needs. All four writes need the wrapper.
type commentBody struct {
	Comment struct {
		Body       string             `json:"body"`
		TipTapBody *richtext.Document `json:"tiptap_body"`
	} `json:"comment"`
}

func (s *CommentsService) write(
	ctx context.Context, method string, path route, text *richtext.Document, source Source,
) (*Comment, error) {
	if text == nil {
		return nil, &richtext.Error{Kind: richtext.ErrBlank}
	}
	var body commentBody
	body.Comment.Body, body.Comment.TipTapBody = text.HTML(), text
	c, err := write[Comment](ctx, s.client, method, path, body)
	return filled(c, err, source)
}
