package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const asZoe = "zoe@example.com"

// direct is the UUID of the seed's direct room of two members.
func (w *world) direct(one, two string) string {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	room := w.store.directRoom(w.memberNamed(one).id, w.memberNamed(two).id)
	if room == nil {
		w.t.Fatalf("%s and %s have no room", one, two)
	}
	return room.uuid
}

// seededRoom is the room of the seed with this name.
func (w *world) seededRoom(name string) *chatRoom {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	room := find(w.store.chatRooms, func(r *chatRoom) bool { return r.name == name })
	if room == nil {
		w.t.Fatalf("no room %q", name)
	}
	return room
}

// say sends a message that must be accepted.
func (c caller) say(room, text string) {
	c.t.Helper()
	c.must(202, "POST", "/messages/"+room+"/chat_room_messages", spoken(text, 0))
}

// spoken is the body of a message; with a parent, of a reply.
func spoken(text string, parentID int64) string {
	parent := "null"
	if parentID != 0 {
		parent = fmt.Sprint(parentID)
	}
	document := documentOf(fmt.Sprintf(`{"type":"text","text":%q}`, text))
	return fmt.Sprintf(`{"rich_text_body":{"body":%s},"parent_message_id":%s}`, document, parent)
}

func TestChatSeedIsWhatThePackagePromises(t *testing.T) {
	w := newWorld(t)
	maya := w.as(asMember)
	rooms := maya.must(200, "GET", "/messages?per_page=50", "")
	kinds := map[any]int{}
	for i := range rooms.records() {
		kinds[rooms.at("records", i, "chat_room_kind")]++
	}
	if kinds[roomDirect] != 6 || kinds[roomGroup] != 3 {
		t.Errorf("Maya's rooms = %v, want six direct and three groups", kinds)
	}
	unread := maya.must(200, "GET", "/messages/unread_chat_rooms", "")
	if list, _ := unread.at("chat_rooms").([]any); len(list) != 4 || len(unread.json.(map[string]any)) != 1 {
		t.Errorf("unread rooms = %s, want four UUIDs and nothing else", unread.raw)
	}
	if n := len(w.seededRoom("Tea hut").messages); n < 150 {
		t.Errorf("the tea hut has %d messages, want 150 or more", n)
	}
	for _, r := range w.store.chatRooms {
		var last int64
		for _, m := range r.messages {
			if m.sentAt.After(testNow) || m.id <= last || (m.parent != nil && m.parent.sentAt.After(m.sentAt)) {
				t.Errorf("%s: message %d of %s is out of order", r.name, m.id, m.sentAt)
			}
			last = m.id
		}
	}
}

func TestRoomsAreFlatInTheListAndWrappedAlone(t *testing.T) {
	w := newWorld(t)
	maya, uuid := w.as(asMember), w.direct(asMember, asGardener)
	list := maya.must(200, "GET", "/messages?per_page=1", "")
	if list.at("records", 0, "uuid") != uuid || list.at("records", 0, "chat_room") != nil ||
		list.at("has_next_page") != true || list.id("count") != 9 {
		t.Errorf("GET /messages = %s, want José's room, flat, first of nine", list.raw)
	}
	alone := maya.must(200, "GET", "/messages/"+uuid, "")
	for field, want := range map[string]any{
		"uuid": uuid, "chat_room_kind": "direct", "chat_room_name": "José Álvarez",
		"identifier": "direct-8800004-8800005", "unread_messages_count": 2.0,
	} {
		if got := alone.at("chat_room", field); got != want {
			t.Errorf("%s = %v, want %v", field, got, want)
		}
	}
	if got := alone.at("chat_room", "other_participants_preview", 0, "email"); got != asGardener {
		t.Errorf("the other participant's address = %v, want it given away as Circle does", got)
	}
	if got, want := alone.id("chat_room", "first_unread_message_id"), alone.id("chat_room", "last_message",
		"id"); got == 0 || got >= want {
		t.Errorf("first unread = %d, want one before the last, %d", got, want)
	}
}

