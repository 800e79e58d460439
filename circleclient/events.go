package circleclient

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"circlegraph/circleclient/lenient"
)

// EventPart is what only events have. It is zero for other posts, and without [PostEvent]. It is embedded in [Post]
// because an event is a post: likes, comments and bookmarks work on it.
type EventPart struct {
	// EventSettings are time, place and RSVP rules; nil for posts that are not events.
	EventSettings *EventSettings `json:"event_setting_attributes"`
	// EventType is single or recurring.
	EventType string `json:"event_type"`
	// Recurrence is how a recurring event repeats.
	Recurrence *RecurringSettings `json:"recurring_setting_attributes"`
	// RSVPedEvent reports whether the viewer comes.
	RSVPedEvent bool `json:"rsvped_event"`
	// RSVPStatus is the viewer's answer (yes, no, …); nil if there is none.
	RSVPStatus *string `json:"rsvp_status"`
	// EventAttendees are the first few attendees.
	EventAttendees lenient.Lazy[*EmbeddedAttendees] `json:"event_attendees"`
}

// EventSettings are an event's time, place and RSVP rules.
type EventSettings struct {
	// StartsAt and EndsAt are nil if they are not set.
	StartsAt *time.Time `json:"starts_at"`
	EndsAt   *time.Time `json:"ends_at"`
	// DurationInSeconds is the time between them.
	DurationInSeconds int `json:"duration_in_seconds"`
	// LocationType is virtual, in_person, live_stream, live_room, tbd or a word Circle adds.
	LocationType string `json:"location_type"`
	// InPersonLocation is the place; empty for virtual events. Circle sends it to everybody, see [Post.LocationVisible].
	InPersonLocation EventLocation `json:"in_person_location"`
	// VirtualLocationURL is where to join. Circle sends it to everybody, see [Post.LocationVisible].
	VirtualLocationURL *string `json:"virtual_location_url"`
	// LiveStreamRecordingURL is the recording of a past live stream.
	LiveStreamRecordingURL *string `json:"live_stream_recording_url"`
	// HideLocationFromNonAttendees reports whether only attendees should see the place; so they should if Circle sends
	// something else than a plain no.
	HideLocationFromNonAttendees UnlessFalse `json:"hide_location_from_non_attendees"`
	// RSVPDisabled reports whether members cannot RSVP.
	RSVPDisabled bool `json:"rsvp_disabled"`
	// RSVPLimit is the greatest number of attendees; nil if there is no limit.
	RSVPLimit *int `json:"rsvp_limit"`
	// RSVPCount is how many have said that they come.
	RSVPCount int `json:"rsvp_count"`
	// HideAttendees reports whether the attendees are hidden.
	HideAttendees bool `json:"hide_attendees"`
	// EnableCustomThankYouMessage reports whether the four below are custom.
	EnableCustomThankYouMessage    bool    `json:"enable_custom_thank_you_message"`
	ConfirmationMessageTitle       *string `json:"confirmation_message_title"`
	ConfirmationMessageDescription *string `json:"confirmation_message_description"`
	ConfirmationMessageButtonTitle *string `json:"confirmation_message_button_title"`
	ConfirmationMessageButtonLink  *string `json:"confirmation_message_button_link"`
}

// Location returns the place of an event; nil if it has none.
func (s *EventSettings) Location() *EventLocation {
	if s == nil || s.InPersonLocation == (EventLocation{}) {
		return nil
	}
	return &s.InPersonLocation
}

// EventConfirmation is what an event says to those who have just said that they come.
type EventConfirmation struct {
	Title, Description, ButtonTitle, ButtonURL *string
}

// Confirmation returns the event's own words for those who have just said that they come; nil if it has none.
func (s *EventSettings) Confirmation() *EventConfirmation {
	c := EventConfirmation{
		Title: s.ConfirmationMessageTitle, Description: s.ConfirmationMessageDescription,
		ButtonTitle: s.ConfirmationMessageButtonTitle, ButtonURL: s.ConfirmationMessageButtonLink,
	}
	if !s.EnableCustomThankYouMessage || c == (EventConfirmation{}) {
		return nil
	}
	return &c
}

// End returns when the event ends, by its duration if no end is set; nil if it has neither.
func (s *EventSettings) End() *time.Time {
	if s.EndsAt != nil || s.StartsAt == nil || s.DurationInSeconds <= 0 {
		return s.EndsAt
	}
	return new(s.StartsAt.Add(time.Duration(s.DurationInSeconds) * time.Second))
}

