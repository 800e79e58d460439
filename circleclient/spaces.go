package circleclient

// SpacesService reads and writes spaces.
type SpacesService struct{ client *Client }
