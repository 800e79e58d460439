package circleclient

// BookmarksService reads and writes bookmarks.
type BookmarksService struct{ client *Client }
