package circleclient

// EventsService reads and writes events.
type EventsService struct{ client *Client }
