package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// eventIn files an event of the first admin in a space that everybody here has joined; nothing in the Member API makes
// one.
func (w *world) eventIn(starts time.Duration, e event) *post {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.startsAt, e.duration, e.timeZone = testNow.Add(starts), time.Hour, "Europe/London"
	p := &post{
		spaceID: idEvents, authorID: w.store.members[0].id, kind: postEvent, status: "published", createdAt: testNow,
		updatedAt: testNow, content: trixContent("Come"), event: &e,
	}
	w.store.addPost(p)
	p.name, p.slug = fmt.Sprintf("Event %d", p.id), fmt.Sprintf("event-%d", p.id)
	return p
}

func TestRSVPGoesByTheEvent(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		open, two := w.eventIn(day, event{}), w.eventIn(day, event{rsvpLimit: 1})
		off, past, on := w.eventIn(day, event{rsvpDisabled: true}), w.eventIn(-2*time.Hour,
			event{}), w.eventIn(-30*time.Minute, event{})
		post := w.as(asGardener).postNamed("No event")
		at := func(id int64) string { return path("/events/%d/event_attendees", id) }
		walkSteps(t, w, []step{
			{"nobody comes yet", asMember, "GET", at(open.id), "", 200, `"count":0`},
			{"come", asMember, "POST", at(open.id), "", 200, `"rsvp_status":"yes","name":"Maya Fielding","contact_id"`},
			{"come again", asMember, "POST", at(open.id), "", 422, "You have already RSVP'd to this event"},
			{"who comes", asMember, "GET", at(open.id), "", 200, `"count":1,"page_count":1`},
			{"the last place", asGardener, "POST", at(two.id), "", 200, `"rsvp_status":"yes"`},
			{"no place left", asMember, "POST", at(two.id), "", 422, "RSVP limit has been reached"},
			{"give the place up", asGardener, "DELETE", at(two.id), "", 200, `"rsvp_status":"no"`},
			{"a place again", asMember, "POST", at(two.id), "", 200, `"rsvp_status":"yes"`},
			{"switched off", asMember, "POST", at(off.id), "", 422, "RSVP is disabled"},
			{"over", asMember, "POST", at(past.id), "", 422, "This event has ended"},
			{"on", asMember, "POST", at(on.id), "", 200, ""},
			{"cancel", asMember, "DELETE", at(open.id), "", 200, `"rsvp_status":"no"`},
			{"cancel again", asMember, "DELETE", at(open.id), "", 404, "Missing record: event_attendee"},
			{"nobody comes any more", asMember, "GET", at(open.id), "", 200, `"count":0`},
			{"a post that is no event", asMember, "POST", at(post), "", 404, "Missing record: event"},
			{"an event that is not there", asMember, "POST", at(1), "", 404, "Missing record: post"},
		})
		if r := w.as(asGardener).must(200, "POST", at(open.id), ""); r.id("contact_id") != w.store.members[4].id ||
			r.at("contact_type") != "CommunityMember" {
			t.Errorf("the contact of an RSVP is missing: %s", r.raw)
		}
		if r := w.as(asGardener).must(200, "DELETE", at(open.id), ""); r.at("contact_id") != nil {
			t.Errorf("the contact of a cancelled RSVP is there: %s", r.raw)
		}
	})
}

func TestRSVPNeedsTheSpace(t *testing.T) {
	w := newWorld(t)
	e := w.eventIn(day, event{})
	w.mu.Lock()
	w.store.leave(e.spaceID, w.store.members[3].id)
	w.mu.Unlock()
	w.as(asMember).must(401, "POST", path("/events/%d/event_attendees", e.id), "")
}

func TestHiddenGuests(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		e := w.eventIn(day, event{hideGuests: true})
		list := path("/events/%d/event_attendees", e.id)
		w.as(asMember).must(200, "POST", list, "")
		if r := w.as(asMember).must(200, "GET", list, ""); len(r.records()) != 0 {
			t.Errorf("a member sees %d hidden guests", len(r.records()))
		}
		if r := w.as(asAdmin).must(200, "GET", list, ""); len(r.records()) != 1 {
			t.Errorf("the host sees %d guests, want 1", len(r.records()))
		}
	})
}

