package circleclient

// MembersService reads and writes members.
type MembersService struct{ client *Client }