func TestRoomsAreForThoseInThem(t *testing.T) {
	w := newWorld(t)
	theirs, hut := w.direct(asGardener, asZoe), w.seededRoom("Tea hut").uuid
	const missing = "Missing record: chat_room"
	at := "/messages/" + theirs
	walkSteps(t, w, []step{
		{"read", asMember, "GET", at, "", 404, missing},
		{"read as admin", asAdmin, "GET", at, "", 404, missing},
		{"messages", asMember, "GET", at + "/chat_room_messages", "", 404, missing},
		{"participants", asMember, "GET", at + "/chat_room_participants", "", 404, missing},
		{"send", asMember, "POST", at + "/chat_room_messages", spoken("Hello", 0), 404, missing},
		{"mark", asMember, "POST", at + "/mark_all_as_read", "", 404, missing},
		{"no such room", asMember, "GET", "/messages/no-such-room", "", 404, missing},
		{"own", asZoe, "GET", at, "", 200, `"chat_room_name":"José Álvarez"`},
		{"hut", asMember, "GET", "/messages/" + hut, "", 200, `"chat_room_name":"Tea hut"`},
	})
}

func TestChatSpaceNamesItsRoom(t *testing.T) {
	w := newWorld(t)
	maya, hut := w.as(asMember), w.seededRoom("Tea hut")
	space := path("/spaces/%d", hut.spaceID)
	if got := maya.must(200, "GET", space, "").at("chat_room_uuid"); got != hut.uuid {
		t.Errorf("chat_room_uuid = %v, want %s", got, hut.uuid)
	}
	at := "/messages/" + hut.uuid
	room := maya.must(200, "GET", at, "")
	if room.id("chat_room", "unread_messages_count") == 0 ||
		len(room.at("chat_room", "other_participants_preview").([]any)) != previewSize {
		t.Errorf("GET the hut = %s, want unread messages and a preview of %d", room.raw, previewSize)
	}
	if unread := maya.must(200, "GET", "/messages/unread_chat_rooms", ""); strings.Contains(string(unread.raw), hut.uuid) {
		t.Error("the room of a space is in the inbox")
	}
	before := maya.must(200, "GET", at+"/chat_room_participants", "").id("count")
	maya.must(200, "POST", space+"/leave", "")
	if after := maya.must(200, "GET", at+"/chat_room_participants", "").id("count"); after != before-1 {
		t.Errorf("participants = %d, want one less than %d", after, before)
	}
	maya.must(401, "POST", at+"/chat_room_messages", spoken("From outside", 0))
	maya.must(200, "POST", space+"/join", "")
	maya.say(hut.uuid, "From inside")
}

func TestPrivateSpacesKeepTheirRooms(t *testing.T) {
	w := newWorld(t)
	w.mu.Lock()
	bees := w.store.spaces[12]
	lesson := w.embedInLesson(bees, lessonRef{ID: 7, Name: "Frames", SectionID: 3})
	w.mu.Unlock()
	if !bees.private {
		t.Fatalf("%s is not private", bees.slug)
	}
	w.as(asMember).must(404, "GET", "/messages/"+lesson.uuid, "")
	w.as(asMember).must(404, "POST", "/messages/"+lesson.uuid+"/chat_room_messages", spoken("Hello", 0))
	tom := w.as("tom@example.com")
	tom.say(lesson.uuid, "Hello")
	room := tom.must(200, "GET", "/messages/"+lesson.uuid, "")
	if room.at("chat_room", "chat_room_name") != "Frames" || room.at("chat_room", "identifier") != "" {
		t.Errorf("the lesson's room = %s", room.raw)
	}
	if got := tom.must(200, "GET", path("/spaces/%d", bees.id), "").at("chat_room_uuid"); got != nil {
		t.Errorf("the course's room = %v, want none: a lesson's is no space's", got)
	}
}

