package circleclient

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circlegraph/circleclient/lenient"
)

func TestEventRequests(t *testing.T) {
	past := true
	ctx, c, sends := sending(t)
	sends(page(c.Events.List(ctx, EventListOptions{
		PageOptions: PageOptions{PerPage: 5}, StartDate: "2026-03-01", EndDate: "2026-03-31", PastEvents: &past,
	})), "GET /community_events?filter_date%5Bend_date%5D=2026-03-31&filter_date%5Bstart_date%5D=2026-03-01&"+
		"past_events=true&per_page=5", "")
	sends(page(c.Events.Attendees(ctx, 8, PageOptions{Page: 2})), "GET /events/8/event_attendees?page=2", "")
	sends(only(c.Events.RSVP(ctx, 8)), "POST /events/8/event_attendees", "")
	sends(c.Events.CancelRSVP(ctx, 8), "DELETE /events/8/event_attendees", "")
	sends(page(c.Events.Occurrences(ctx, 7, 8, PageOptions{PerPage: 10})),
		"GET /spaces/7/events/8/recurring_events?per_page=10", "")
	sends(c.Events.RSVPToOccurrences(ctx, 7, 8, []int64{11, 38100000001}),
		"PUT /spaces/7/events/8/recurring_events/rsvp", `{"event_ids":[11,38100000001]}`)
	sends(c.Events.RSVPToOccurrences(ctx, 7, 8, nil), "PUT /spaces/7/events/8/recurring_events/rsvp", `{"event_ids":[]}`)
}

func TestAttendeeID(t *testing.T) {
	var a EventAttendee
	if err := lenient.Decode([]byte(`{"id":900,"community_member_id":4,"contact_type":"CommunityMember",
		"rsvp_date":"2024-04-29T07:27:31.533Z"}`), &a); err != nil {
		t.Fatal(err)
	}
	if a.ID != 900 || a.MemberID() != 4 || a.RSVPDate == nil {
		t.Errorf("got %+v, want the RSVP 900 of member 4", a)
	}
	if (*EventAttendee)(nil).MemberID() != 0 || (*EventSettings)(nil).Location() != nil {
		t.Error("an absent part is not empty")
	}
}

func TestEventLocation(t *testing.T) {
	quoted := func(s string) string {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	lat, lng := 48.137, 11.575
	for _, c := range []struct {
		name, json string
		want       *EventLocation
	}{
		{
			"a document in a string",
			quoted(`{"name":"Rathaus","formatted_address":"Marienplatz 8, München","place_id":"x1",
				"geometry":{"location":{"lat":48.137,
				"lng":11.575}}}`),
			&EventLocation{
				Name: new("Rathaus"), Address: new("Marienplatz 8, München"), Latitude: &lat,
				Longitude: &lng, PlaceID: new("x1"),
			},
		},
		{
			"flat, with numbers in strings", quoted(`{"address":"Marienplatz 8","latitude":"48.137","longitude":11.575}`),
			&EventLocation{Address: new("Marienplatz 8"), Latitude: &lat, Longitude: &lng},
		},
		{"an object", `{"name":"Rathaus"}`, &EventLocation{Name: new("Rathaus")}},
		{"a plain string", `"Behind the {old} mill"`, &EventLocation{Address: new("Behind the {old} mill")}},
		{"a broken document", quoted(`{"name":`), &EventLocation{Address: new(`{"name":`)}},
		{"an empty string", `""`, nil},
		{"null", `null`, nil},
		{"a number", `7`, nil},
	} {
		var post Post
		if err := lenient.Decode([]byte(`{"event_setting_attributes":{"in_person_location":`+c.json+`,"rsvp_count":3}}`),
			&post); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, post.EventSettings.Location()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if post.EventSettings.RSVPCount != 3 {
			t.Errorf("%s: the location costs the fields behind it", c.name)
		}
	}
}
