package circleclient

import (
	"context"
	"errors"
	"testing"

	"circlegraph/circleclient/lenient"
)

func TestEventRequests(t *testing.T) {
	past := true
	checkSent(t, []sends{
		{"list", func(ctx context.Context, c *Client) error {
			return page(c.Events.List(ctx, EventListOptions{
				PageOptions: PageOptions{PerPage: 5}, StartDate: "2026-03-01",
				EndDate: "2026-03-31", PastEvents: &past,
			}))
		}, "GET /api/headless/v1/community_events?filter_date%5Bend_date%5D=2026-03-31&filter_date%5Bstart_date%5D=2026-03-01&past_events=true&per_page=5", ""},
		{"attendees", func(ctx context.Context, c *Client) error {
			return page(c.Events.Attendees(ctx, 8, PageOptions{Page: 2}))
		}, "GET /api/headless/v1/events/8/event_attendees?page=2", ""},
		{"RSVP", func(ctx context.Context, c *Client) error {
			a, err := c.Events.RSVP(ctx, 8)
			if err == nil && a.ID != 5 {
				return errors.New("the attendee was not decoded")
			}
			return err
		}, "POST /api/headless/v1/events/8/event_attendees", ""},
		{
			"cancel RSVP", func(ctx context.Context, c *Client) error { return c.Events.CancelRSVP(ctx, 8) },
			"DELETE /api/headless/v1/events/8/event_attendees", "",
		},
		{"occurrences", func(ctx context.Context, c *Client) error {
			return page(c.Events.Occurrences(ctx, 7, 8, PageOptions{PerPage: 10}))
		}, "GET /api/headless/v1/spaces/7/events/8/recurring_events?per_page=10", ""},
		{"RSVP to occurrences", func(ctx context.Context, c *Client) error {
			return c.Events.RSVPToOccurrences(ctx, 7, 8, []int64{11, 38100000001})
		}, "PUT /api/headless/v1/spaces/7/events/8/recurring_events/rsvp", `{"event_ids":[11,38100000001]}`},
		{"RSVP to no occurrence", func(ctx context.Context,
			c *Client,
		) error {
			return c.Events.RSVPToOccurrences(ctx, 7, 8,
				nil)
		}, "PUT /api/headless/v1/spaces/7/events/8/recurring_events/rsvp", `{"event_ids":[]}`},
	})
}

func TestAttendeeID(t *testing.T) {
	var a EventAttendee
	if err := lenient.Decode([]byte(`{"id":900,"community_member_id":4,"contact_type":"CommunityMember","rsvp_date":"2024-04-29T07:27:31.533Z"}`), &a); err != nil {
		t.Fatal(err)
	}
	if a.ID != 900 || a.MemberID() != 4 || a.RSVPDate == nil {
		t.Errorf("got %+v, want the RSVP 900 of member 4", a)
	}
	if (*EventAttendee)(nil).MemberID() != 0 || (*EmbeddedAttendees)(nil).Complete() ||
		(*EventSettings)(nil).Location() != nil {
		t.Error("an absent part is not empty")
	}
}
