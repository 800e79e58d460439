package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// lastMessage is the newest message of a room, as the member sees it.
func (c caller) lastMessage(room string) reply {
	c.t.Helper()
	return reply{json: c.must(200, "GET", "/messages/"+room+"/chat_room_messages?previous_per_page=0", "").at("records",
		0)}
}

func TestHistoryIsAWindowAroundAMessage(t *testing.T) {
	w := newWorld(t)
	maya, hut := w.as(asMember), w.seededRoom("Tea hut")
	var ids []int64
	for _, m := range hut.topLevel() {
		ids = append(ids, m.id)
	}
	n := len(ids)
	aReply := hut.messages[1].thread.replies[0]
	for name, c := range map[string]struct {
		query    string
		anchor   int
		from, to int
	}{
		"default":               {"", n - 1, n - 21, n},
		"from the middle":       {path("?id=%d", ids[50]), 50, 30, 71},
		"older":                 {path("?id=%d&previous_per_page=10&next_per_page=0", ids[50]), 50, 40, 51},
		"newer":                 {path("?id=%d&previous_per_page=0&next_per_page=10", ids[50]), 50, 50, 61},
		"one":                   {path("?id=%d&previous_per_page=0&next_per_page=0", ids[0]), 0, 0, 1},
		"the beginning":         {path("?id=%d", ids[0]), 0, 0, 21},
		"around a reply's root": {path("?id=%d&previous_per_page=0&next_per_page=2", aReply.id), 1, 1, 4},
		"at most":               {path("?id=%d&previous_per_page=500&next_per_page=0", ids[n-1]), n - 1, max(0, n-101), n},
		"no sense":              {path("?id=%d&previous_per_page=x&next_per_page=-1", ids[50]), 50, 30, 71},
	} {
		t.Run(name, func(t *testing.T) {
			r := maya.must(200, "GET", "/messages/"+hut.uuid+"/chat_room_messages"+c.query, "")
			var got []int64
			for i := range r.records() {
				got = append(got, r.id("records", i, "id"))
			}
			if !slices.Equal(got, ids[c.from:c.to]) {
				t.Errorf("records = %v, want %v", got, ids[c.from:c.to])
			}
			head := []any{
				r.id("id"), r.id("first_id"), r.id("last_id"), r.id("total_count"), r.at("has_previous_page"),
				r.at("has_next_page"),
			}
			want := []any{ids[c.anchor], ids[c.from], ids[c.to-1], int64(n), c.from > 0, c.to < n}
			if !slices.Equal(head, want) {
				t.Errorf("window = %v, want %v", head, want)
			}
		})
	}
	maya.must(404, "GET", "/messages/"+hut.uuid+"/chat_room_messages?id=1", "")
	elsewhere := w.seededRoom("Bean pole expedition").messages[0].id
	maya.must(404, "GET", path("/messages/"+hut.uuid+"/chat_room_messages?id=%d", elsewhere), "")
}

func TestEmptyRoomHasAnEmptyHistory(t *testing.T) {
	w := newWorld(t)
	maya := w.as(asMember)
	uuid, _ := maya.must(200, "POST", "/messages",
		`{"chat_room":{"kind":"direct","community_member_ids":[8800007]}}`).at("chat_room", "uuid").(string)
	r := maya.must(200, "GET", "/messages/"+uuid+"/chat_room_messages", "")
	want := `{"has_previous_page":false,"has_next_page":false,"total_count":0,"records":[],"meta":{}}`
	if string(r.raw) != want {
		t.Errorf("history = %s, want %s", r.raw, want)
	}
}

func TestSendingAnswersNoID(t *testing.T) {
	w := newWorld(t)
	maya, uuid := w.as(asMember), w.direct(asMember, asZoe)
	r := maya.must(202, "POST", "/messages/"+uuid+"/chat_room_messages", spoken("Tape off", 0))
	if r.at("id") != nil || r.at("creation_uuid") == nil || r.at("sent_at") != "2026-03-14T10:00:00.000Z" ||
		!strings.Contains(string(r.raw), `"parent_message_id":null`) {
		t.Errorf("sending answers %s", r.raw)
	}
	last := maya.lastMessage(uuid)
	if last.at("body") != "Tape off" || last.at("rich_text_body", "format") != "chat" ||
		last.at("sender", "name") != "Maya Fielding" || last.id("id") <= 1<<31 {
		t.Errorf("the message = %v", last.json)
	}
}

