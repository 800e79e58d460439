package naive

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// The types have all fields of Circle's contract, as a generator would write them: a facade does not know which fields
// a query selects. Texts stay JSON.

// Post is a post, as lists of Circle have it.
type Post struct {
	ID                              int64           `json:"id"`
	PostType                        string          `json:"post_type"`
	SpaceType                       string          `json:"space_type"`
	Status                          string          `json:"status"`
	Name                            *string         `json:"name"`
	Title                           string          `json:"display_title"`
	Slug                            string          `json:"slug"`
	URL                             string          `json:"url"`
	CreatedAt                       string          `json:"created_at"`
	UpdatedAt                       string          `json:"updated_at"`
	LikesCount                      int             `json:"user_likes_count"`
	CommentsCount                   int             `json:"comment_count"`
	IsLiked                         bool            `json:"is_liked"`
	IsCommentsClosed                bool            `json:"is_comments_closed"`
	IsCommentsEnabled               bool            `json:"is_comments_enabled"`
	IsLikingEnabled                 bool            `json:"is_liking_enabled"`
	IsPinnedAtTopOfSpace            bool            `json:"is_pinned_at_top_of_space"`
	IsTruncationDisabled            bool            `json:"is_truncation_disabled"`
	HideMetaInfo                    bool            `json:"hide_meta_info"`
	BookmarkID                      *int64          `json:"bookmark_id"`
	PostFollowerID                  *int64          `json:"post_follower_id"`
	TopicFollowerID                 *int64          `json:"topic_follower_id"`
	FirstLikedBy                    []*Member       `json:"first_liked_by"`
	Editor                          string          `json:"editor"`
	Body                            *Body           `json:"body"`
	TiptapBody                      json.RawMessage `json:"tiptap_body"`
	BodyPlainText                   string          `json:"body_plain_text"`
	BodyPlainTextWithoutAttachments string          `json:"body_plain_text_without_attachments"`
	CustomHTML                      *string         `json:"custom_html"`
	Author                          *Member         `json:"author"`
	Space                           Space           `json:"space"`
	Action                          *Action         `json:"action"`
	Topics                          []*Topic        `json:"topics"`
	EventSettings                   *EventSettings  `json:"event_setting_attributes"`
	EventType                       string          `json:"event_type"`
	RSVPedEvent                     bool            `json:"rsvped_event"`
	RSVPStatus                      *string         `json:"rsvp_status"`
	EventAttendees                  *Attendees      `json:"event_attendees"`
}

// Body is a text of the older editor.
type Body struct {
	HTML        string          `json:"html"`
	Attachments json.RawMessage `json:"attachments_array"`
}

// Action is what brought a post into the feed.
type Action struct {
	UserName  string `json:"user_name"`
	CreatedAt string `json:"created_at"`
	Type      string `json:"type"`
}

// Topic is a topic of a post.
type Topic struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	AdminOnly bool   `json:"admin_only"`
}

// EventSettings are an event's time and place.
type EventSettings struct {
	StartsAt                          string          `json:"starts_at"`
	EndsAt                            string          `json:"ends_at"`
	DurationInSeconds                 int             `json:"duration_in_seconds"`
	LocationType                      string          `json:"location_type"`
	InPersonLocation                  json.RawMessage `json:"in_person_location"`
	VirtualLocationURL                *string         `json:"virtual_location_url"`
	HideLocationFromNonAttendees      bool            `json:"hide_location_from_non_attendees"`
	HideAttendees                     bool            `json:"hide_attendees"`
	RSVPDisabled                      bool            `json:"rsvp_disabled"`
	RSVPLimit                         *int            `json:"rsvp_limit"`
	RSVPCount                         int             `json:"rsvp_count"`
	SendEmailReminder                 bool            `json:"send_email_reminder"`
	SendInAppNotificationReminder     bool            `json:"send_in_app_notification_reminder"`
	SendEmailConfirmation             bool            `json:"send_email_confirmation"`
	SendInAppNotificationConfirmation bool            `json:"send_in_app_notification_confirmation"`
	EnableCustomThankYouMessage       bool            `json:"enable_custom_thank_you_message"`
	ConfirmationMessageTitle          string          `json:"confirmation_message_title"`
	ConfirmationMessageDescription    string          `json:"confirmation_message_description"`
	ConfirmationMessageButtonTitle    string          `json:"confirmation_message_button_title"`
	ConfirmationMessageButtonLink     string          `json:"confirmation_message_button_link"`
}

