package sandbox

import (
	"slices"
	"strings"
	"testing"
)

// unreadThreads are the ids of the caller's unread threads.
func (c caller) unreadThreads() []int64 {
	c.t.Helper()
	return c.must(200, "GET", "/chat_threads/unread_chat_threads", "").ids("chat_thread_ids")
}

func TestRepliesMakeAThread(t *testing.T) {
	w := newWorld(t)
	maya, zoe, uuid := w.as(asMember), w.as(asZoe), w.direct(asMember, asZoe)
	at := "/messages/" + uuid + "/chat_room_messages"
	zoe.say(uuid, "Sunday?")
	root := zoe.lastMessage(uuid).id("id")
	if r := maya.must(202, "POST", at, spoken("Yes", root)); r.id("parent_message_id") != root {
		t.Errorf("replying answers %s, want the parent's id", r.raw)
	}
	first := maya.lastMessage(uuid)
	if first.id("id") != root || first.id("replies_count") != 1 || first.at("last_reply_at") == nil ||
		first.at("thread_participants_preview", 0, "name") != "Maya Fielding" {
		t.Errorf("after a reply the last message is still the one replied to: %v", first.json)
	}
	thread := first.id("chat_thread_id")
	read := path("/chat_threads/%d", thread)
	reply := zoe.must(200, "GET", read, "").id("replies", 0, "id")
	maya.must(202, "POST", at, spoken("With cake", reply)) // joins the thread that the reply is in
	r := zoe.must(200, "GET", read, "")
	if r.id("parent_message", "replies_count") != 2 || r.id("replies", 1, "parent_message_id") != root ||
		r.id("parent_message", "total_thread_participants_count") != 1 {
		t.Errorf("the thread = %s, want two replies of one member", r.raw)
	}
	if r.at("chat_room", "kind") != "direct" || r.at("chat_room", "name") != "Maya Fielding" ||
		r.at("chat_room", "embedded_space") != nil {
		t.Errorf("the thread's room = %v", r.at("chat_room"))
	}
	if list := zoe.must(200, "GET", "/chat_threads", ""); list.id("records", 0, "id") != thread {
		t.Errorf("the threads = %s, want the newest first", list.raw)
	}
	if got := zoe.unreadThreads(); !slices.Contains(got, thread) {
		t.Errorf("Zoë's unread threads = %v, want %d in them", got, thread)
	}
	if got := maya.unreadThreads(); slices.Contains(got, thread) {
		t.Errorf("Maya's unread threads = %v: she wrote the replies", got)
	}
	if got := zoe.must(200, "GET", "/messages/"+uuid, "").id("chat_room", "unread_messages_count"); got != 0 {
		t.Errorf("replies count as %d unread messages of the room", got)
	}
	zoe.must(200, "POST", "/messages/"+uuid+"/mark_all_as_read", "")
	if got := zoe.unreadThreads(); slices.Contains(got, thread) {
		t.Errorf("after reading the room Zoë's unread threads = %v", got)
	}
	maya.must(200, "DELETE", path(at+"/%d", reply), "")
	maya.must(200, "DELETE", path(at+"/%d", r.id("replies", 1, "id")), "")
	zoe.must(404, "GET", read, "")
	if last := zoe.lastMessage(uuid); last.at("chat_thread_id") != nil || last.id("replies_count") != 0 ||
		last.at("last_reply_at") != nil {
		t.Errorf("without replies the message = %v", last.json)
	}
}

func TestDeletingAMessageTakesItsThread(t *testing.T) {
	w := newWorld(t)
	hut := w.seededRoom("Tea hut")
	root := hut.messages[1]
	thread, reply := path("/chat_threads/%d", root.thread.id), root.thread.replies[0].id
	w.as(asMember).must(200, "GET", thread, "")
	w.as(asAdmin).must(200, "DELETE", path("/messages/"+hut.uuid+"/chat_room_messages/%d", root.id), "")
	w.as(asMember).must(404, "GET", thread, "")
	w.as(asMember).must(404, "GET", path("/messages/"+hut.uuid+"/chat_room_messages/%d", reply), "")
}