// What Circle accepts and loses.
func TestTextOutsideTheEnvelopeIsLost(t *testing.T) {
	w := newWorld(t)
	maya, uuid := w.as(asMember), w.direct(asMember, asZoe)
	at := "/messages/" + uuid + "/chat_room_messages"
	for name, body := range map[string]string{
		"bare document": `{"rich_text_body":` + documentOf(`{"type":"text","text":"Hello"}`) + `}`,
		"plain body":    `{"body":"Hello"}`,
	} {
		maya.must(202, "POST", at, body)
		if last := maya.lastMessage(uuid); last.at("body") != "" || last.at("rich_text_body") != nil {
			t.Errorf("%s: the message = %v, want it blank", name, last.json)
		}
	}
	maya.must(202, "POST", at, `{"body":"Hello","rich_text_body":`+helloDocument+`}`)
	if last := maya.lastMessage(uuid); last.at("body") != "Good morning" {
		t.Errorf("with both: the message = %v", last.json)
	}
}

func TestMessagesAreChangedByTheirSenders(t *testing.T) {
	w := newWorld(t)
	uuid, hut := w.direct(asMember, asZoe), w.seededRoom("Tea hut")
	w.as(asMember).say(uuid, "Mine")
	w.as(asMember).say(hut.uuid, "Mine too")
	w.as(asMember).say(hut.uuid, "And mine")
	own := path("/messages/"+uuid+"/chat_room_messages/%d", w.as(asMember).lastMessage(uuid).id("id"))
	last := w.as(asMember).lastMessage(hut.uuid).id("id")
	inHut, before := path("/messages/"+hut.uuid+"/chat_room_messages/%d",
		last), path("/messages/"+hut.uuid+"/chat_room_messages/%d", last-1)
	const gone = "Missing record: chat_room_message"
	walkSteps(t, w, []step{
		{"read", asZoe, "GET", own, "", 200, `"body":"Mine"`},
		{"read in the wrong room", asMember, "GET", path("/messages/"+uuid+"/chat_room_messages/%d", last), "", 404, gone},
		{"change another's", asZoe, "PUT", own, spoken("Hers", 0), 401, denied},
		{"change", asMember, "PUT", own, spoken("Still mine", 0), 200, ""},
		{"changed", asMember, "GET", own, "", 200, `"edited_at":"2026-03-14T10:00:00.000Z"`},
		{"changed text", asMember, "GET", own, "", 200, `"body":"Still mine"`},
		{"change without text", asMember, "PUT", own, `{}`, 404, "Missing parameter: rich_text_body"},
		{"delete another's", asZoe, "DELETE", own, "", 401, denied},
		{"delete", asMember, "DELETE", own, "", 200, ""},
		{"deleted", asMember, "GET", own, "", 404, gone},
		{"delete twice", asMember, "DELETE", own, "", 404, gone},
		{"delete another's in the hut", asZoe, "DELETE", inHut, "", 401, denied},
		{"change as admin", asAdmin, "PUT", inHut, spoken("Ours", 0), 401, denied},
		{"delete as admin", asAdmin, "DELETE", inHut, "", 200, ""},
		{"delete as moderator", "moderator@example.com", "DELETE", before, "", 200, ""},
	})
	w.as(asMember).say(uuid, "Last")
	r := w.as(asMember).must(200, "DELETE", path("/messages/"+uuid+"/chat_room_messages/%d",
		w.as(asMember).lastMessage(uuid).id("id")), "")
	if len(r.raw) != 0 {
		t.Errorf("deleting answers %s, want nothing", r.raw)
	}
}

func TestSendingRefusals(t *testing.T) {
	w := newWorld(t)
	hannah := "/messages/" + w.direct(asMember, "hannah@example.com")
	toHannah := hannah + "/chat_room_messages"
	at := "/messages/" + w.direct(asMember, asZoe) + "/chat_room_messages"
	elsewhere := w.seededRoom("Tea hut").messages[0].id
	walkSteps(t, w, []step{
		{"nothing", asMember, "POST", at, `{}`, 404, "Missing parameter: rich_text_body"},
		{"no document", asMember, "POST", at, `{"rich_text_body":"Hello"}`, 400, "parsing"},
		{"reply to nothing", asMember, "POST", at, spoken("Hello", 1), 404, "Missing record: chat_room_message"},
		{"reply across rooms", asMember, "POST", at, spoken("Hello", elsewhere), 404, "Missing record: chat_room_message"},
		{"receiver is closed", asMember, "POST", toHannah, spoken("Hello", 0), 422, "Messaging is disabled by receiver"},
		{"and says so", asMember, "GET", hannah, "", 200, `"can_send_message":false,"status":"offline"`},
	})
}

