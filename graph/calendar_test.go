package graph

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"circlegraph/circleclient"
	"circlegraph/graph/model"
)

// meeting is an event at a hidden place, at ten in Berlin, as read by somebody who may do what policies say.
func meeting(policies circleclient.PostPermissions, comes bool) *model.Event {
	starts := time.Date(2026, 3, 29, 10, 0, 0, 0, time.FixedZone("CEST", 2*60*60))
	name, link := "The hedge", "https://meet.example.com/x"
	return model.NewEvent(&circleclient.Post{
		Source: circleclient.SourcePost, ID: 7, DisplayTitle: "Tea; cake,\r\nand \\more\x07",
		URL:           "https://example.com/c/events/tea",
		BodyPlainText: "Bring:\n- a cup", UpdatedAt: starts.Add(-time.Hour), Policies: &policies,
		EventPart: circleclient.EventPart{RSVPedEvent: comes, EventSettings: &circleclient.EventSettings{
			StartsAt: &starts, DurationInSeconds: 3600, HideLocationFromNonAttendees: true,
			InPersonLocation: circleclient.EventLocation{Name: &name}, VirtualLocationURL: &link,
		}},
	})
}

func TestCalendarHidesThePlace(t *testing.T) {
	for _, c := range []struct {
		name     string
		policies circleclient.PostPermissions
		comes    bool
		sees     bool
	}{
		{"a member", circleclient.PostPermissions{CanReport: true}, false, false},
		{"who comes", circleclient.PostPermissions{}, true, true},
		{"the host", circleclient.PostPermissions{CanUpdate: true}, false, true},
		{"an admin", circleclient.PostPermissions{CanManage: true}, false, true},
	} {
		event := meeting(c.policies, c.comes)
		entry, err := eventCalendar(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		repeated, err := occurrenceCalendar(t.Context(),
			&model.EventOccurrence{EventOccurrence: &circleclient.EventOccurrence{ID: 8}, Event: event})
		if err != nil {
			t.Fatal(err)
		}
		for where, text := range map[string]string{
			"ics": entry.Ics, "google": entry.GoogleURL,
			"of a repetition": repeated.Ics,
		} {
			if got := strings.Contains(text, "hedge"); got != c.sees {
				t.Errorf("%s: %s names the place: %t, want %t\n%s", c.name, where, got, c.sees, text)
			}
			if !c.sees && (strings.Contains(text, "meet.example.com") || strings.Contains(text, "GEO")) {
				t.Errorf("%s: %s leads to the place:\n%s", c.name, where, text)
			}
		}
	}
	comes := &model.EventOccurrence{
		EventOccurrence: &circleclient.EventOccurrence{ID: 8, RSVPedEvent: true},
		Event:           meeting(circleclient.PostPermissions{}, false),
	}
	if entry, err := occurrenceCalendar(t.Context(), comes); err != nil || !strings.Contains(entry.Ics, "hedge") {
		t.Errorf("who comes to the repetition alone is not told where: %v\n%s", err, entry.Ics)
	}
}

// What is written is what a calendar reads: escaped, folded within characters, in UTC.
func TestCalendarIsReadBack(t *testing.T) {
	event := meeting(circleclient.PostPermissions{}, true)
	event.BodyPlainText += "\n" + strings.Repeat("日本語 ", 50)
	entry, err := eventCalendar(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(entry.Ics, "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n\x07") || !utf8.ValidString(line) {
			t.Errorf("line %q is too long, has a control character or is cut within a character", line)
		}
	}
	calendar, err := ics.ParseCalendar(strings.NewReader(entry.Ics))
	if err != nil || len(calendar.Events()) != 1 {
		t.Fatalf("%v\n%s", err, entry.Ics)
	}
	read := calendar.Events()[0]
	for property, want := range map[ics.ComponentProperty]string{
		ics.ComponentPropertySummary: "Tea; cake,\nand \\more", ics.ComponentPropertyDescription: "Bring:\n- a cup\n" +
			strings.TrimSpace(strings.Repeat("日本語 ", 50)) + "\n\nhttps://meet.example.com/x",
		ics.ComponentPropertyDtStart: "20260329T080000Z", ics.ComponentPropertyDtEnd: "20260329T090000Z",
		ics.ComponentPropertyDtstamp:  "20260329T070000Z",
		ics.ComponentPropertyUniqueId: "event-7@example.com", ics.ComponentPropertyLocation: "The hedge",
	} {
		if got := read.GetProperty(property); got == nil || got.Value != want {
			t.Errorf("%s = %+v, want %q", property, got, want)
		}
	}
	if want := "dates=20260329T080000Z%2F20260329T090000Z"; !strings.Contains(entry.GoogleURL, want) {
		t.Errorf("Google's link is %s, want %s in it", entry.GoogleURL, want)
	}
	again, err := eventCalendar(t.Context(), event)
	if err != nil || *again != *entry {
		t.Errorf("asked again, the event is another one: %v", err)
	}
}

func TestCalendarWithoutATime(t *testing.T) {
	event := meeting(circleclient.PostPermissions{}, true)
	event.EventSettings.StartsAt = nil
	if entry, err := eventCalendar(t.Context(), event); entry != nil || err != nil {
		t.Errorf("an event without a time: %+v, %v, want nothing", entry, err)
	}
}

func TestLiveAt(t *testing.T) {
	starts := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	ends := starts.Add(time.Hour)
	for _, c := range []struct {
		now  time.Time
		ends *time.Time
		want bool
	}{
		{starts.Add(-time.Second), &ends, false},
		{starts, &ends, true},
		{ends.Add(-time.Second), &ends, true},
		{ends, &ends, false},
		{starts.Add(time.Second), nil, false},
	} {
		if got := liveAt(c.now, starts, c.ends); got != c.want {
			t.Errorf("liveAt(%s, until %v) = %t, want %t", c.now, c.ends, got, c.want)
		}
	}
}
