package sandbox

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

func (s *Sandbox) commentRoutes() []route {
	return []route{
		{"GET /posts/{post_id}/comments", found(s.postOfPath, s.listComments)},
		{"GET /posts/{post_id}/comments/{id}", found(s.commentOfPath, s.getComment)},
		{"POST /posts/{post_id}/comments", s.createComment},
		{"PATCH /posts/{post_id}/comments/{id}", found(s.commentOfPath, s.updateComment)},
		{"DELETE /posts/{post_id}/comments/{id}", found(s.commentOfPath, s.deleteComment)},
		{"GET /comments/{comment_id}/replies", found(s.openComment, s.listReplies)},
		{"GET /comments/{comment_id}/replies/{id}", found(s.replyOfPath, s.getReply)},
		{"POST /comments/{comment_id}/replies", found(s.openComment, s.createReply)},
		{"PATCH /comments/{comment_id}/replies/{id}", found(s.replyOfPath, s.updateReply)},
		{"DELETE /comments/{comment_id}/replies/{id}", found(s.replyOfPath, s.deleteReply)},
		{"GET /comments/{comment_id}/user_likes", found(s.openComment, s.listCommentLikes)},
		{"POST /comments/{comment_id}/user_likes", found(s.openComment, s.likeComment)},
		{"DELETE /comments/{comment_id}/user_likes", found(s.openComment, s.unlikeComment)},
	}
}

// defaultThreadPage is the default size of a page of comments or replies.
const defaultThreadPage = 60

func (s *Sandbox) listComments(q *request, p *post) answer {
	top := slices.DeleteFunc(slices.Clone(p.comments), func(c *comment) bool { return c.parentID != 0 })
	sortComments(top, q.param("sort"))
	view := func(c *comment) commentJSON { return s.commentView(q, c, commentInList) }
	return ok(listPage(q.paging(defaultThreadPage), top, view))
}

func (s *Sandbox) listReplies(q *request, c *comment) answer {
	replies := s.store.repliesOf(c)
	sortComments(replies, q.param("sort"))
	view := func(r *comment) commentJSON { return s.commentView(q, r, replyInList) }
	return ok(listPage(q.paging(defaultThreadPage), replies, view))
}

// sortComments orders the comments; oldest first is the default.
func sortComments(comments []*comment, sort string) {
	oldest := func(a, b *comment) int { return cmp.Or(a.createdAt.Compare(b.createdAt), cmp.Compare(a.id, b.id)) }
	first := oldest
	switch sort {
	case "latest":
		first = func(a, b *comment) int { return oldest(b, a) }
	case "alphabetical":
		first = func(a, b *comment) int {
			return cmp.Compare(strings.ToLower(a.content.text), strings.ToLower(b.content.text))
		}
	case "likes":
		first = func(a, b *comment) int { return cmp.Compare(len(b.likes), len(a.likes)) }
	case "latest_updated":
		first = func(a, b *comment) int { return b.updatedAt.Compare(a.updatedAt) }
	case "oldest_updated":
		first = func(a, b *comment) int { return a.updatedAt.Compare(b.updatedAt) }
	}
	slices.SortFunc(comments, func(a, b *comment) int { return cmp.Or(first(a, b), oldest(a, b)) })
}

// openComment finds the comment or reply of a path that names no post.
func (s *Sandbox) openComment(q *request) (*comment, answer) {
	c, _, refusal := s.readableComment(q, q.id("comment_id"))
	return c, refusal
}

// readableComment finds a comment that the member may read, and its post. One that they may not know of is missing.
func (s *Sandbox) readableComment(q *request, id int64) (*comment, *post, answer) {
	c := s.store.comments[id]
	if c == nil || !s.readable(q.member, s.store.postByID[c.postID]) {
		return nil, nil, missingRecord("comment")
	}
	p, refusal := s.openPost(q, c.postID)
	return c, p, refusal
}

// commentOfPath finds the comment on the path's post. Replies have paths of their own.
func (s *Sandbox) commentOfPath(q *request) (*comment, answer) {
	p, refusal := s.postOfPath(q)
	if refusal.status != 0 {
		return nil, refusal
	}
	c := s.store.comments[q.id("id")]
	if c == nil || c.postID != p.id || c.parentID != 0 {
		return nil, missingRecord("comment")
	}
	return c, answer{}
}

// replyOfPath finds the reply to the path's comment.
func (s *Sandbox) replyOfPath(q *request) (*comment, answer) {
	parent, refusal := s.openComment(q)
	if refusal.status != 0 {
		return nil, refusal
	}
	r := s.store.comments[q.id("id")]
	if r == nil || r.parentID != parent.id {
		return nil, missingRecord("comment")
	}
	return r, answer{}
}

func (s *Sandbox) getComment(q *request, c *comment) answer {
	return ok(s.commentView(q, c, commentAlone))
}

func (s *Sandbox) getReply(q *request, r *comment) answer {
	return ok(s.commentView(q, r, commentInList))
}

// commentInput is the text of a comment or reply, in the wrapper that all four writes need.
type commentInput struct {
	Comment *struct {
		Body     *string        `json:"body"`
		Document *documentInput `json:"tiptap_body"`
	} `json:"comment"`
}

func (s *Sandbox) commentInput(q *request) (commentInput, answer) {
	var in commentInput
	if refusal := q.decode(&in); refusal.status != 0 {
		return in, refusal
	}
	if in.Comment == nil || (in.Comment.Body == nil && in.Comment.Document == nil) {
		return in, missingParameter("comment")
	}
	return in, s.checkUploads(in.Comment.Document)
}