// LocationVisible reports whether the viewer may see where the event takes place: if it is not hidden, if they come, or
// if they may change or manage the event. Circle leaves this to its clients. A record without [PostPolicies] hides the
// place from those who run the event, too.
func (p *Post) LocationVisible() bool {
	return p.EventSettings == nil || !bool(p.EventSettings.HideLocationFromNonAttendees) || p.RSVPedEvent ||
		p.Policies != nil && (p.Policies.CanManage || p.Policies.CanUpdate)
}

// UnlessFalse is a switch that protects something: it is on unless Circle says that it is off, whatever else it sends.
type UnlessFalse bool

// UnmarshalJSON reads the switch.
func (u *UnlessFalse) UnmarshalJSON(data []byte) error {
	var on *bool
	_ = lenient.Decode(data, &on)
	*u = UnlessFalse(on == nil || *on)
	return nil
}

// RecurringSettings are how an event repeats.
type RecurringSettings struct {
	// Frequency is daily, weekly, monthly or a word Circle adds.
	Frequency string `json:"frequency"`
	// EndsAt is when the series ends; nil if a number ends it.
	EndsAt *time.Time `json:"ends_at"`
	// Occurrences is how often it takes place; nil if a day ends it.
	Occurrences *int `json:"occurrences"`
}

// EventLocation is a place. Unknown fields are nil.
type EventLocation struct {
	// Name of the place, such as a building's.
	Name *string
	// Address in one line.
	Address *string
	// Latitude and Longitude in degrees north and east.
	Latitude, Longitude *float64
	// PlaceID is the place's id at the map service of Circle's editor.
	PlaceID *string
}

// UnmarshalJSON reads a place, which Circle sends as a JSON document in a string. Any other string becomes the address.
func (l *EventLocation) UnmarshalJSON(data []byte) error {
	*l = EventLocation{}
	if lenient.FirstByte(data) == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		if lenient.FirstByte([]byte(text)) != '{' || !json.Valid([]byte(text)) {
			if text != "" {
				l.Address = &text
			}
			return nil
		}
		data = []byte(text)
	}
	if lenient.FirstByte(data) != '{' {
		return nil
	}
	type point struct {
		Lat       *float64 `json:"lat"`
		Lng       *float64 `json:"lng"`
		Latitude  *float64 `json:"latitude"`
		Longitude *float64 `json:"longitude"`
	}
	var place struct {
		point
		Name             *string `json:"name"`
		FormattedAddress *string `json:"formatted_address"`
		Address          *string `json:"address"`
		PlaceID          *string `json:"place_id"`
		Geometry         struct {
			Location point `json:"location"`
		} `json:"geometry"`
	}
	if err := lenient.Decode(data, &place); err != nil {
		return err
	}
	there := place.Geometry.Location
	*l = EventLocation{
		Name:      place.Name,
		Address:   cmp.Or(place.FormattedAddress, place.Address),
		Latitude:  cmp.Or(place.Latitude, place.Lat, there.Latitude, there.Lat),
		Longitude: cmp.Or(place.Longitude, place.Lng, there.Longitude, there.Lng),
		PlaceID:   place.PlaceID,
	}
	return nil
}

// EmbeddedAttendees are the first few attendees, embedded in an event.
type EmbeddedAttendees struct {
	Records []*EventAttendee `json:"records"`
	// Count is the number of all attendees; nil if Circle does not say.
	Count *int `json:"count"`
}

// EventAttendee is a member who has answered an invitation to an event. It lacks the member's headline, roles and tags.
type EventAttendee struct {
	// ID is the number of the RSVP, not of a member.
	ID int64 `json:"id"`
	// CommunityMemberID is the number of the member.
	CommunityMemberID int64 `json:"community_member_id"`
	// Name and AvatarURL are the member's.
	Name      string  `json:"name"`
	AvatarURL *string `json:"avatar_url"`
	// RSVPStatus is yes, no or a word Circle adds.
	RSVPStatus string `json:"rsvp_status"`
	// RSVPDate is when they answered.
	RSVPDate *time.Time `json:"rsvp_date"`
}

// MemberID returns the member's number; 0 on nil.
func (a *EventAttendee) MemberID() int64 {
	if a == nil {
		return 0
	}
	return a.CommunityMemberID
}

