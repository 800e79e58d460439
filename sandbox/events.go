package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"
)

func (s *Sandbox) eventRoutes() []route {
	return []route{
		{"GET /community_events", s.listEvents},
		{"GET /events/{event_id}/event_attendees", found(s.openEvent, s.listAttendees)},
		{"POST /events/{event_id}/event_attendees", found(s.openEvent, s.rsvp)},
		{"DELETE /events/{event_id}/event_attendees", found(s.openEvent, s.cancelRSVP)},
		{"GET /spaces/{space_id}/events/{event_id}/recurring_events", found(s.occurrencesOfPath, s.listOccurrences)},
		{"PUT /spaces/{space_id}/events/{event_id}/recurring_events/rsvp", found(s.occurrencesOfPath, s.rsvpToOccurrences)},
	}
}

// listEvents lists the events of all spaces that the member may read: those to come, soonest first, or the past ones,
// latest first.
func (s *Sandbox) listEvents(q *request) answer {
	past := q.flag("past_events")
	from, _ := time.Parse(time.DateOnly, q.param("filter_date[start_date]"))
	to, err := time.Parse(time.DateOnly, q.param("filter_date[end_date]"))
	endless := err != nil
	status := cmp.Or(q.param("status"), "published")
	events := filter(s.store.posts, func(p *post) bool {
		if p.event == nil || p.status != status || !s.readable(q.member, p) ||
			!s.canView(q.member, s.store.spaceByID[p.spaceID]) {
			return false
		}
		starts := p.event.startsAt
		inside := !starts.Before(from) && (endless || starts.Before(to.AddDate(0, 0, 1))) // both days included
		return inside && past != p.event.endsAt().After(q.now)
	})
	slices.SortFunc(events, func(a, b *post) int {
		soonest := cmp.Or(a.event.startsAt.Compare(b.event.startsAt), cmp.Compare(a.id, b.id))
		if past {
			return -soonest
		}
		return soonest
	})
	view := func(p *post) postJSON { return s.postView(q, p, postInEvents) }
	return ok(listPage(q.paging(10), events, view).withSort("latest"))
}

// openEvent finds the path's event; other posts are not events.
func (s *Sandbox) openEvent(q *request) (*post, answer) {
	p, refusal := s.openPost(q, q.id("event_id"))
	if refusal.status != 0 {
		return nil, refusal
	}
	if p.event == nil {
		return nil, missingRecord("event")
	}
	return p, answer{}
}

func (s *Sandbox) listAttendees(q *request, p *post) answer {
	attending := p.event.attending()
	if p.event.hideGuests && !canManage(q.member, p.authorID) {
		attending = nil
	}
	return ok(listPage(q.paging(10), attending, s.attendeeView).withPageCount().withMeta())
}

// refuseRSVP answers why the member cannot come; zero if they can. Circle has no codes for these, only sentences.
func (s *Sandbox) refuseRSVP(q *request, p *post) answer {
	e := p.event
	switch {
	case !s.canParticipate(q.member, s.store.spaceByID[p.spaceID]):
		return forbidden()
	case e.rsvpDisabled:
		return failure(http.StatusUnprocessableEntity, "RSVP is disabled for this event")
	case !e.endsAt().After(q.now):
		return failure(http.StatusUnprocessableEntity, "This event has ended")
	case e.going(q.member.id):
		return failure(http.StatusUnprocessableEntity, "You have already RSVP'd to this event")
	case e.full():
		return failure(http.StatusUnprocessableEntity, "RSVP limit has been reached for this event")
	}
	return answer{}
}

// going reports whether the member has said yes.
func (e *event) going(memberID int64) bool {
	return slices.ContainsFunc(e.attendees, func(a attendee) bool { return a.memberID == memberID && a.status == "yes" })
}

// answerInvitation records the member's answer. A later answer changes the same row.
func (s *Sandbox) answerInvitation(q *request, p *post, status string) attendee {
	e := p.event
	i := slices.IndexFunc(e.attendees, func(a attendee) bool { return a.memberID == q.member.id })
	if i < 0 {
		i = len(e.attendees)
		e.attendees = append(e.attendees, attendee{id: s.store.smallID(), memberID: q.member.id})
	}
	e.attendees[i].status, e.attendees[i].at = status, q.now
	if status == "yes" {
		n := s.postNotification(p, p.authorID, q.member.id)
		n.action, n.displayAction = "rsvp", "is going to your event"
		s.notify(n)
	}
	return e.attendees[i]
}