func TestThreadsOfTheSeed(t *testing.T) {
	w := newWorld(t)
	maya := w.as(asMember)
	unread := maya.unreadThreads()
	if len(unread) != 3 {
		t.Errorf("Maya's unread threads = %v, want three", unread)
	}
	list := maya.must(200, "GET", "/chat_threads?per_page=3", "")
	lesson, fleece := list.at("records", 0), list.at("records", 1)
	if got := (reply{json: lesson}).at("chat_room", "lesson", "name"); got != "To dig or not to dig" ||
		(reply{json: lesson}).at("chat_room", "embedded_space") != nil {
		t.Errorf("the first thread's lesson = %v", got)
	}
	f := reply{json: fleece}
	if f.at("chat_room", "embedded_space", "slug") != "tea-hut" ||
		f.at("chat_room", "embedded_space", "host") != "allotment.example.com" {
		t.Errorf("the second thread's room = %v, want the tea hut", f.at("chat_room"))
	}
	replies, _ := f.at("replies").([]any)
	if f.id("parent_message", "replies_count") != 5 || len(replies) != repliesInList {
		t.Errorf("the second thread shows %d replies of %d, want three of five", len(replies),
			f.id("parent_message", "replies_count"))
	}
	if alone, _ := maya.must(200, "GET", path("/chat_threads/%d", f.id("id")), "").at("replies").([]any); len(alone) != 5 {
		t.Errorf("the thread by itself shows %d replies, want all five", len(alone))
	}
	if list.id("count") < 4 || !strings.Contains(string(list.raw), `"has_next_page":true`) {
		t.Errorf("Maya has %d threads, want more than a page of three", list.id("count"))
	}
}

func TestThreadsAreForThoseWhoSeeTheRoom(t *testing.T) {
	w := newWorld(t)
	const margaret = "margaret@example.com"
	poles := w.seededRoom("Bean pole expedition")
	i := slices.IndexFunc(poles.messages, func(m *message) bool { return m.thread != nil })
	at := path("/chat_threads/%d", poles.messages[i].thread.id)
	walkSteps(t, w, []step{
		{"in it", margaret, "GET", at, "", 200, `"name":"Bean pole expedition"`},
		{"not in it", asZoe, "GET", at, "", 404, "Missing record: chat_thread"},
		{"no such thread", asMember, "GET", "/chat_threads/1", "", 404, "Missing record: chat_thread"},
		{"no concern of hers", margaret, "GET", "/chat_threads/unread_chat_threads", "", 200, `{"chat_thread_ids":[]}`},
	})
}

func TestReactions(t *testing.T) {
	w := newWorld(t)
	uuid := w.direct(asMember, asZoe)
	id := w.as(asMember).lastMessage(uuid).id("id")
	at, react := path("/messages/"+uuid+"/chat_room_messages/%d", id), func(emoji string) string {
		return path(`{"chat_room_message":%d,"emoji":"`, id) + emoji + `"}`
	}
	given := path(`"reaction":{"reactionable_type":"ChatRoomMessage","reactionable_id":%d,`, id) +
		`"community_member_id":8800004,"emoji":"tada"}`
	const counted = `"emoji":"tada","count":2,"community_member_ids":[8800004,8800006]},` +
		`{"emoji":"cry","count":1,"community_member_ids":[8800006]}]`
	walkSteps(t, w, []step{
		{"give", asMember, "POST", "/reactions", react("tada"), 200, given},
		{"give as the other", asZoe, "POST", "/reactions", react("tada"), 200, "Reaction created"},
		{"give another", asZoe, "POST", "/reactions", react("cry"), 200, `"emoji":"cry"`},
		{"count", asMember, "GET", at, "", 200, counted},
		{"twice", asMember, "POST", "/reactions", react("tada"), 400, "has already been taken"},
		{"no such word", asMember, "POST", "/reactions", react("rocket"), 400, unlisted},
		{"no word", asMember, "POST", "/reactions", react(""), 404, "Missing parameter: emoji"},
		{"no message", asMember, "POST", "/reactions", `{"emoji":"tada"}`, 404, "Missing parameter: chat_room_message"},
		{"not in the room", asAdmin, "POST", "/reactions", react("tada"), 404, "Missing record: chat_room_message"},
		{"take back what was not given", asMember, "DELETE", "/reactions", react("cry"), 404, "Missing record: reaction"},
		{"take back", asMember, "DELETE", "/reactions", react("tada"), 204, ""},
		{"taken back", asMember, "GET", at, "", 200, `"emoji":"tada","count":1,"community_member_ids":[8800006]`},
	})
	hut := w.seededRoom("Tea hut")
	w.as(asMember).must(200, "POST", path("/spaces/%d/leave", idTeaHut), "")
	w.as(asMember).must(401, "POST", "/reactions", path(`{"chat_room_message":%d,"emoji":"heart"}`, hut.messages[0].id))
}