// EventOccurrence is one repetition of a recurring event. It has neither slug nor author nor space.
type EventOccurrence struct {
	// ID is the number of the repetition, for [EventsService.RSVPToOccurrences].
	ID int64 `json:"id"`
	// Name is the title.
	Name string `json:"name"`
	// StartsAt is when it starts.
	StartsAt time.Time `json:"starts_at"`
	// EndsAt is when it ends; nil if it has no end.
	EndsAt *time.Time `json:"ends_at"`
	// TimeZone is the IANA name of its time zone.
	TimeZone *string `json:"time_zone"`
	// RSVPedEvent reports whether the viewer comes.
	RSVPedEvent bool `json:"rsvped_event"`
	// RSVPLimit is the greatest number of attendees; nil if there is no limit.
	RSVPLimit *int `json:"rsvp_limit"`
	// RSVPCount is how many have said that they come.
	RSVPCount int `json:"rsvp_count"`
}

// EventsService reads events and writes RSVPs, as the member whose token is in the context.
type EventsService struct{ client *Client }

// EventListOptions choose events of the community.
type EventListOptions struct {
	PageOptions
	// StartDate and EndDate are days, YYYY-MM-DD, both included; any day if empty.
	StartDate, EndDate string
	// Status is a word that the contract does not list; published if empty.
	Status string
	// PastEvents lists past events instead of future ones.
	PastEvents *bool
}

// List reads the events of all spaces that the viewer can see.
//
//circle:op GET /api/headless/v1/community_events
func (s *EventsService) List(ctx context.Context, o EventListOptions) (*Page[*Post], error) {
	q := o.query().str("filter_date[start_date]", o.StartDate).str("filter_date[end_date]", o.EndDate).
		str("status", o.Status).flag("past_events", o.PastEvents)
	page, err := get[Page[*Post]](ctx, s.client, member("/community_events"), q)
	return filledBy(page, err, SourceCommunityEvents)
}

// Attendees reads the attendees of an event.
//
//circle:op GET /api/headless/v1/events/{event_id}/event_attendees
func (s *EventsService) Attendees(ctx context.Context, eventID int64, o PageOptions) (*Page[*EventAttendee], error) {
	path := member("/events/{event_id}/event_attendees", id(eventID))
	return get[Page[*EventAttendee]](ctx, s.client, path, o.query())
}

// RSVP says that the viewer comes, and returns their RSVP. It is [ErrConflict] if the event is full or they come
// already; see [AlreadyDone].
//
//circle:op POST /api/headless/v1/events/{event_id}/event_attendees
func (s *EventsService) RSVP(ctx context.Context, eventID int64) (*EventAttendee, error) {
	path := member("/events/{event_id}/event_attendees", id(eventID))
	return write[EventAttendee](ctx, s.client, http.MethodPost, path, nil)
}

// CancelRSVP says that the viewer does not come. Circle answers 404 if they did not come before, as it does for a
// missing event: both succeed.
//
//circle:op DELETE /api/headless/v1/events/{event_id}/event_attendees
func (s *EventsService) CancelRSVP(ctx context.Context, eventID int64) error {
	err := exec(ctx, s.client, http.MethodDelete, member("/events/{event_id}/event_attendees", id(eventID)), nil)
	return ignore(err, ErrConflict, ErrNotFound)
}

// Occurrences reads the repetitions of a recurring event.
//
//circle:op GET /api/headless/v1/spaces/{space_id}/events/{event_id}/recurring_events
func (s *EventsService) Occurrences(
	ctx context.Context, spaceID, eventID int64, o PageOptions,
) (*Page[*EventOccurrence], error) {
	path := member("/spaces/{space_id}/events/{event_id}/recurring_events", id(spaceID), id(eventID))
	return get[Page[*EventOccurrence]](ctx, s.client, path, o.query())
}

// RSVPToOccurrences says to which repetitions the viewer comes: to these and to no others.
//
//circle:op PUT /api/headless/v1/spaces/{space_id}/events/{event_id}/recurring_events/rsvp
func (s *EventsService) RSVPToOccurrences(ctx context.Context, spaceID, eventID int64, occurrenceIDs []int64) error {
	if occurrenceIDs == nil {
		occurrenceIDs = []int64{} // the contract requires the list
	}
	body := struct {
		EventIDs []int64 `json:"event_ids"`
	}{occurrenceIDs}
	path := member("/spaces/{space_id}/events/{event_id}/recurring_events/rsvp", id(spaceID), id(eventID))
	return exec(ctx, s.client, http.MethodPut, path, body)
}