func TestEventsAreFiltered(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		const far = 3000 * day
		late, early := w.eventIn(far+2*day, event{}), w.eventIn(far, event{place: &place{Name: "The hut", Latitude: 51.5}})
		draft := w.eventIn(far+day, event{})
		old, older := w.eventIn(-far, event{}), w.eventIn(-far-day, event{})
		w.mu.Lock()
		draft.status, draft.authorID = "draft", w.store.members[3].id
		w.mu.Unlock()
		span := func(from, to time.Duration) string {
			return "filter_date[start_date]=" + testNow.Add(from).Format(time.DateOnly) + "&filter_date[end_date]=" +
				testNow.Add(to).Format(time.DateOnly)
		}
		whole := span(-2*far, 2*far)
		for _, tt := range []struct {
			name, who, query string
			want             []int64
		}{
			{"coming, soonest first", asMember, span(far, 2*far), []int64{early.id, late.id}},
			{"one day", asMember, span(far, far), []int64{early.id}},
			{"to the last day", asMember, span(far+day, far+2*day), []int64{late.id}},
			{"no day", asMember, span(far+4*day, far+5*day), nil},
			{"past, latest first", asMember, span(-far-day, -far) + "&past_events=true", []int64{old.id, older.id}},
			{"past ones are not coming", asMember, span(-far-day, -far), nil},
			{"own drafts", asMember, whole + "&status=draft", []int64{draft.id}},
			{"drafts of others", asGardener, whole + "&status=draft", nil},
		} {
			r := w.as(tt.who).must(200, "GET", "/community_events?"+strings.NewReplacer("[", "%5B", "]",
				"%5D").Replace(tt.query), "")
			var got []int64
			for i := range r.records() {
				got = append(got, r.id("records", i, "id"))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: events %v, want %v", tt.name, got, tt.want)
			}
		}
		r := w.as(asMember).must(200, "GET", "/community_events?"+strings.NewReplacer("[", "%5B", "]",
			"%5D").Replace(span(far, far)), "")
		text, _ := r.at("records", 0, "event_setting_attributes", "in_person_location").(string)
		var where place
		if err := json.Unmarshal([]byte(text), &where); err != nil || where.Name != "The hut" {
			t.Errorf("in_person_location = %q, want a place as JSON inside a string", text)
		}
	})
}

func TestOccurrencesAreChosenTogether(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		var dates []*post
		for _, starts := range []time.Duration{-7 * day, 7 * day, 14 * day, 21 * day} {
			dates = append(dates, w.eventIn(starts, event{rsvpLimit: 1}))
		}
		alone := w.eventIn(day, event{})
		w.mu.Lock()
		for _, p := range dates {
			p.event.seriesID, p.event.frequency = dates[0].id, "weekly"
		}
		w.mu.Unlock()
		maya := w.as(asMember)
		list := path("/spaces/%d/events/%d/recurring_events", idEvents, dates[1].id)
		going := func() string {
			var yes []string
			r := maya.must(200, "GET", list, "")
			for i := range r.records() {
				yes = append(yes, fmt.Sprint(r.at("records", i, "rsvped_event")))
			}
			return strings.Join(yes, " ")
		}
		r := maya.must(200, "GET", list, "")
		if r.id("count") != 3 || r.id("records", 0, "id") != dates[1].id ||
			r.at("records", 0, "start_date") != "Sat, Mar 21 2026" {
			t.Errorf("occurrences = %s, want the three to come, soonest first", r.raw)
		}
		if n := maya.must(200, "GET", path("/spaces/%d/events/%d/recurring_events", idEvents, alone.id),
			"").id("count"); n != 0 {
			t.Errorf("an event that does not recur has %d occurrences", n)
		}
		w.as(asGardener).must(200, "POST", path("/events/%d/event_attendees", dates[3].id), "")
		for _, tt := range []struct {
			name, body string
			status     int
			want       string
			going      string
		}{
			{
				"two", path(`{"event_ids":[%d,%d]}`, dates[1].id, dates[2].id), 200,
				"You’ve RSVP’d to 2 events. We’ll send you a reminder before an event starts.", "true true false",
			},
			{
				"a full one refuses all", path(`{"event_ids":[%d,%d]}`, dates[2].id, dates[3].id), 422,
				"RSVP limit has been reached", "true true false",
			},
			{"one, so not the other", path(`{"event_ids":[%d]}`, dates[2].id), 200, "RSVP’d to 1 event.", "false true false"},
			{"a past one", path(`{"event_ids":[%d]}`, dates[0].id), 404, "Missing record: event", "false true false"},
			{"one of no series", path(`{"event_ids":[%d]}`, alone.id), 404, "Missing record: event", "false true false"},
			{"no parameter", `{}`, 404, "Missing parameter: event_ids", "false true false"},
			{"none", `{"event_ids":[]}`, 200, "RSVP’d to 0 events.", "false false false"},
		} {
			r := maya.call("PUT", list+"/rsvp", tt.body)
			if r.status != tt.status || !strings.Contains(string(r.raw), tt.want) {
				t.Errorf("%s: %d %s, want %d %s", tt.name, r.status, r.raw, tt.status, tt.want)
			}
			if got := going(); got != tt.going {
				t.Errorf("%s: going is %s, want %s", tt.name, got, tt.going)
			}
		}
		maya.refused(404, "Missing record: event", "GET",
			path("/spaces/%d/events/%d/recurring_events", idVegetables, dates[1].id), "")
	})
}
