package circleclient

// AuthService reads and writes auth.
type AuthService struct{ client *Client }
