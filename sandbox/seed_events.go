package sandbox

import (
	"cmp"
	"time"
)

// plannedEvent is a line of the calendar.
type plannedEvent struct {
	room, name, text string
	starts           time.Duration // from now; negative: past
	hour             int           // of that day; 10 when zero
	lasts            time.Duration
	where            string // "", or an address, or a link
	recording        string // of a live stream; its place is then the stream
	limit            int
	series           bool
	rsvpOff, hidden  bool
}

// calendar has the thirty events: past ones, one that is on, some to come, a weekly series on Sundays, and one that is
// full.
func calendar(now time.Time) []plannedEvent {
	toSunday := time.Duration(7-now.UTC().Weekday()) * day
	hut, hall := "The tea hut", "Armstrong Hall"
	call := "https://meet.example.com/thornbury-lane"
	events := []plannedEvent{
		{
			room: "events", name: "Spring work party", text: "Paths, hedges, gutters. Bring gloves.", starts: -110 * day,
			lasts: 3 * time.Hour, where: hut,
		},
		{
			room: "events", name: "Seed swap in the hall", text: "Bring envelopes, take envelopes.", starts: -96 * day,
			lasts: 4 * time.Hour, where: hall,
		},
		{
			room: "events", name: "Bee-friendly planting walk", text: "From plot 1 to plot 34 with Tom.", starts: -80 * day,
			hour: 14, lasts: 90 * time.Minute, where: hut,
		},
		{
			room: "events", name: "Midsummer supper", text: "Long table, short speeches.", starts: -66 * day, hour: 18,
			lasts: 5 * time.Hour, where: hut, limit: 60,
		},
		{
			room: "events", name: "Open gardens day", text: "The public is coming. Hide the plastic.", starts: -52 * day,
			hour: 11, lasts: 7 * time.Hour, where: hut, rsvpOff: true,
		},
		{
			room: "events", name: "Summer show", text: "Staging from eight, judging at eleven.", starts: -38 * day, hour: 8,
			lasts: 8 * time.Hour, where: hall,
		},
		{
			room: "events", name: "Scarecrow building with Year 4", text: "Old shirts wanted.", starts: -24 * day, hour: 14,
			lasts: 2 * time.Hour, where: hut,
		},
		{
			room: "events", name: "Apple pressing", text: "Windfalls and clean bottles.", starts: -9 * day, lasts: 4 * time.Hour,
			where: hut,
		},
		{
			room: "events", name: "Autumn clear-up, on now", text: "We are at the north fence until dark.",
			starts: -30 * time.Minute, lasts: 2 * time.Hour, where: hut,
		},
		{
			room: "events", name: "Annual general meeting", text: "Accounts, elections, cake.", starts: 6 * day, hour: 19,
			lasts: 2 * time.Hour, where: hall,
		},
		{
			room: "events", name: "Pumpkin weigh-in", text: "The scales go to two hundred kilos. We can dream.",
			starts: 11 * day, hour: 14, lasts: 2 * time.Hour, where: hut,
		},
		{
			room: "events", name: "Night walk: moths and owls", text: "Twenty places, no torches, children welcome.",
			starts: 8 * day, hour: 21, lasts: 2 * time.Hour, where: "The hazel hedge", limit: 20, hidden: true,
		},
		{
			room: "events", name: "Bonfire and jacket potatoes", text: "After dusk. Niall brings the potatoes.",
			starts: 19 * day, hour: 18, lasts: 3 * time.Hour, where: hut,
		},
		{
			room: "events", name: "Wassail in the orchard", text: "Singing is compulsory, voices are not. Just come.",
			starts: 50 * day, hour: 17, lasts: 2 * time.Hour, where: "The orchard corner", rsvpOff: true,
		},
		{
			room: "workshops", name: "Composting from nothing", text: "Callum explains the sixty-eight degrees.",
			starts: -72 * day, hour: 14, lasts: 2 * time.Hour, where: hut,
		},
		{
			room: "workshops", name: "Soil under the microscope", text: "Bring a jam jar of yours.", starts: -44 * day, hour: 14,
			lasts: 90 * time.Minute, recording: "https://video.example.com/watch/soil-under-the-microscope",
		},
		{
			room: "workshops", name: "Pickling and krauts", text: "Jars provided, patience not.", starts: -16 * day, hour: 14,
			lasts: 3 * time.Hour, where: hall, limit: 12,
		},
		{
			room: "workshops", name: "Sharpening morning", text: "Five places at the grindstone, so that everybody gets a turn.",
			starts: 3 * day, lasts: 3 * time.Hour, where: hut, limit: 5,
		},
		{
			room: "workshops", name: "Winter pruning, online", text: "Ingrid with a camera and a very long pole.",
			starts: 5 * day, hour: 19, lasts: time.Hour, where: call,
		},
		{
			room: "workshops", name: "Reading a seed catalogue", text: "What the adjectives mean.", starts: 13 * day, hour: 20,
			lasts: time.Hour, where: call,
		},
		{
			room: "workshops", name: "Build a raised bed", text: "Kwame brings the saw.", starts: 16 * day, lasts: 4 * time.Hour,
			where: hut, limit: 10,
		},
		{
			room: "workshops", name: "Grafting", text: "Scions from the old orchard. Sharp knives, so adults only.",
			starts: 75 * day, lasts: 3 * time.Hour, where: hut,
		},
		{
			room: "workshops", name: "Planning your first year", text: "Place to be agreed with those who come.",
			starts: 24 * day, hour: 11, lasts: 2 * time.Hour,
		},
		{
			room: "workshops", name: "Drip irrigation for the impatient", text: "Dev shows the spreadsheet, briefly.",
			starts: 30 * day, hour: 19, lasts: 2 * time.Hour, where: call,
		},
	}
	for week := range 6 {
		events = append(events, plannedEvent{
			room: "events", name: "Sunday work party", text: "Every Sunday, an hour for the common paths, then tea.",
			starts: time.Duration(week-2)*7*day + toSunday, lasts: time.Hour, where: hut, limit: 20, series: true,
		})
	}
	return events
}

