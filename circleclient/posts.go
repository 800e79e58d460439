package circleclient

// PostsService reads and writes posts.
type PostsService struct{ client *Client }
