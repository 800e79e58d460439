package model

import (
	"circlegraph/circleclient"
	"circlegraph/graph/paging"
)

type (
	// MemberConnection is a page of members.
	MemberConnection = paging.Connection[*Member]
	// MemberEdge is one of a page of members.
	MemberEdge = paging.Edge[*Member]
)

type (
	// SpaceConnection is a page of spaces.
	SpaceConnection = paging.Connection[*circleclient.Space]
	// SpaceEdge is one of a page of spaces.
	SpaceEdge = paging.Edge[*circleclient.Space]
)

type (
	// PostConnection is a page of posts.
	PostConnection = paging.Connection[Post]
	// PostEdge is one of a page of posts.
	PostEdge = paging.Edge[Post]
)

type (
	// CommentConnection is a page of comments.
	CommentConnection = paging.Connection[*circleclient.Comment]
	// CommentEdge is one of a page of comments.
	CommentEdge = paging.Edge[*circleclient.Comment]
)

type (
	// EventConnection is a page of events.
	EventConnection = paging.Connection[*Event]
	// EventEdge is one of a page of events.
	EventEdge = paging.Edge[*Event]
)

type (
	// EventAttendeeConnection is a page of attendees.
	EventAttendeeConnection = paging.Connection[*circleclient.EventAttendee]
	// EventAttendeeEdge is one of a page of attendees.
	EventAttendeeEdge = paging.Edge[*circleclient.EventAttendee]
)

type (
	// EventOccurrenceConnection is a page of repetitions of an event.
	EventOccurrenceConnection = paging.Connection[*EventOccurrence]
	// EventOccurrenceEdge is one of a page of repetitions of an event.
	EventOccurrenceEdge = paging.Edge[*EventOccurrence]
)

type (
	// NotificationConnection is a page of notifications.
	NotificationConnection = paging.Connection[*circleclient.Notification]
	// NotificationEdge is one of a page of notifications.
	NotificationEdge = paging.Edge[*circleclient.Notification]
)

type (
	// BookmarkConnection is a page of bookmarks.
	BookmarkConnection = paging.Connection[*circleclient.Bookmark]
	// BookmarkEdge is one of a page of bookmarks.
	BookmarkEdge = paging.Edge[*circleclient.Bookmark]
)

type (
	// QuizAttemptConnection is a page of attempts at quizzes.
	QuizAttemptConnection = paging.Connection[*circleclient.QuizAttempt]
	// QuizAttemptEdge is one of a page of attempts at quizzes.
	QuizAttemptEdge = paging.Edge[*circleclient.QuizAttempt]
)

type (
	// ChatRoomConnection is a page of chat rooms.
	ChatRoomConnection = paging.Connection[*circleclient.ChatRoom]
	// ChatRoomEdge is one of a page of chat rooms.
	ChatRoomEdge = paging.Edge[*circleclient.ChatRoom]
)

type (
	// ChatParticipantConnection is a page of members in a chat room.
	ChatParticipantConnection = paging.Connection[*circleclient.ChatParticipant]
	// ChatParticipantEdge is one of a page of members in a chat room.
	ChatParticipantEdge = paging.Edge[*circleclient.ChatParticipant]
)

type (
	// ChatMessageConnection is a page of chat messages.
	ChatMessageConnection = paging.Connection[*circleclient.ChatMessage]
	// ChatMessageEdge is one of a page of chat messages.
	ChatMessageEdge = paging.Edge[*circleclient.ChatMessage]
)

type (
	// ChatThreadConnection is a page of threads.
	ChatThreadConnection = paging.Connection[*circleclient.ChatThread]
	// ChatThreadEdge is one of a page of threads.
	ChatThreadEdge = paging.Edge[*circleclient.ChatThread]
)