func TestLessonsNameTheirRooms(t *testing.T) {
	w := newWorld(t)
	uuid, _ := w.as(asMember).must(200, "GET", path("/courses/%d/lessons/%d", idCourse, firstLessonID),
		"").at("chat_room_uuid").(string)
	w.as(asMember).say(uuid, "Which gate?")
	w.as(asMember).must(200, "POST", path("/spaces/%d/leave", idCourse), "")
	w.as(asMember).must(404, "GET", "/messages/"+uuid, "")
}

func TestChatSpacesCountUnreadMessages(t *testing.T) {
	w := newWorld(t)
	maya, hut := w.as(asMember), w.seededRoom("Tea hut")
	unread := func() [2]int64 {
		details := maya.must(200, "GET", path("/space_notification_details?space_ids=%d", idTeaHut), "")
		return [2]int64{
			details.id(0, "unread_content_count"),
			maya.must(200, "GET", "/messages/"+hut.uuid, "").id("chat_room", "unread_messages_count"),
		}
	}
	before := unread()
	if before[0] == 0 || before[0] != before[1] {
		t.Errorf("unread in space and room = %v, want the same of both", before)
	}
	w.as(asZoe).say(hut.uuid, "Cake")
	if got := unread(); got[0] != before[0]+1 || got[1] != got[0] {
		t.Errorf("after a message = %v, want one more than %v", got, before)
	}
	maya.must(200, "POST", path("/space_members/%d/mark_as_read", w.store.seat(idTeaHut, firstMemberID+3).id), "")
	if got := unread(); got != [2]int64{} {
		t.Errorf("after reading the space = %v", got)
	}
}

func TestNewcomersHaveMissedNothing(t *testing.T) {
	w := newWorld(t)
	eleanor, hut := w.as(asNewcomer), w.seededRoom("Tea hut")
	eleanor.must(200, "POST", path("/spaces/%d/join", idTeaHut), "")
	w.clock.Advance(time.Minute)
	w.as(asZoe).say(hut.uuid, "Who is new?")
	room := eleanor.must(200, "GET", "/messages/"+hut.uuid, "")
	if got := room.id("chat_room", "unread_messages_count"); got != 1 {
		t.Errorf("unread = %d, want only what was said since", got)
	}
}

func TestCreatingRooms(t *testing.T) {
	w := newWorld(t)
	const at = "/messages"
	jose := w.direct(asMember, asGardener)
	create := func(kind, ids string) string {
		return fmt.Sprintf(`{"chat_room":{"kind":%q,"community_member_ids":%s}}`, kind, ids)
	}
	direct := func(ids string) string { return create("direct", ids) }
	walkSteps(t, w, []step{
		{"direct, found by a string", asMember, "POST", at, direct(`["8800005"]`), 200, jose},
		{"direct, found by a number", asMember, "POST", at, direct(`[8800005]`), 200, jose},
		{"direct, found from the other side", asGardener, "POST", at, direct(`[8800004]`), 200, jose},
		{"direct, new", asMember, "POST", at, direct(`[8800007]`), 200, `"identifier":"direct-8800004-8800007"`},
		{"direct, with several", asMember, "POST", at, direct(`[8800005,8800006]`), 400, "community_member_ids"},
		{"direct, with oneself", asMember, "POST", at, direct(`[8800004]`), 400, "community_member_ids"},
		{"group", asMember, "POST", at, create("group_chat", `["8800005",8800006]`), 200, `"chat_room_name":"José, Zoë"`},
		{
			"group, again", asMember, "POST", at, create("group_chat", `["8800005",8800006]`), 200,
			`"first_unread_message_id":null`,
		},
		{"nobody", asMember, "POST", at, direct(`[1]`), 404, "Missing record: community_member"},
		{"no id", asMember, "POST", at, direct(`["x"]`), 404, "Missing record: community_member"},
		{"closed", asMember, "POST", at, direct(`[8800008]`), 422, "Messaging is disabled by receiver"},
		{"kind", asMember, "POST", at, create("shout", `[8800005]`), 400, "kind"},
		{"no kind", asMember, "POST", "/messages", `{"chat_room":{}}`, 404, "Missing parameter: kind"},
		{"no members", asMember, "POST", at, direct(`[]`), 404, "Missing parameter: community_member_ids"},
		{"no room", asMember, "POST", "/messages", `{}`, 404, "Missing parameter: chat_room"},
	})
	if n := w.as(asMember).must(200, "GET", "/messages", "").id("count"); n != 12 {
		t.Errorf("Maya has %d rooms, want twelve: one direct and two groups are new", n)
	}
}