func TestMentionsInMessages(t *testing.T) {
	w := newWorld(t)
	zoe, maya := w.as(asZoe), w.store.members[3]
	mention := `{"rich_text_body":` + mentionOf(maya) + `}`
	mentions := func() int64 {
		return w.as(asMember).must(200, "GET", "/notifications/new_notifications_count", "").id("new_mentions_count")
	}
	before, uuid := mentions(), w.direct(asMember, asZoe)
	zoe.must(202, "POST", "/messages/"+uuid+"/chat_room_messages", mention)
	if got := zoe.lastMessage(uuid).at("rich_text_body", "sgids_to_object_map", sgid("CommunityMember", maya.id),
		"name"); got != "Maya Fielding" {
		t.Errorf("mentioned = %v", got)
	}
	if got := mentions(); got != before+1 {
		t.Errorf("new mentions = %d, want %d", got, before+1)
	}
	n := w.as(asMember).must(200, "GET", "/notifications?per_page=1", "")
	if n.at("records", 0, "notifiable_type") != "ChatRoomMessage" ||
		n.at("records", 0, "notifiable_title") != "Zoë Brouwer" {
		t.Errorf("the notification = %s", n.raw)
	}
	zoe.must(202, "POST", "/messages/"+w.direct(asGardener, asZoe)+"/chat_room_messages", mention)
	if got := mentions(); got != before+1 {
		t.Errorf("new mentions = %d after one in a room that Maya is not in", got)
	}
}

func TestMessagesCarryUploads(t *testing.T) {
	w := newWorld(t)
	maya, uuid := w.as(asMember), w.direct(asMember, asZoe)
	up := maya.announce("beds.pdf", "application/pdf", "beds")
	at, send := "/messages/"+uuid+"/chat_room_messages", func(signedID any) string {
		return fmt.Sprintf(`"rich_text_body":{"body":{"type":"doc","content":[]},"attachments":[%q]}}`, signedID)
	}
	maya.must(202, "POST", at, "{"+send(up.at("signed_id")))
	if last := maya.lastMessage(uuid); last.at("rich_text_body", "attachments", 0, "filename") != "beds.pdf" {
		t.Errorf("the message = %v, want the file in it", last.json)
	}
	maya.must(400, "POST", at, "{"+send("nothing"))
	maya.must(400, "POST", "/messages",
		`{"chat_room":{"kind":"direct","community_member_ids":[8800007],`+send("nothing")+`}`)
	if n := maya.must(200, "GET", "/messages", "").id("count"); n != 9 {
		t.Errorf("Maya has %d rooms, want nine: a refused text makes none", n)
	}
	photos := 0
	for _, m := range w.seededRoom("Tea hut").messages {
		photos += m.content.attachmentCount()
	}
	if photos != 2 {
		t.Errorf("the tea hut has %d photos, want 2", photos)
	}
}

func TestReportingMessages(t *testing.T) {
	w := newWorld(t)
	report := func(id int64) string {
		return fmt.Sprintf(`{"flagged_content":{"flagged_contentable_id":%d,"flagged_contentable_type":"ChatRoomMessage",
			"reported_reason_type":"spam","reported_reason_body":"Leeks again."}}`, id)
	}
	hut, theirs := w.seededRoom("Tea hut"), w.store.roomByUUID(w.direct(asGardener, asZoe))
	const gone = "Missing record: chat_room_message"
	walkSteps(t, w, []step{
		{"report", asMember, "POST", "/flagged_contents", report(hut.messages[0].id), 201, "reported to the admin"},
		{"own", "margaret@example.com", "POST", "/flagged_contents", report(hut.messages[0].id), 401, "cannot perform"},
		{"not visible", asMember, "POST", "/flagged_contents", report(theirs.messages[0].id), 404, gone},
		{"nothing", asMember, "POST", "/flagged_contents", report(1), 404, "Missing record: chat_room_message"},
	})
	if flags := hut.messages[0].flags; len(flags) != 1 || flags[0].text != "Leeks again." {
		t.Errorf("reports = %v", flags)
	}
}
