package model

import "circlegraph/circleclient"

// The payloads below hold the ref of what changed. The object is read again only if it is selected: a client that needs
// only the outcome costs no second request, and a failed read never hides that the change was made.

// PostPayload is the outcome of a change to a post.
type PostPayload struct {
	PostRef    circleclient.Ref
	UserErrors []*UserError
}

// The payloads of changes to a post.
type (
	// LikePostPayload is the outcome of liking a post.
	LikePostPayload struct{ PostPayload }
	// UnlikePostPayload is the outcome of taking a like back.
	UnlikePostPayload struct{ PostPayload }
	// FollowPostPayload is the outcome of following a post.
	FollowPostPayload struct{ PostPayload }
	// UnfollowPostPayload is the outcome of unfollowing a post.
	UnfollowPostPayload struct{ PostPayload }
	// CancelRsvpPayload is the outcome of not coming to an event after all.
	CancelRsvpPayload struct{ PostPayload }
	// RsvpToOccurrencesPayload is the outcome of coming to repetitions of an event.
	RsvpToOccurrencesPayload struct{ PostPayload }
)

// RsvpToEventPayload is the outcome of coming to an event.
type RsvpToEventPayload struct {
	PostPayload
	Attendee *circleclient.EventAttendee
}

// CommentPayload is the outcome of a change to a comment.
type CommentPayload struct {
	CommentRef circleclient.Ref
	UserErrors []*UserError
}

// The payloads of likes of a comment.
type (
	// LikeCommentPayload is the outcome of liking a comment.
	LikeCommentPayload struct{ CommentPayload }
	// UnlikeCommentPayload is the outcome of taking a like back.
	UnlikeCommentPayload struct{ CommentPayload }
)

// CreateCommentPayload is the outcome of commenting on a post.
type CreateCommentPayload struct {
	PostPayload
	Comment *circleclient.Comment
}

// CreateReplyPayload is the outcome of replying to a comment; its CommentRef is the comment above the reply.
type CreateReplyPayload struct {
	CommentPayload
	Comment *circleclient.Comment
}

// DeleteCommentPayload is the outcome of deleting a comment or reply.
type DeleteCommentPayload struct {
	CommentRef       circleclient.Ref
	DeletedCommentID *string
	UserErrors       []*UserError
}

// UpdateLessonProgressPayload is the outcome of a change to the progress of a lesson.
type UpdateLessonProgressPayload struct {
	LessonRef  circleclient.Ref
	UserErrors []*UserError
}

// GradeQuizAttemptPayload is the outcome of deciding an attempt at a quiz.
type GradeQuizAttemptPayload struct {
	AttemptRef circleclient.Ref
	UserErrors []*UserError
}

// NotificationPreferencesPayload is the outcome of a change to the preferences of a medium.
type NotificationPreferencesPayload struct {
	Medium     string
	UserErrors []*UserError
}

// The payloads of changes to the preferences of a medium.
type (
	// UpdateNotificationPreferencePayload is the outcome of switching one type of notification.
	UpdateNotificationPreferencePayload struct{ NotificationPreferencesPayload }
	// UpdateAllSpaceNotificationPreferencesPayload is the outcome of setting what all spaces notify of.
	UpdateAllSpaceNotificationPreferencesPayload struct{ NotificationPreferencesPayload }
)

// ChatMessagePayload is the outcome of a change to a chat message.
type ChatMessagePayload struct {
	MessageRef circleclient.Ref
	UserErrors []*UserError
}

// The payloads of changes to a chat message.
type (
	// UpdateChatMessagePayload is the outcome of changing a message's text.
	UpdateChatMessagePayload struct{ ChatMessagePayload }
	// AddReactionPayload is the outcome of giving a message an emoji.
	AddReactionPayload struct{ ChatMessagePayload }
	// RemoveReactionPayload is the outcome of taking an emoji back.
	RemoveReactionPayload struct{ ChatMessagePayload }
)
