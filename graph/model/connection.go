package model

import "circlegraph/circleclient"

// Connection is a page of a list, after Relay's cursor connections specification. Nodes and the nodes of Edges are the same.
type Connection[T any] struct {
	Edges    []*Edge[T]
	Nodes    []T
	PageInfo *PageInfo
	// TotalCount is the length of the whole list; nil where Circle does not say.
	TotalCount *int
}

// Edge is an item of a list with its cursor.
type Edge[T any] struct {
	Cursor string
	Node   T
}

// The connections of the schema and their edges.
type (
	MemberConnection          = Connection[*Member]
	MemberEdge                = Edge[*Member]
	SpaceConnection           = Connection[*circleclient.Space]
	SpaceEdge                 = Edge[*circleclient.Space]
	PostConnection            = Connection[Post]
	PostEdge                  = Edge[Post]
	CommentConnection         = Connection[*circleclient.Comment]
	CommentEdge               = Edge[*circleclient.Comment]
	EventConnection           = Connection[*Event]
	EventEdge                 = Edge[*Event]
	EventAttendeeConnection   = Connection[*circleclient.EventAttendee]
	EventAttendeeEdge         = Edge[*circleclient.EventAttendee]
	EventOccurrenceConnection = Connection[*circleclient.EventOccurrence]
	EventOccurrenceEdge       = Edge[*circleclient.EventOccurrence]
	NotificationConnection    = Connection[*circleclient.Notification]
	NotificationEdge          = Edge[*circleclient.Notification]
	BookmarkConnection        = Connection[*circleclient.Bookmark]
	BookmarkEdge              = Edge[*circleclient.Bookmark]
)