// Attendees are the first few who come to an event.
type Attendees struct {
	Records []*Attendee `json:"records"`
	Count   int         `json:"count"`
}

// Attendee is one who comes to an event.
type Attendee struct {
	ID         int64   `json:"id"`
	MemberID   int64   `json:"community_member_id"`
	Name       string  `json:"name"`
	AvatarURL  *string `json:"avatar_url"`
	RSVPDate   string  `json:"rsvp_date"`
	RSVPStatus string  `json:"rsvp_status"`
}

// Comment is a comment on a post.
type Comment struct {
	ID                   int64           `json:"id"`
	UserID               int64           `json:"user_id"`
	PostID               int64           `json:"post_id"`
	SpaceID              int64           `json:"space_id"`
	PostName             string          `json:"post_name"`
	ParentCommentID      *int64          `json:"parent_comment_id"`
	MemberID             int64           `json:"community_member_id"`
	CreatedAt            string          `json:"created_at"`
	UpdatedAt            string          `json:"updated_at"`
	RemovedAt            *string         `json:"removed_at"`
	LikesCount           int             `json:"user_likes_count"`
	RepliesCount         int             `json:"replies_count"`
	IsLiked              bool            `json:"is_liked"`
	BookmarkID           *int64          `json:"bookmark_id"`
	FlaggedForApprovalAt *string         `json:"flagged_for_approval_at"`
	OpenReports          int             `json:"unresolved_flagged_reports_count"`
	Editor               string          `json:"editor"`
	Body                 *Body           `json:"body"`
	TiptapBody           json.RawMessage `json:"tiptap_body"`
	BodyText             string          `json:"body_text"`
	Author               *Member         `json:"author"`
	Policies             map[string]bool `json:"policies"`
	Replies              []*Comment      `json:"replies"`
}

// Member is the author of a post or comment, or one who likes it.
type Member struct {
	UserID            int64    `json:"id"`
	ID                int64    `json:"community_member_id"`
	Name              string   `json:"name"`
	Headline          *string  `json:"headline"`
	AvatarURL         *string  `json:"avatar_url"`
	Roles             []string `json:"roles"`
	RichTextFieldSGID string   `json:"rich_text_field_sgid"`
	Tags              []*Tag   `json:"member_tags"`
}

// Tag is a label of a member.
type Tag struct {
	ID                  int64           `json:"id"`
	Name                string          `json:"name"`
	Color               string          `json:"color"`
	TextColor           string          `json:"text_color"`
	Emoji               string          `json:"emoji"`
	CustomEmojiURL      *string         `json:"custom_emoji_url"`
	CustomEmojiDarkURL  *string         `json:"custom_emoji_dark_url"`
	IsPublic            bool            `json:"is_public"`
	IsBackgroundEnabled bool            `json:"is_background_enabled"`
	DisplayFormat       string          `json:"display_format"`
	DisplayLocations    map[string]bool `json:"display_locations"`
}

// Profile is the part of a member that has a request of its own.
type Profile struct {
	Bio *string `json:"bio"`
}

// Space is the space of a post.
type Space struct {
	ID                 int64   `json:"id"`
	Name               string  `json:"name"`
	Slug               string  `json:"slug"`
	Emoji              *string `json:"emoji"`
	CustomEmojiURL     *string `json:"custom_emoji_url"`
	CustomEmojiDarkURL *string `json:"custom_emoji_dark_url"`
}

// get reads one answer of Circle.
func get[T any](ctx context.Context, circle, path string) (*T, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, circle+"/api/headless/v1"+path, nil)
	if err != nil {
		return nil, err
	}
	authorization, _ := ctx.Value(authorizationKey{}).(string)
	req.Header.Set("Authorization", authorization)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("circle answers %s", res.Status)
	}
	out := new(T)
	return out, json.NewDecoder(res.Body).Decode(out)
}

// page is what Circle wraps lists in.
type page[T any] struct {
	Records []T `json:"records"`
}
