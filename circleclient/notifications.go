package circleclient

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// NotificationsService reads and clears the viewer's notifications, and sets what they are notified of.
type NotificationsService struct{ client *Client }

// Notification tells a member of something. A single one cannot be read.
type Notification struct {
	// ID exceeds 32 bits.
	ID        int64     `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	// ReadAt is nil while it is unread.
	ReadAt *time.Time `json:"read_at"`
	// Action is one word: add, like, mention and so on.
	Action string `json:"action"`
	// DisplayAction is the words between the actor's name and the title; nil if Circle has none.
	DisplayAction    *string `json:"display_action"`
	ActorName        *string `json:"actor_name"`
	ActorImage       *string `json:"actor_image"`
	SecondActorName  *string `json:"second_actor_name"`
	SecondActorImage *string `json:"second_actor_image"`
	SpaceTitle       *string `json:"space_title"`
	// NotifiableType is Post, Event, Comment and others.
	NotifiableType  string  `json:"notifiable_type"`
	NotifiableTitle *string `json:"notifiable_title"`
	ActionWebURL    *string `json:"action_web_url"`
	// ActorID is the number of the member who did it; 0 if Circle does not send it, which its contract does not promise.
	ActorID int64 `json:"actor_community_member_id"`
	// Notifiable is what it is about, by its ids; nil if that is gone.
	Notifiable *Notifiable `json:"notifiable"`
}

// Notifiable is what a notification is about, by its ids.
type Notifiable struct {
	ID      int64 `json:"id"`
	SpaceID int64 `json:"space_id"`
	// PostID is the post of a comment; 0 for everything else.
	PostID int64 `json:"post_id"`
	// ParentCommentID is the comment above a reply; nil for everything else.
	ParentCommentID *int64 `json:"parent_comment_id"`
	// ChatRoomUUID is the room of a message, if Circle sends it.
	ChatRoomUUID string `json:"chat_room_uuid"`
}

// RoomUUID returns the room of the message that the notification is about: as Circle sends it, or from its address; ""
// if it is in neither.
func (n *Notification) RoomUUID() string {
	if n.Notifiable != nil && IsUUID(n.Notifiable.ChatRoomUUID) {
		return n.Notifiable.ChatRoomUUID
	}
	if n.ActionWebURL == nil {
		return ""
	}
	address, err := url.Parse(*n.ActionWebURL)
	if err != nil {
		return ""
	}
	for part := range strings.SplitSeq(address.Path, "/") {
		if IsUUID(part) {
			return part
		}
	}
	return ""
}

// ReadRequest chooses the notifications to mark as read: all of them if it is zero.
type ReadRequest struct {
	// NotificationType is Circle's word for a type of notification.
	NotificationType string `json:"notification_type,omitempty"`
	// Parent is what they are about, or where that stands; nil for anything.
	Parent *ReadParent `json:"parent_notifiable,omitempty"`
}

// ReadParent is what notifications are about.
type ReadParent struct {
	// Type is Space, Post, Event or Comment.
	Type string `json:"type"`
	ID   int64  `json:"id"`
}

// mend removes what Circle sends for a missing translation.
func (n *Notification) mend() {
	if n.DisplayAction != nil && strings.HasPrefix(strings.ToLower(*n.DisplayAction), "translation missing") {
		n.DisplayAction = nil
	}
}

// NotificationCounts are the numbers of notifications since the counter was reset.
type NotificationCounts struct {
	NewNotifications int `json:"new_notifications_count"`
	NewMentions      int `json:"new_mentions_count"`
	NewInbox         int `json:"new_inbox_count"`
	NewContent       int `json:"new_content_count"`
	NewModeration    int `json:"new_moderation_count"`
}

// NotificationPreferences are what a member is notified of on one medium.
type NotificationPreferences struct {
	NotificationPreferences []*NotificationPreference `json:"notification_preferences"`
	SpacePreferences        []*SpacePreference        `json:"space_preferences"`
}

// NotificationPreference reports whether one type of notification is sent.
type NotificationPreference struct {
	// Type is post_comment, comment_reply, mention, direct_messages, post_like, comment_like or new_course_content.
	Type string `json:"type"`
	// Name is the label to show.
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// SpacePreference is what one space notifies of on one medium.
type SpacePreference struct {
	ID        int64  `json:"id"`
	SpaceID   int64  `json:"space_id"`
	SpaceName string `json:"space_name"`
	// Choice is all, mention or never.
	Choice      string `json:"choice"`
	IsChatSpace bool   `json:"is_chat_space"`
}

// SpaceMemberPreferences are what one space notifies a member of, in the words of [SpacePreference.Choice].
type SpaceMemberPreferences struct {
	InApp string `json:"in_app"`
	Push  string `json:"push"`
}

// NotificationListOptions choose notifications.
type NotificationListOptions struct {
	PageOptions
	// Sort is latest or oldest.
	Sort string
	// Status is all, read or unread.
	Status string
}

// List reads notifications, by default newest first.
//
//circle:op GET /api/headless/v1/notifications
func (s *NotificationsService) List(ctx context.Context, opts NotificationListOptions) (*Page[*Notification], error) {
	q := opts.query().str("sort", opts.Sort).str("status", opts.Status)
	page, err := get[Page[*Notification]](ctx, s.client, member("/notifications"), q)
	if err != nil {
		return nil, err
	}
	for _, n := range page.Records {
		n.mend()
	}
	return page, nil
}

// Counts reads how many notifications are new.
//
//circle:op GET /api/headless/v1/notifications/new_notifications_count
func (s *NotificationsService) Counts(ctx context.Context) (*NotificationCounts, error) {
	return get[NotificationCounts](ctx, s.client, member("/notifications/new_notifications_count"), nil)
}

// ResetCount sets the counter of new notifications to zero. They stay unread.
//
//circle:op POST /api/headless/v1/notifications/reset_new_notifications_count
func (s *NotificationsService) ResetCount(ctx context.Context) error {
	return exec(ctx, s.client, http.MethodPost, member("/notifications/reset_new_notifications_count"), nil)
}

// MarkAllAsRead marks notifications as read, all of them if the request is zero.
//
//circle:op POST /api/headless/v1/notifications/mark_all_as_read
func (s *NotificationsService) MarkAllAsRead(ctx context.Context, r ReadRequest) error {
	var body any
	if r != (ReadRequest{}) {
		body = r
	}
	return exec(ctx, s.client, http.MethodPost, member("/notifications/mark_all_as_read"), body)
}

// MarkAsRead marks one notification as read and returns it as it is afterwards.
//
//circle:op POST /api/headless/v1/notifications/{id}/mark_as_read
func (s *NotificationsService) MarkAsRead(ctx context.Context, notificationID int64) (*Notification, error) {
	return mended(write[Notification](ctx, s.client, http.MethodPost,
		member("/notifications/{id}/mark_as_read", id(notificationID)), nil))
}

// Archive removes a notification from the list and returns it.
//
//circle:op POST /api/headless/v1/notifications/{id}/archive
func (s *NotificationsService) Archive(ctx context.Context, notificationID int64) (*Notification, error) {
	return mended(write[Notification](ctx, s.client, http.MethodPost,
		member("/notifications/{id}/archive", id(notificationID)), nil))
}

// Delete deletes a notification and returns it as it was.
//
//circle:op DELETE /api/headless/v1/notifications/{id}
func (s *NotificationsService) Delete(ctx context.Context, notificationID int64) (*Notification, error) {
	return mended(write[Notification](ctx, s.client, http.MethodDelete, member("/notifications/{id}", id(notificationID)),
		nil))
}

func mended(n *Notification, err error) (*Notification, error) {
	if err != nil {
		return nil, err
	}
	n.mend()
	return n, nil
}

// Preferences reads what the viewer is notified of on a medium: in_app, push or mobile.
//
//circle:op GET /api/headless/v1/notification_preferences/{medium}
func (s *NotificationsService) Preferences(ctx context.Context, medium string) (*NotificationPreferences, error) {
	return get[NotificationPreferences](ctx, s.client, member("/notification_preferences/{medium}", slug(medium)), nil)
}

// UpdatePreference switches one type of notification on or off. Circle reads the change from the query.
//
//circle:op PUT /api/headless/v1/notification_preferences/{medium}
func (s *NotificationsService) UpdatePreference(ctx context.Context, medium, typ string, enabled bool) error {
	return s.put(ctx, member("/notification_preferences/{medium}", slug(medium)),
		query{}.str("type", typ).flag("enabled", &enabled))
}

// UpdateAllSpacePreferences sets what all spaces notify of: all, mention or never.
//
//circle:op PUT /api/headless/v1/notification_preferences/{notification_preference_medium}/spaces
func (s *NotificationsService) UpdateAllSpacePreferences(ctx context.Context, medium, choice string) error {
	return s.put(ctx, member("/notification_preferences/{notification_preference_medium}/spaces", slug(medium)),
		query{}.str("choice", choice))
}

// UpdateSpacePreference sets what one space notifies of: all, mention or never.
//
//circle:op PUT /api/headless/v1/notification_preferences/{notification_preference_medium}/spaces/{id}
func (s *NotificationsService) UpdateSpacePreference(
	ctx context.Context, medium string, spaceID int64, choice string,
) error {
	return s.put(ctx, member("/notification_preferences/{notification_preference_medium}/spaces/{id}", slug(medium),
		id(spaceID)), query{}.str("choice", choice))
}

// SpaceMemberPreferences reads what one space notifies of. It takes the membership ([Space.SpaceMemberID]), not the
// space.
//
//circle:op GET /api/headless/v1/notification_preferences/space_members/{id}
func (s *NotificationsService) SpaceMemberPreferences(
	ctx context.Context, spaceMemberID int64,
) (*SpaceMemberPreferences, error) {
	return get[SpaceMemberPreferences](ctx, s.client,
		member("/notification_preferences/space_members/{id}", id(spaceMemberID)), nil)
}

func (s *NotificationsService) put(ctx context.Context, r route, q query) error {
	_, err := do[nothing](ctx, s.client, &request{method: http.MethodPut, route: r, query: q})
	return err
}
