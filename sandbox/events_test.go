package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// eventID finds an event, or another post, of the seed by its slug.
func (w *world) eventID(slug string) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return (&seeder{Sandbox: w.Sandbox}).postBySlug(slug).id
}

// refused makes a call that has to fail with the status and the words.
func (c caller) refused(status int, words, method, path, body string) {
	c.t.Helper()
	if r := c.must(status, method, path, body); !strings.Contains(string(r.raw), words) {
		c.t.Errorf("%s %s = %s, want something with %q", method, path, r.raw, words)
	}
}

func attendees(eventID int64) string { return fmt.Sprintf("/events/%d/event_attendees", eventID) }

func TestEventList(t *testing.T) { inBothWorlds(t, checkEventList) }

func checkEventList(t *testing.T, w *world) {
	maya := w.as(asMember)
	list := func(query string) []time.Time {
		r := maya.must(200, "GET", "/community_events?per_page=100"+query, "")
		var starts []time.Time
		for i := range r.records() {
			at, err := time.Parse(time.RFC3339, fmt.Sprint(r.at("records", i, "event_setting_attributes", "starts_at")))
			if err != nil {
				t.Fatal(err)
			}
			starts = append(starts, at)
		}
		return starts
	}
	coming, past := list(""), list("&past_events=true")
	if len(coming) == 0 || len(past) == 0 || len(coming)+len(past) != 30 {
		t.Fatalf("%d events to come and %d past, want 30 together", len(coming), len(past))
	}
	for i := range len(coming) - 1 {
		if coming[i].After(coming[i+1]) {
			t.Errorf("event %d starts after the next, want the soonest first", i)
		}
	}
	if !coming[0].Equal(testNow.Add(-30 * time.Minute)) {
		t.Errorf("the first event to come starts at %v, want the one that is on now", coming[0])
	}
	for i := range len(past) - 1 {
		if past[i].Before(past[i+1]) {
			t.Errorf("past event %d starts before the next, want the latest first", i)
		}
	}
	from, to := testNow.AddDate(0, 0, 5), testNow.AddDate(0, 0, 6)
	filtered := list("&filter_date[start_date]=" + from.Format(time.DateOnly) + "&filter_date[end_date]=" +
		to.Format(time.DateOnly))
	var want int
	for _, at := range coming {
		if day := at.Format(time.DateOnly); day >= from.Format(time.DateOnly) && day <= to.Format(time.DateOnly) {
			want++
		}
	}
	if want == 0 || len(filtered) != want {
		t.Errorf("%d events in two days, want %d", len(filtered), want)
	}
}

func TestRSVP(t *testing.T) { inBothWorlds(t, checkRSVP) }

func checkRSVP(t *testing.T, w *world) {
	maya, event := w.as(asMember), w.eventID("grafting")
	before := maya.must(200, "GET", attendees(event)+"?per_page=100", "").id("count")
	yes := maya.must(200, "POST", attendees(event), "")
	if yes.at("rsvp_status") != "yes" || yes.id("contact_id") != yes.id("community_member_id") {
		t.Errorf("RSVP answers %s", yes.raw)
	}
	maya.refused(422, "already", "POST", attendees(event), "")
	if n := maya.must(200, "GET", attendees(event), "").id("count"); n != before+1 {
		t.Errorf("%d attend after the RSVP, want %d", n, before+1)
	}
	post := maya.must(200, "GET", "/spaces/workshops/posts/grafting", "")
	if post.at("rsvped_event") != true || post.at("rsvp_status") != "yes" ||
		post.id("event_setting_attributes", "rsvp_count") != before+1 {
		t.Errorf("the event says rsvped %v, status %v, count %v", post.at("rsvped_event"), post.at("rsvp_status"),
			post.at("event_setting_attributes", "rsvp_count"))
	}
	no := maya.must(200, "DELETE", attendees(event), "")
	if no.at("rsvp_status") != "no" || no.at("contact_id") != nil {
		t.Errorf("cancelling answers %s, want no and no contact", no.raw)
	}
	maya.refused(404, "Missing record: event_attendee", "DELETE", attendees(event), "")
	if n := maya.must(200, "GET", attendees(event), "").id("count"); n != before {
		t.Errorf("%d attend after cancelling, want %d", n, before)
	}
	if again := maya.must(200, "POST", attendees(event), ""); again.id("id") != yes.id("id") {
		t.Errorf("the second RSVP has id %d, want the row %d again", again.id("id"), yes.id("id"))
	}
}

