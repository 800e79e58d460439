package circleclient

// RefType is the kind of object that a [Ref] leads to.
type RefType string

// The objects that one request can fetch again.
const (
	RefMember      RefType = "Member"
	RefSpace       RefType = "Space"
	RefPost        RefType = "Post"
	RefComment     RefType = "Comment"
	RefLesson      RefType = "Lesson"
	RefQuizAttempt RefType = "QuizAttempt"
	RefChatRoom    RefType = "ChatRoom"
	RefChatMessage RefType = "ChatMessage"
	RefChatThread  RefType = "ChatThread"
)

// Ref is what it takes to fetch an object again. Circle has no GET /posts/{id}, so a post's ref names its space; a
// reply's ref names the comment above it. Refs are comparable; fields that a type does not need are zero.
type Ref struct {
	// Type says which of the fields below count.
	Type RefType
	// Space is the space of a post or comment, or the course of a lesson, which is a space.
	Space int64
	// Post is the post of a comment.
	Post int64
	// Parent is the comment above a reply; zero for a comment on the post itself.
	Parent int64
	// Quiz is the quiz of an attempt.
	Quiz int64
	// Room is the UUID of a chat room, or of a message's room.
	Room string
	// ID is the object's own number; 0 for a chat room, which has its UUID.
	ID int64
}

// IsZero reports whether the ref leads nowhere.
func (r Ref) IsZero() bool { return r == Ref{} }

// MemberRef is the ref of a member, by community member id.
func MemberRef(memberID int64) Ref { return Ref{Type: RefMember, ID: memberID} }

// SpaceNodeRef is the ref of a space.
func SpaceNodeRef(spaceID int64) Ref { return Ref{Type: RefSpace, ID: spaceID} }

// PostRef is the ref of a post in its space.
func PostRef(spaceID, postID int64) Ref { return Ref{Type: RefPost, Space: spaceID, ID: postID} }

// LessonRef is the ref of a lesson in its course.
func LessonRef(courseID, lessonID int64) Ref {
	return Ref{Type: RefLesson, Space: courseID, ID: lessonID}
}

// QuizAttemptRef is the ref of an attempt at a quiz.
func QuizAttemptRef(quizID, attemptID int64) Ref {
	return Ref{Type: RefQuizAttempt, Quiz: quizID, ID: attemptID}
}

// ChatRoomRef is the ref of a chat room.
func ChatRoomRef(roomUUID string) Ref { return Ref{Type: RefChatRoom, Room: roomUUID} }

// ChatMessageRef is the ref of a message, or a reply, in its room.
func ChatMessageRef(roomUUID string, messageID int64) Ref {
	return Ref{Type: RefChatMessage, Room: roomUUID, ID: messageID}
}

// ChatThreadRef is the ref of a thread.
func ChatThreadRef(threadID int64) Ref { return Ref{Type: RefChatThread, ID: threadID} }

// NodeRef returns the ref of the room.
func (r *ChatRoom) NodeRef() Ref { return ChatRoomRef(r.UUID) }

// NodeRef returns the ref of the message.
func (m *ChatMessage) NodeRef() Ref { return ChatMessageRef(m.ChatRoomUUID, m.ID) }

// NodeRef returns the ref of the thread.
func (t *ChatThread) NodeRef() Ref { return ChatThreadRef(t.ID) }

// NodeRef returns the ref of the space.
func (s *Space) NodeRef() Ref { return SpaceNodeRef(s.ID) }

// NodeRef returns the ref of the post.
func (p *Post) NodeRef() Ref {
	var spaceID int64
	if p.Space != nil {
		spaceID = p.Space.ID
	}
	return PostRef(spaceID, p.ID)
}

// NodeRef returns the ref of the comment or reply.
func (c *Comment) NodeRef() Ref {
	r := Ref{Type: RefComment, Space: c.SpaceID, Post: c.PostID, ID: c.ID}
	if c.ParentCommentID != nil {
		r.Parent = *c.ParentCommentID
	}
	return r
}

// NodeRef returns the ref of the lesson.
func (l *Lesson) NodeRef() Ref { return LessonRef(l.CourseID, l.ID) }

// NodeRef returns the ref of the attempt.
func (a *QuizAttempt) NodeRef() Ref { return QuizAttemptRef(a.QuizID, a.ID) }

// Above returns the ref of the comment above a reply; the zero ref for a comment on the post itself. Circle nests
// replies one level deep, so that comment is not a reply.
func (r Ref) Above() Ref {
	if r.Type != RefComment || r.Parent == 0 {
		return Ref{}
	}
	return Ref{Type: RefComment, Space: r.Space, Post: r.Post, ID: r.Parent}
}

// OfPost returns the ref of a comment's post.
func (r Ref) OfPost() Ref { return PostRef(r.Space, r.Post) }