// body is the text in the form of the old editor.
func (in commentInput) body() string {
	if in.Comment.Body == nil {
		return ""
	}
	return *in.Comment.Body
}

// blankBody refuses an empty text.
func blankBody(message string) answer {
	return invalid(message, "body", "can't be blank")
}

func (s *Sandbox) createComment(q *request) answer { return s.addComment(q, q.id("post_id"), nil) }

// createReply also accepts a reply as its target: the new one then goes under the same comment.
func (s *Sandbox) createReply(q *request, target *comment) answer {
	return s.addComment(q, target.postID, target)
}

// addComment makes a comment on a post that takes comments, or a reply if there is a target.
func (s *Sandbox) addComment(q *request, postID int64, target *comment) answer {
	p, refusal := s.joinedPost(q, postID)
	switch {
	case refusal.status != 0:
		return refusal
	case !p.commentsEnabled || p.commentsClosed:
		return forbidden()
	}
	in, refusal := s.commentInput(q)
	if refusal.status != 0 {
		return refusal
	}
	c := &comment{
		postID: p.id, authorID: q.member.id, content: s.contentOf(in.body(), in.Comment.Document),
		createdAt: q.now, updatedAt: q.now,
	}
	if c.content.blank() {
		if target != nil {
			return blankBody("Failed to create reply!")
		}
		return blankBody("Failed to create comment!")
	}
	if target != nil {
		c.parentID = cmp.Or(target.parentID, target.id)
	}
	s.store.addComment(c)
	s.tellOfComment(p, c, target)
	return created(s.commentView(q, c, commentInList))
}

// tellOfComment notifies each member that a new comment concerns once, for the best reason: a mention, then an answer
// to them, then their post, then a post that they follow.
func (s *Sandbox) tellOfComment(p *post, c, target *comment) {
	told := map[int64]bool{}
	tell := func(memberID int64, action, display string) {
		if told[memberID] {
			return
		}
		told[memberID] = true
		n := s.commentNotification(p, c, memberID, c.authorID)
		n.action, n.displayAction = action, display
		s.notify(n)
	}
	for _, id := range c.content.mentioned() {
		tell(id, "mention", "mentioned you in a comment")
	}
	if target != nil {
		tell(target.authorID, "reply", "replied to your comment")
		tell(s.store.comments[c.parentID].authorID, "reply", "replied to your comment")
		return
	}
	tell(p.authorID, "add", "commented on your post")
	for _, f := range p.followers {
		// Circle has no translation for this one.
		tell(f.memberID, "add", "Translation missing: en.notification_actions.comment.add")
	}
}

// commentNotification is a notification about the comment, its action still open.
func (s *Sandbox) commentNotification(p *post, c *comment, memberID, actorID int64) notification {
	return notification{
		memberID: memberID, actorID: actorID, subjectKind: "Comment", subjectID: c.id, spaceID: p.spaceID,
		title: p.title(),
	}
}

func (s *Sandbox) updateComment(q *request, c *comment) answer {
	return s.changeComment(q, c, commentChanged, "Failed to update comment!")
}

func (s *Sandbox) updateReply(q *request, r *comment) answer {
	return s.changeComment(q, r, replyChanged, "Failed to update reply!")
}

// changeComment reads only the form of text that the comment's editor uses. A request with only the other form leaves
// the comment blank.
func (s *Sandbox) changeComment(q *request, c *comment, record commentRecord, failed string) answer {
	if !canManage(q.member, c.authorID) {
		return forbidden()
	}
	in, refusal := s.commentInput(q)
	if refusal.status != 0 {
		return refusal
	}
	changed := s.contentOf("", in.Comment.Document)
	if c.content.editor == editorTrix {
		changed = s.contentOf(in.body(), nil)
	}
	if changed.blank() {
		return blankBody(failed)
	}
	c.content, c.updatedAt = changed, q.now
	return ok(s.commentView(q, c, record))
}

func (s *Sandbox) deleteComment(q *request, c *comment) answer {
	return s.dropComment(q, c, "This comment has been removed from the post.")
}

func (s *Sandbox) deleteReply(q *request, r *comment) answer {
	return s.dropComment(q, r, "This reply has been removed from the comment.")
}

func (s *Sandbox) dropComment(q *request, c *comment, message string) answer {
	if !canManage(q.member, c.authorID) {
		return forbidden()
	}
	s.store.removeComment(c)
	return done(message)
}

func (s *Sandbox) listCommentLikes(q *request, c *comment) answer {
	return ok(listPage(q.paging(10), c.likes, s.likerView).withPageCount())
}

func (s *Sandbox) likeComment(q *request, c *comment) answer {
	p, refusal := s.joinedPost(q, c.postID)
	if refusal.status != 0 {
		return refusal
	}
	if liked(c.likes, q.member.id) {
		return failure(http.StatusBadRequest, "Comment is already liked")
	}
	c.likes = append(c.likes, like{q.member.id, q.now})
	n := s.commentNotification(p, c, c.authorID, q.member.id)
	n.action, n.displayAction = "like", "liked your comment"
	s.notify(n)
	return done("Comment has been liked")
}

func (s *Sandbox) unlikeComment(q *request, c *comment) answer {
	if !liked(c.likes, q.member.id) {
		return missingRecord("user_like")
	}
	c.likes = slices.DeleteFunc(c.likes, func(l like) bool { return l.memberID == q.member.id })
	return done("Comment has been unliked")
}
