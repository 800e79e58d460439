package circleclient

// CommentsService reads and writes comments.
type CommentsService struct{ client *Client }
