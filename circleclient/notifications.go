package circleclient

// NotificationsService reads and writes notifications.
type NotificationsService struct{ client *Client }