func TestNewRoomsBeginWithTheirText(t *testing.T) {
	w := newWorld(t)
	room := w.as(asMember).must(200, "POST", "/messages",
		`{"chat_room":{"kind":"group_chat","community_member_ids":[8800005],"rich_text_body":`+helloDocument+`}}`)
	if room.at("chat_room", "last_message", "body") != "Good morning" ||
		room.at("chat_room", "current_participant", "admin") != true {
		t.Errorf("POST /messages = %s, want the text in it and its maker as admin", room.raw)
	}
	uuid, _ := room.at("chat_room", "uuid").(string)
	if n := w.as(asGardener).must(200, "GET", "/messages/"+uuid, "").id("chat_room", "unread_messages_count"); n != 1 {
		t.Errorf("José has %d unread, want 1", n)
	}
}

func TestUnreadCountsMoveWithSendingAndReading(t *testing.T) {
	w := newWorld(t)
	maya, zoe, uuid := w.as(asMember), w.as(asZoe), w.direct(asMember, asZoe)
	unread := func(c caller) int64 {
		return c.must(200, "GET", "/messages/"+uuid, "").id("chat_room", "unread_messages_count")
	}
	zoe.say(uuid, "One")
	zoe.say(uuid, "Two")
	if got := unread(maya); got != 2 {
		t.Errorf("unread after two messages = %d", got)
	}
	if got := unread(zoe); got != 0 {
		t.Errorf("unread for the sender = %d", got)
	}
	if r := maya.must(200, "POST", "/messages/"+uuid+"/mark_all_as_read", ""); len(r.raw) != 0 {
		t.Errorf("marking answers %s, want nothing", r.raw)
	}
	if got := unread(maya); got != 0 {
		t.Errorf("unread after reading = %d", got)
	}
	zoe.say(uuid, "Three")
	maya.say(uuid, "Four") // who answers has read
	if got := unread(maya); got != 0 {
		t.Errorf("unread after answering = %d", got)
	}
}

func TestParticipantsSettings(t *testing.T) {
	w := newWorld(t)
	room := w.seededRoom("Bean pole expedition")
	at := "/messages/" + room.uuid + "/chat_room_participants"
	kwame, maya := path(at+"/%d", room.participants[0].id), path(at+"/%d", room.participants[1].id)
	walkSteps(t, w, []step{
		{"list", asMember, "GET", at, "", 200, `"email":"kwame@example.com"`},
		{"mute", asMember, "PUT", maya, `{"muted":true}`, 200, `"muted":true`},
		{"archive", asMember, "PUT", maya, `{"archived":true}`, 200, `"archived":true`},
		{"unmute", asMember, "PUT", maya, `{"muted":false}`, 200, `"muted":false,"archived":true`},
		{"mute another", asMember, "PUT", kwame, `{"muted":true}`, 401, denied},
		{"make oneself admin", asMember, "PUT", maya, `{"admin":true}`, 401, denied},
		{"make another admin", "kwame@example.com", "PUT", maya, `{"admin":true}`, 200, `"admin":true`},
		{"as admin now", asMember, "PUT", kwame, `{"admin":false}`, 200, `"admin":false`},
		{"nobody", asMember, "PUT", at + "/1", `{"muted":true}`, 404, "Missing record: chat_room_participant"},
	})
	muted := w.seededRoom("New this year")
	if got := w.as(asMember).must(200, "GET", "/messages/"+muted.uuid, "").at("chat_room", "current_participant",
		"muted"); got != true {
		t.Errorf("muted = %v, want the seed's muted room", got)
	}
}