func (sd *seeder) planEvents() []*plannedPost {
	var plan []*plannedPost
	for i, c := range calendar(sd.now) {
		starts := sd.now.Add(c.starts).Truncate(time.Minute)
		if c.starts%day == 0 { // and not just now
			starts = starts.Truncate(day).Add(time.Duration(cmp.Or(c.hour, 10)) * time.Hour)
		}
		e := &event{
			startsAt: starts, duration: c.lasts, timeZone: "Europe/London", rsvpLimit: c.limit, rsvpDisabled: c.rsvpOff,
			hideLocation: c.hidden, hideGuests: i == 4, locationType: "in_person",
		}
		switch {
		case c.recording != "":
			e.locationType, e.recordingURL = "live_stream", c.recording
		case c.where == "":
			e.locationType = "tbd"
		case len(c.where) > 8 && c.where[:8] == "https://":
			e.locationType, e.virtualURL = "virtual", c.where
		default:
			e.place = &place{c.where, c.where + ", Thornbury Lane, Thornbury BS35, United Kingdom", 51.6094, -2.5249}
		}
		made := sd.ago(time.Duration(20+i)*day - time.Duration(i)*time.Hour)
		if latest := sd.now.Add(c.starts - 12*day); latest.Before(made) {
			made = latest
		}
		if c.series {
			e.seriesID, e.frequency = -1, "weekly" // becomes the first one's id
			made = sd.ago(40*day - time.Duration(i)*time.Second)
		}
		plan = append(plan, &plannedPost{room: c.room, subject: "the date", author: i % 3, post: post{
			kind: postEvent, name: c.name, event: e, createdAt: made, content: sd.tiptapContent(document(paragraph(c.text)), nil,
				nil),
		}})
	}
	return plan
}

// seedAttendees lets members say yes: to a limited event until it is full when the limit is five, else to about a
// third.
func (sd *seeder) seedAttendees(p *post) {
	seats := sd.store.memberships[p.spaceID]
	for i, seat := range seats {
		if p.event.rsvpDisabled || p.event.full() {
			return
		}
		full := p.event.rsvpLimit == 5 && seat.memberID != sd.people[3].id
		if seat.memberID == sd.people[3].id && sd.rnd.IntN(2) == 0 {
			continue
		}
		if full || (i+int(p.id))%3 == 0 && len(p.event.attendees) < 15 {
			at := sd.between(p.createdAt, minTime(sd.now, p.event.startsAt))
			p.event.attendees = append(p.event.attendees, attendee{sd.store.smallID(), seat.memberID, "yes", at})
		}
	}
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