func (s *Sandbox) rsvp(q *request, p *post) answer {
	if refusal := s.refuseRSVP(q, p); refusal.status != 0 {
		return refusal
	}
	return ok(s.attendeeView(s.answerInvitation(q, p, "yes")))
}

func (s *Sandbox) cancelRSVP(q *request, p *post) answer {
	if !p.event.going(q.member.id) {
		return missingRecord("event_attendee")
	}
	v := s.attendeeView(s.answerInvitation(q, p, "no"))
	v.attendeeContact = nil // only this answer lacks it
	return ok(v)
}

// occurrenceJSON is a date of a recurring event, as the picker of dates shows it.
type occurrenceJSON struct {
	ID                    int64  `json:"id"`
	Name                  string `json:"name"`
	StartsAt              stamp  `json:"starts_at"`
	EndsAt                stamp  `json:"ends_at"`
	StartDate             string `json:"start_date"`
	TimeZoneAbbreviations string `json:"time_zone_abbreviations"`
	TimeZone              string `json:"time_zone"`
	Going                 bool   `json:"rsvped_event"`
	RSVPLimit             *int   `json:"rsvp_limit"`
	RSVPCount             int    `json:"rsvp_count"`
}

func occurrenceView(q *request, p *post) occurrenceJSON {
	e := p.event
	zone, err := time.LoadLocation(e.timeZone)
	if err != nil { // a machine without zones
		zone = time.UTC
	}
	starts := e.startsAt.In(zone)
	v := occurrenceJSON{
		ID: p.id, Name: p.name, StartsAt: stamp(e.startsAt), EndsAt: stamp(e.endsAt()),
		StartDate:             starts.Format("Mon, Jan _2 2006"),
		TimeZoneAbbreviations: starts.Format("MST"), TimeZone: e.timeZone, Going: e.going(q.member.id),
		RSVPCount: len(e.attending()),
	}
	if e.rsvpLimit > 0 {
		v.RSVPLimit = &e.rsvpLimit
	}
	return v
}

// occurrencesOfPath lists the dates to come of the path's event, soonest first.
func (s *Sandbox) occurrencesOfPath(q *request) ([]*post, answer) {
	sp, refusal := s.spaceOfPath(q)
	if refusal.status != 0 {
		return nil, refusal
	}
	p, refusal := s.openEvent(q)
	switch {
	case refusal.status != 0:
		return nil, refusal
	case p.spaceID != sp.id:
		return nil, missingRecord("event")
	}
	gone := func(o *post) bool { return o.status != "published" || !o.event.endsAt().After(q.now) }
	return slices.DeleteFunc(s.store.series(p.event.seriesID), gone), answer{}
}

func (s *Sandbox) listOccurrences(q *request, dates []*post) answer {
	view := func(p *post) occurrenceJSON { return occurrenceView(q, p) }
	return ok(listPage(q.paging(10), dates, view).withPageCount().withMeta())
}

// rsvpToOccurrences makes the member attend the named dates and no others. It is all or nothing.
func (s *Sandbox) rsvpToOccurrences(q *request, dates []*post) answer {
	var in struct {
		EventIDs *[]int64 `json:"event_ids"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	if in.EventIDs == nil {
		return missingParameter("event_ids")
	}
	wanted := *in.EventIDs
	for _, id := range wanted {
		i := slices.IndexFunc(dates, func(p *post) bool { return p.id == id })
		if i < 0 {
			return missingRecord("event")
		}
		if dates[i].event.going(q.member.id) {
			continue
		}
		if refusal := s.refuseRSVP(q, dates[i]); refusal.status != 0 {
			return refusal
		}
	}
	count := 0
	for _, p := range dates {
		want, going := slices.Contains(wanted, p.id), p.event.going(q.member.id)
		switch {
		case want && !going:
			s.answerInvitation(q, p, "yes")
		case going && !want:
			s.answerInvitation(q, p, "no")
		}
		if want {
			count++
		}
	}
	events := "events"
	if count == 1 {
		events = "event"
	}
	const text = "You’ve RSVP’d to %d %s. We’ll send you a reminder before an event starts."
	return ok(said{fmt.Sprintf(text, count, events)})
}
