package model

import "sync/atomic"

// NotificationsReceived says that there are new notifications.
type NotificationsReceived struct {
	// Last is the number of the newest one that the subscription has told of; nil if it tells of none.
	Last *atomic.Int64
}
