package circleclient

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"circlegraph/circleclient/lenient"
	"circlegraph/circleclient/richtext"
)

// Comment is a comment on a post, or a reply to one. One type holds what all operations send; [Comment.Carries] tells
// which parts the operation that filled it never does.
type Comment struct {
	// Source is the operation that filled the record.
	Source Source `json:"-"`

	// ID is Circle's number of the comment.
	ID int64 `json:"id"`
	// PostID, SpaceID and PostName are the post it belongs to, the post's space and title.
	PostID   int64  `json:"post_id"`
	SpaceID  int64  `json:"space_id"`
	PostName string `json:"post_name"`
	// ParentCommentID is the comment it replies to; nil for a comment on the post itself.
	ParentCommentID *int64 `json:"parent_comment_id"`
	// CommunityMemberID is who wrote it.
	CommunityMemberID int64 `json:"community_member_id"`
	// UserID is the same person's number across communities.
	UserID int64 `json:"user_id"`

	// Editor is trix (HTML in Body) or tiptap (a document in TipTapBody). Read [Comment.RichText] instead of either.
	Editor string `json:"editor"`
	// Body is the text of the older editor; a placeholder where the newer one wrote it.
	Body lenient.Lazy[*richtext.PostBody] `json:"body"`
	// TipTapBody is the envelope around the document of the newer editor.
	TipTapBody json.RawMessage `json:"tiptap_body"`
	// BodyText is the text without markup and with its paragraphs glued together.
	BodyText string `json:"body_text"`

	// CreatedAt is when it was written.
	CreatedAt time.Time `json:"created_at"`
	// UpdatedAt is when it was changed last.
	UpdatedAt time.Time `json:"updated_at"`
	// RemovedAt is when it was removed, its place kept for its replies; nil as a rule.
	RemovedAt *time.Time `json:"removed_at"`
	// ShowURL is its address; sent by the two updates only.
	ShowURL *string `json:"show_url"`

	// LikesCount is the number of likes.
	LikesCount int `json:"user_likes_count"`
	// IsLiked reports whether the viewer likes it.
	IsLiked bool `json:"is_liked"`
	// RepliesCount is the number of replies.
	RepliesCount int `json:"replies_count"`
	// BookmarkID is the number of the viewer's bookmark; nil if there is none.
	BookmarkID *int64 `json:"bookmark_id"`

	// Author is who wrote it; nil if the author is gone, see [CommentAuthor].
	Author *Author `json:"author"`
	// Policies are what the viewer may do with it; see [CommentPolicies].
	Policies *CommentPermissions `json:"policies"`
	// Replies are replies to it, in unknown number and order; see [Comment.AllReplies].
	Replies lenient.Lazy[EmbeddedReplies] `json:"replies"`
}

// CommentPermissions are what the viewer may do with a comment.
type CommentPermissions struct {
	CanBookmark bool `json:"can_bookmark"`
	CanDestroy  bool `json:"can_destroy"`
	CanEdit     bool `json:"can_edit"`
	CanManage   bool `json:"can_manage"`
	CanReport   bool `json:"can_report"`
}

// Carries reports whether the record has the part, as what it has or as its absence.
func (c *Comment) Carries(part Part) bool {
	return part == CommentAuthor && c.Author != nil || part == CommentPolicies && c.Policies != nil ||
		c.Source.Carries(part)
}

// AllReplies returns Replies where they are all there are. Only then may they stand for the list of replies, and only
// where no order is asked for.
func (c *Comment) AllReplies() ([]*Comment, bool) {
	replies := c.Replies.Get()
	return replies, c.RepliesCount == 0 || len(replies) == c.RepliesCount
}

// RichText returns the text.
func (c *Comment) RichText() *richtext.Text {
	return richtext.New(richtext.Source{Envelope: c.TipTapBody, Body: c.Body, Plain: c.BodyText})
}

// MemberID returns the author's member number; it is there also where the author is left out.
func (c *Comment) MemberID() int64 {
	if c.CommunityMemberID == 0 && c.Author != nil {
		return c.Author.MemberID()
	}
	return c.CommunityMemberID
}

// StandsIn returns the space it stands in, whose members may like and reply to it.
func (c *Comment) StandsIn() int64 { return c.SpaceID }

// ParentID returns the comment it replies to, 0 for a comment on the post itself.
func (c *Comment) ParentID() int64 {
	if c.ParentCommentID == nil {
		return 0
	}
	return *c.ParentCommentID
}

func (c *Comment) setSource(source Source) { c.Source = source }

// EmbeddedReplies are the replies inside of a comment.
type EmbeddedReplies []*Comment

// UnmarshalJSON marks them as what they are.
func (r *EmbeddedReplies) UnmarshalJSON(data []byte) error {
	err := lenient.Decode(data, (*[]*Comment)(r))
	for _, reply := range *r {
		reply.setSource(SourceEmbeddedReply)
	}
	return err
}

// CommentsService reads and writes comments and replies, as the member whose token the context carries.
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

// Create comments on a post.
//
//circle:op POST /api/headless/v1/posts/{post_id}/comments
func (s *CommentsService) Create(ctx context.Context, postID int64, body *richtext.Document) (*Comment, error) {
	return s.write(ctx, http.MethodPost, member("/posts/{post_id}/comments", id(postID)), body, SourceCreateComment)
}

// Update changes a comment, whichever editor it was written with.
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

// Replies reads the replies to a comment. They come without their authors; 60 by default.
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

// UpdateReply changes a reply, whichever editor it was written with.
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

// Unlike takes a like back. Circle's answer for a comment that is not liked does not tell it from a comment that does
// not exist: both succeed.
//
//circle:op DELETE /api/headless/v1/comments/{comment_id}/user_likes
func (s *CommentsService) Unlike(ctx context.Context, commentID int64) error {
	err := exec(ctx, s.client, http.MethodDelete, member("/comments/{comment_id}/user_likes", id(commentID)), nil)
	return ignore(err, ErrConflict, ErrNotFound)
}

// commentBody is a comment to write. An update must send the form that the comment's editor keeps, which the caller may
// not know: it sends both, and Circle takes the one it needs. The wrapper is needed by each of the four writes.
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
