package sandbox

import (
	"slices"
	"time"
)

// eventFields is what an event has beyond a post.
type eventFields struct {
	Setting   eventSetting   `json:"event_setting_attributes"`
	EventType string         `json:"event_type"` // single, recurring
	Recurring *eventSeries   `json:"recurring_setting_attributes,omitempty"`
	Going     bool           `json:"rsvped_event"`
	Status    *string        `json:"rsvp_status"`
	Attendees firstAttendees `json:"event_attendees"`
}

// eventInvitation is missing in the home feed. The sandbox invites nobody.
type eventInvitation struct {
	Invited *bool `json:"invited_attendee"`
}

type eventSetting struct {
	StartsAt              stamp   `json:"starts_at"`
	EndsAt                stamp   `json:"ends_at"`
	InPersonLocation      *string `json:"in_person_location"` // a JSON document inside the string
	HideLocation          bool    `json:"hide_location_from_non_attendees"`
	DurationInSeconds     int     `json:"duration_in_seconds"`
	RSVPDisabled          bool    `json:"rsvp_disabled"`
	HideAttendees         bool    `json:"hide_attendees"`
	EmailReminder         bool    `json:"send_email_reminder"`
	InAppReminder         bool    `json:"send_in_app_notification_reminder"`
	EmailConfirmation     bool    `json:"send_email_confirmation"`
	InAppConfirmation     bool    `json:"send_in_app_notification_confirmation"`
	CustomThanks          bool    `json:"enable_custom_thank_you_message"`
	ConfirmationTitle     string  `json:"confirmation_message_title"`
	ConfirmationText      string  `json:"confirmation_message_description"`
	ConfirmationButton    string  `json:"confirmation_message_button_title"`
	ConfirmationButtonURL string  `json:"confirmation_message_button_link"`
	LocationType          string  `json:"location_type"`
	VirtualLocationURL    string  `json:"virtual_location_url"`
	RecordingURL          string  `json:"live_stream_recording_url,omitempty"` // the contract allows no null
	RSVPLimit             *int    `json:"rsvp_limit"`
	RSVPCount             int     `json:"rsvp_count"`
}

type eventSeries struct {
	Frequency   string `json:"frequency"`
	EndsAt      stamp  `json:"ends_at"`
	Occurrences int    `json:"occurrences"`
	RangeType   string `json:"range_type"`
}

type firstAttendees struct {
	Records []attendeeJSON `json:"records"`
	Count   int            `json:"count"`
}

// attendeeJSON is a member who answered an invitation; its id is the answer's.
type attendeeJSON struct {
	ID         int64   `json:"id"`
	MemberID   int64   `json:"community_member_id"`
	AvatarURL  *string `json:"avatar_url"`
	RSVPDate   stamp   `json:"rsvp_date"`
	RSVPStatus string  `json:"rsvp_status"`
	Name       string  `json:"name"`
	*attendeeContact
}

// attendeeContact is missing in the home feed.
type attendeeContact struct {
	ID   int64  `json:"contact_id"`
	Type string `json:"contact_type"`
}

func (s *Sandbox) attendeeView(a attendee) attendeeJSON {
	m := s.store.memberByID[a.memberID]
	return attendeeJSON{
		ID: a.id, MemberID: m.id, AvatarURL: orNull(m.avatarURL), RSVPDate: stamp(a.at), RSVPStatus: a.status, Name: m.name(),
		attendeeContact: &attendeeContact{m.id, "CommunityMember"},
	}
}

// embeddedAttendees is how many attendees an event carries with it.
const embeddedAttendees = 5

// eventFieldsView shows the event to a member. The place is always there, whatever hide_location_from_non_attendees
// says: Circle leaves hiding it to clients.
func (s *Sandbox) eventFieldsView(q *request, p *post) *eventFields {
	e := p.event
	yes := e.attending()
	v := &eventFields{
		Setting: eventSetting{
			StartsAt: stamp(e.startsAt), EndsAt: stamp(e.endsAt()), HideLocation: e.hideLocation,
			DurationInSeconds: int(e.duration / time.Second), RSVPDisabled: e.rsvpDisabled, HideAttendees: e.hideGuests,
			EmailReminder: true, InAppReminder: true, EmailConfirmation: true, InAppConfirmation: true,
			ConfirmationTitle:  "Registration confirmed for " + p.title(),
			ConfirmationText:   "We'll send you a reminder before the event.",
			ConfirmationButton: "Done", LocationType: e.locationType, VirtualLocationURL: e.virtualURL,
			RecordingURL: e.recordingURL, RSVPCount: len(yes),
		},
		EventType: "single",
		Attendees: firstAttendees{Records: []attendeeJSON{}, Count: len(yes)},
	}
	if e.place != nil {
		v.Setting.InPersonLocation = new(string(mustJSON(e.place)))
	}
	if e.rsvpLimit > 0 {
		v.Setting.RSVPLimit = &e.rsvpLimit
	}
	if e.seriesID != 0 {
		all := s.store.series(e.seriesID)
		v.EventType = "recurring"
		v.Recurring = &eventSeries{e.frequency, stamp(all[len(all)-1].event.endsAt()), len(all), "occurrences"}
	}
	if i := slices.IndexFunc(e.attendees, func(a attendee) bool { return a.memberID == q.member.id }); i >= 0 {
		v.Going = e.attendees[i].status == "yes"
		v.Status = &e.attendees[i].status
	}
	if !e.hideGuests {
		for _, a := range yes[:min(embeddedAttendees, len(yes))] {
			v.Attendees.Records = append(v.Attendees.Records, s.attendeeView(a))
		}
	}
	return v
}
