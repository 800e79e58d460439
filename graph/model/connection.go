package model

import "circlegraph/circleclient"

// Connection is a page of a list, as Relay's cursor connections specification says. Edges hold the same nodes as Nodes.
type Connection[T any] struct {
	Edges    []*Edge[T]
	Nodes    []T
	PageInfo *PageInfo
	// TotalCount is the length of the whole list; nil if Circle does not say.
	TotalCount *int
}

// Edge is an item of a list with its cursor.
type Edge[T any] struct {
	Cursor string
	Node   T
}

type (
	// MemberConnection is a page of members.
	MemberConnection = Connection[*Member]
	// MemberEdge is one of a page of members.
	MemberEdge = Edge[*Member]
)

type (
	// SpaceConnection is a page of spaces.
	SpaceConnection = Connection[*circleclient.Space]
	// SpaceEdge is one of a page of spaces.
	SpaceEdge = Edge[*circleclient.Space]
)

type (
	// PostConnection is a page of posts.
	PostConnection = Connection[Post]
	// PostEdge is one of a page of posts.
	PostEdge = Edge[Post]
)

type (
	// CommentConnection is a page of comments.
	CommentConnection = Connection[*circleclient.Comment]
	// CommentEdge is one of a page of comments.
	CommentEdge = Edge[*circleclient.Comment]
)

type (
	// EventConnection is a page of events.
	EventConnection = Connection[*Event]
	// EventEdge is one of a page of events.
	EventEdge = Edge[*Event]
)

type (
	// EventAttendeeConnection is a page of attendees.
	EventAttendeeConnection = Connection[*circleclient.EventAttendee]
	// EventAttendeeEdge is one of a page of attendees.
	EventAttendeeEdge = Edge[*circleclient.EventAttendee]
)

type (
	// EventOccurrenceConnection is a page of repetitions of an event.
	EventOccurrenceConnection = Connection[*EventOccurrence]
	// EventOccurrenceEdge is one of a page of repetitions of an event.
	EventOccurrenceEdge = Edge[*EventOccurrence]
)

type (
	// NotificationConnection is a page of notifications.
	NotificationConnection = Connection[*circleclient.Notification]
	// NotificationEdge is one of a page of notifications.
	NotificationEdge = Edge[*circleclient.Notification]
)

type (
	// BookmarkConnection is a page of bookmarks.
	BookmarkConnection = Connection[*circleclient.Bookmark]
	// BookmarkEdge is one of a page of bookmarks.
	BookmarkEdge = Edge[*circleclient.Bookmark]
)

type (
	// QuizAttemptConnection is a page of attempts at quizzes.
	QuizAttemptConnection = Connection[*circleclient.QuizAttempt]
	// QuizAttemptEdge is one of a page of attempts at quizzes.
	QuizAttemptEdge = Edge[*circleclient.QuizAttempt]
)

type (
	// ChatRoomConnection is a page of chat rooms.
	ChatRoomConnection = Connection[*circleclient.ChatRoom]
	// ChatRoomEdge is one of a page of chat rooms.
	ChatRoomEdge = Edge[*circleclient.ChatRoom]
)

type (
	// ChatParticipantConnection is a page of members in a chat room.
	ChatParticipantConnection = Connection[*circleclient.ChatParticipant]
	// ChatParticipantEdge is one of a page of members in a chat room.
	ChatParticipantEdge = Edge[*circleclient.ChatParticipant]
)

type (
	// ChatMessageConnection is a page of chat messages.
	ChatMessageConnection = Connection[*circleclient.ChatMessage]
	// ChatMessageEdge is one of a page of chat messages.
	ChatMessageEdge = Edge[*circleclient.ChatMessage]
)

type (
	// ChatThreadConnection is a page of threads.
	ChatThreadConnection = Connection[*circleclient.ChatThread]
	// ChatThreadEdge is one of a page of threads.
	ChatThreadEdge = Edge[*circleclient.ChatThread]
)
