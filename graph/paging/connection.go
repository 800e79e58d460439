package paging

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

// PageInfo says where a page stands in its list.
type PageInfo struct {
	HasNextPage, HasPreviousPage bool
	// StartCursor and EndCursor are nil if the page is empty.
	StartCursor, EndCursor *string
}
