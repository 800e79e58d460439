package graph

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
)

// calendarDates is an event's time as Google's links have it.
const calendarDates = "20060102T150405Z"

// appointment is what a calendar is told of an event. Its place is what the viewer may see of it.
type appointment struct {
	id          int64
	title, text string
	url         string
	starts      time.Time
	ends        *time.Time
	changed     time.Time
	place       string
	latitude    *float64
	longitude   *float64
}

// eventCalendar is nil for an event that has no time yet.
func eventCalendar(ctx context.Context, e *model.Event) (*model.CalendarEntry, error) {
	record, err := loaders.WithPart(ctx, e.Post, circleclient.PostEvent)
	if err != nil {
		return nil, err
	}
	s := settingsOf(record)
	if s.StartsAt == nil {
		return nil, nil //nolint:nilnil // it is not known when the event takes place
	}
	placed, err := placeOf(ctx, e)
	if err != nil {
		return nil, err
	}
	a := appointmentOf(record, placed)
	a.id, a.title, a.starts, a.ends = record.ID, record.DisplayTitle, *s.StartsAt, s.End()
	return a.entry(), nil
}

// occurrenceCalendar takes what a repetition does not carry from its event. Who comes to it may see the place.
func occurrenceCalendar(ctx context.Context, o *model.EventOccurrence) (*model.CalendarEntry, error) {
	record, err := loaders.WithPart(ctx, o.Event.Post, circleclient.PostEvent)
	if err != nil {
		return nil, err
	}
	placed := record
	if !o.RSVPedEvent {
		if placed, err = placeOf(ctx, o.Event); err != nil {
			return nil, err
		}
	}
	a := appointmentOf(record, placed)
	a.id, a.title, a.starts, a.ends = o.ID, o.Name, o.StartsAt, o.EndsAt
	return a.entry(), nil
}

// appointmentOf has all but the time; placed is nil if the place is hidden from the viewer.
func appointmentOf(record, placed *circleclient.Post) appointment {
	a := appointment{text: record.RichText().PlainText(), url: record.URL, changed: record.UpdatedAt}
	if placed == nil {
		return a
	}
	s := settingsOf(placed)
	a.place = deref(s.VirtualLocationURL)
	if l := s.Location(); l != nil {
		a.text = strings.TrimSpace(a.text + "\n\n" + a.place) // where to join from elsewhere
		a.place = placeLine(deref(l.Name), deref(l.Address))
		a.latitude, a.longitude = l.Latitude, l.Longitude
	}
	return a
}

// placeLine names a place once: many addresses begin with the name.
func placeLine(name, address string) string {
	switch {
	case address == "", strings.HasPrefix(address, name):
		return name + strings.TrimPrefix(address, name)
	case name == "":
		return address
	}
	return name + ", " + address
}

func (a appointment) entry() *model.CalendarEntry {
	return &model.CalendarEntry{Ics: a.ics(), GoogleURL: a.google()}
}

// ics writes the event in UTC, which is right in every time zone; it is the same each time, until the event changes.
func (a appointment) ics() string {
	calendar := ics.NewCalendar()
	calendar.SetProductId("-//Circlegraph//Circlegraph//EN")
	calendar.SetMethod(ics.MethodPublish)
	event := calendar.AddEvent(fmt.Sprintf("event-%d@%s", a.id, host(a.url)))
	event.SetDtStampTime(a.changed)
	event.SetStartAt(a.starts)
	if a.ends != nil {
		event.SetEndAt(*a.ends)
	}
	event.SetSummary(calendarText(a.title))
	if text := calendarText(a.text); text != "" {
		event.SetDescription(text)
	}
	if a.place != "" {
		event.SetLocation(calendarText(a.place))
	}
	if a.latitude != nil && a.longitude != nil {
		event.SetGeo(*a.latitude, *a.longitude)
	}
	event.SetURL(calendarText(a.url))
	return calendar.Serialize(ics.WithNewLineWindows)
}

// google is the address that fills in a new entry of Google Calendar.
func (a appointment) google() string {
	ends := a.starts
	if a.ends != nil {
		ends = *a.ends
	}
	query := url.Values{
		"action":  {"TEMPLATE"},
		"text":    {a.title},
		"dates":   {a.starts.UTC().Format(calendarDates) + "/" + ends.UTC().Format(calendarDates)},
		"details": {a.url},
	}
	if a.place != "" {
		query.Set("location", a.place)
	}
	return "https://calendar.google.com/calendar/render?" + query.Encode()
}

// calendarText keeps line breaks, which iCalendar escapes, and no other control character, which it cannot hold: a
// carriage return would begin a property of its own.
func calendarText(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.TrimSpace(s))
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return "circle.so"
	}
	return u.Hostname()
}

// liveAt reports whether a moment is within an event: its start belongs to it, its end does not.
func liveAt(now, starts time.Time, ends *time.Time) bool {
	return ends != nil && !now.Before(starts) && now.Before(*ends)
}
