package sandbox

import "fmt"

// commentRecord is which operation shows a comment; each leaves out other fields.
type commentRecord int

const (
	commentInList   commentRecord = iota // of a post; also as just created, and a reply read by itself
	commentAlone                         // read by itself
	commentChanged                       // after an update
	commentEmbedded                      // a reply inside its parent, or in the list of a member's comments
	commentOfMember                      // in the list of a member's comments, when it is no reply
	replyInList                          // of a comment's replies
	replyChanged                         // after an update
)

// commentShape is what a record has beyond the fields that all of them have.
type commentShape struct{ author, replies, policies, flags, address bool }

func (r commentRecord) shape() commentShape {
	switch r {
	case commentAlone:
		return commentShape{author: true, replies: true, policies: true, flags: true}
	case commentChanged:
		return commentShape{author: true, replies: true, policies: true, flags: true, address: true}
	case commentEmbedded:
		return commentShape{author: true, flags: true}
	case commentOfMember:
		return commentShape{author: true, replies: true}
	case replyInList:
		return commentShape{replies: true, policies: true, flags: true}
	case replyChanged:
		return commentShape{author: true, policies: true, flags: true, address: true}
	}
	return commentShape{author: true, replies: true, policies: true}
}

// commentJSON is a comment; the embedded pointers are what some operations leave out altogether.
type commentJSON struct {
	ID         int64  `json:"id"`
	UserID     int64  `json:"user_id"`
	PostID     int64  `json:"post_id"`
	LikesCount int    `json:"user_likes_count"`
	CreatedAt  stamp  `json:"created_at"`
	UpdatedAt  stamp  `json:"updated_at"`
	ParentID   *int64 `json:"parent_comment_id"`
	Replies    int    `json:"replies_count"`
	RemovedAt  *stamp `json:"removed_at"`
	MemberID   int64  `json:"community_member_id"`
	TopicID    int64  `json:"topic_id"`
	SpaceID    int64  `json:"space_id"`
	PostName   string `json:"post_name"`
	contentJSON
	BodyText   string `json:"body_text"`
	IsLiked    bool   `json:"is_liked"`
	BookmarkID *int64 `json:"bookmark_id"`
	*flagFields
	Author    *author        `json:"author,omitempty"`
	Policies  *commentPolicy `json:"policies,omitempty"`
	ReplyList []commentJSON  `json:"replies,omitzero"`
	ShowURL   string         `json:"show_url,omitempty"`
}

type commentPolicy struct {
	Bookmark bool `json:"can_bookmark"`
	Destroy  bool `json:"can_destroy"`
	Edit     bool `json:"can_edit"`
	Report   bool `json:"can_report"`
	Manage   bool `json:"can_manage"`
}

func (s *Sandbox) commentView(q *request, c *comment, record commentRecord) commentJSON {
	shape := record.shape()
	p, by, replies := s.store.postByID[c.postID], s.store.memberByID[c.authorID], s.store.repliesOf(c)
	v := commentJSON{
		ID: c.id, UserID: by.userID, PostID: p.id, LikesCount: len(c.likes), CreatedAt: stamp(c.createdAt),
		UpdatedAt: stamp(c.updatedAt), ParentID: idOrNull(c.parentID), Replies: len(replies), MemberID: by.id,
		TopicID: p.id, SpaceID: p.spaceID, PostName: p.title(), contentJSON: c.content.view(),
		BodyText: c.content.text, IsLiked: liked(c.likes, q.member.id),
	}
	if b := s.store.bookmarkOf(q.member.id, "comment", c.id); b != nil {
		v.BookmarkID = &b.id
	}
	if shape.author {
		v.Author = new(s.authorView(by))
	}
	if shape.replies {
		v.ReplyList = []commentJSON{}
		for _, r := range replies {
			reply := s.commentView(q, r, commentEmbedded)
			if record == commentOfMember {
				reply.flagFields = nil
			}
			v.ReplyList = append(v.ReplyList, reply)
		}
	}
	if shape.policies {
		may := canManage(q.member, c.authorID)
		v.Policies = &commentPolicy{true, may, may, c.authorID != q.member.id, q.member.staff()}
	}
	if shape.flags {
		v.flagFields = flagView(c.flags)
	}
	if shape.address {
		v.ShowURL = s.commentURL(c)
	}
	return v
}

// memberCommentView is a comment in the list of a member's comments. Comments and replies look different there.
func (s *Sandbox) memberCommentView(q *request, c *comment) commentJSON {
	if c.parentID != 0 {
		return s.commentView(q, c, commentEmbedded)
	}
	return s.commentView(q, c, commentOfMember)
}

func (s *Sandbox) commentURL(c *comment) string {
	return fmt.Sprintf("%s#comment_wrapper_%d", s.postURL(s.store.postByID[c.postID]), c.id)
}