func TestRSVPRefusals(t *testing.T) { inBothWorlds(t, checkRSVPRefusals) }

func checkRSVPRefusals(_ *testing.T, w *world) {
	full := w.eventID("sharpening-morning")
	w.mu.Lock()
	p := w.store.postByID[full]
	goer, late := w.store.memberByID[p.event.attending()[0].memberID].email, ""
	for _, seat := range w.store.memberships[p.spaceID] {
		if m := w.store.memberByID[seat.memberID]; !p.event.going(m.id) && !m.staff() && m.confirmed &&
			w.store.seat(idEvents, m.id) != nil {
			late = m.email
		}
	}
	w.mu.Unlock()
	one, other := w.as(goer), w.as(late)
	other.refused(422, "RSVP limit", "POST", attendees(full), "")
	other.refused(422, "RSVP is disabled", "POST", attendees(w.eventID("open-gardens-day")), "")
	other.refused(422, "ended", "POST", attendees(w.eventID("apple-pressing")), "")
	other.refused(404, "Missing record: post", "POST", attendees(1), "")
	other.refused(404, "Missing record: event", "GET", attendees(w.eventID(slugWelcome)), "")

	one.must(200, "DELETE", attendees(full), "") // a place is free
	other.must(200, "POST", attendees(full), "")
	one.refused(422, "RSVP limit", "POST", attendees(full), "")
	other.must(200, "POST", path("/spaces/%d/leave", idEvents), "")
	other.refused(401, denied, "POST", attendees(w.eventID("annual-general-meeting")), "")
}

func TestOccurrences(t *testing.T) { inBothWorlds(t, checkOccurrences) }

func checkOccurrences(t *testing.T, w *world) {
	maya, weekly := w.as(asMember), w.eventID("sunday-work-party-3")
	dates := fmt.Sprintf("/spaces/%d/events/%d/recurring_events", idEvents, weekly)
	list := maya.must(200, "GET", dates, "")
	if list.id("count") != 4 || list.id("records", 0, "id") != weekly {
		t.Fatalf("%d dates to come, the first %d; want 4 and %d", list.id("count"), list.id("records", 0, "id"), weekly)
	}
	first, second, last := list.id("records", 0, "id"), list.id("records", 1, "id"), list.id("records", 3, "id")
	choose := func(ids ...int64) string { return strings.ReplaceAll(fmt.Sprintf(`{"event_ids":%d}`, ids), " ", ",") }
	going := func() (ids []int64) {
		r := maya.must(200, "GET", dates, "")
		for i := range r.records() {
			if r.at("records", i, "rsvped_event") == true {
				ids = append(ids, r.id("records", i, "id"))
			}
		}
		return ids
	}
	if r := maya.must(200, "PUT", dates+"/rsvp", choose(first, last)); !strings.HasPrefix(fmt.Sprint(r.at("message")),
		"You’ve RSVP’d to 2 events.") {
		t.Errorf("two dates answer %s", r.raw)
	}
	if got := fmt.Sprint(going()); got != fmt.Sprint([]int64{first, last}) {
		t.Errorf("going to %s after choosing %d and %d", got, first, last)
	}
	if r := maya.must(200, "PUT", dates+"/rsvp", choose(second)); !strings.HasPrefix(fmt.Sprint(r.at("message")),
		"You’ve RSVP’d to 1 event.") {
		t.Errorf("one date answers %s", r.raw)
	}
	maya.refused(404, "Missing record: event", "PUT", dates+"/rsvp", choose(first, w.eventID("grafting")))
	maya.refused(404, "Missing parameter: event_ids", "PUT", dates+"/rsvp", `{}`)
	if got := fmt.Sprint(going()); got != fmt.Sprint([]int64{second}) {
		t.Errorf("going to %s, want the one date chosen last: refused choices change nothing", got)
	}
	maya.refused(404, "Missing record: event", "GET",
		fmt.Sprintf("/spaces/%d/events/%d/recurring_events", idEvents, w.eventID("grafting")), "")
}
