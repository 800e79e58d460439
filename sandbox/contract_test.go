package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"circlegraph/internal/contract"
)

// newContractWorld is a world whose traffic is checked against the contract.
func newContractWorld(t *testing.T, opts Options) *world {
	t.Helper()
	c := contract.Load(t)
	return newWorldWith(t, opts, func(h http.Handler) http.Handler { return c.Middleware(t, h) })
}

// success is a call that has to succeed.
type success struct {
	op   string // below the API's prefix, as the contract writes it
	path string // with {names} of what ids says; the operation's own when empty
	body string
	keep string // a name for the id of what came, for later rows
}

// successes has at least one call for every operation, in an order in which they work.
func successes() []success {
	doc := written(helloDocument)
	return []success{
		{op: "GET /community_member"},
		{op: "GET /community_members", path: "/community_members?per_page=5&sort=latest"},
		{op: "GET /community_members/{community_member_id}/public_profile"},
		{op: "GET /community_members/{community_member_id}/posts"},
		{
			op:   "GET /community_members/{community_member_id}/comments",
			path: "/community_members/{community_member_id}/comments?per_page=50",
		},
		{op: "GET /community_members/{community_member_id}/spaces"},
		{op: "POST /search/community_members", body: `{"per_page":5}`},
		{op: "PUT /profile", body: `{"community_member":{"headline":"Plot 1"}}`},
		{op: "PUT /signup/profile", body: `{"community_member":{"name":"Eleanor Finch"}}`},
		{op: "GET /page_profile_fields", path: "/page_profile_fields?page_name=signup"},
		{op: "GET /spaces"},
		{op: "GET /spaces/{id}", path: "/spaces/{space}"},
		{op: "GET /spaces/home"},
		{op: "GET /spaces/{space_id}/topics"},
		{op: "GET /spaces/{space_id}/bookmarks"},
		{op: "GET /space_notification_details", path: "/space_notification_details?space_ids={space},{events}"},
		{op: "POST /space_members/{id}/mark_as_read", path: "/space_members/{seat}/mark_as_read"},
		{op: "GET /community_links"},
		{op: "POST /invitation_links/{token}/join", path: "/invitation_links/bees-welcome/join"},
		{op: "GET /home", path: "/home?per_page=100"},
		{op: "GET /spaces/{space_id}/posts", path: "/spaces/{photos}/posts?sort=likes"},
		{op: "GET /spaces/{space_id}/posts", path: "/spaces/vegetables/posts?post_ids={post_id}"},
		{op: "GET /spaces/{space_id}/posts", path: "/spaces/events/posts?past_events=true&per_page=50"},
		{op: "GET /spaces/{space_id}/posts/{id}", path: "/spaces/{photos}/posts/{photo}"},
		{
			op: "POST /spaces/{space_id}/posts", path: "/spaces/vegetables/posts",
			body: `{"name":"Contract beans","topics":[{topic}],"tiptap_body":` + helloDocument + `}`,
		},
		{op: "DELETE /spaces/{space_id}/posts/{id}", path: "/spaces/vegetables/posts/contract-beans"},
		{
			op: "POST /spaces/{space_id}/images/posts", path: "/spaces/harvest-photos/images/posts",
			body: `{"slug":"contract-photo","tiptap_body":` + helloDocument +
				`,"gallery_attributes":{"images_attributes":[{"signed_id":"` + signedID("image", 1) + `","width":4,"height":3}]}}`,
		},
		{
			op: "PUT /spaces/{space_id}/images/posts/{id}", path: "/spaces/harvest-photos/images/posts/contract-photo",
			body: `{"is_liking_enabled":false}`,
		},
		{op: "POST /posts/{post_id}/user_likes"},
		{op: "GET /posts/{post_id}/user_likes"},
		{op: "DELETE /posts/{post_id}/user_likes"},
		{op: "POST /posts/{post_id}/post_followers"},
		{op: "DELETE /posts/{post_id}/post_followers"},
		{op: "DELETE /posts/{post_id}/post_followers/{id}", path: "/posts/{followed}/post_followers/{follower}"},
		{
			op: "POST /flagged_contents",
			body: `{"flagged_content":{"flagged_contentable_id":{post_id},"flagged_contentable_type":"Post",
				"reported_reason_type":"harassment","reported_reason_body":"Not about beans."}}`,
		},
		{op: "GET /advanced_search", path: "/advanced_search?query=a&type=spaces"},
		{op: "GET /search", path: "/search?search_text=gr&per_page=100"},
		{op: "GET /search", path: "/search?search_text=plot&per_page=100"},
		{op: "GET /search", path: "/search?search_text=er&per_page=100"},
		{op: "POST /cookies"},
		{op: "DELETE /cookies"},
		{op: "POST /direct_uploads", body: `{"blob":{"key":"","filename":"bean.jpg","content_type":"image/jpeg","byte_size":3,
				"checksum":"kAFQmDzST7DWlj99KOF/cg=="}}`},
		{op: "GET /posts/{post_id}/comments", path: "/posts/{thread}/comments"},
		{op: "POST /posts/{post_id}/comments", path: "/posts/{thread}/comments", body: doc, keep: "own_comment"},
		{op: "GET /posts/{post_id}/comments/{id}", path: "/posts/{thread}/comments/{comment_id}"},
		{op: "PATCH /posts/{post_id}/comments/{id}", path: "/posts/{thread}/comments/{own_comment}", body: doc},
		{op: "GET /comments/{comment_id}/replies"},
		{op: "POST /comments/{comment_id}/replies", path: "/comments/{own_comment}/replies", body: doc, keep: "own_reply"},
		{op: "GET /comments/{comment_id}/replies/{id}", path: "/comments/{comment_id}/replies/{reply}"},
		{op: "PATCH /comments/{comment_id}/replies/{id}", path: "/comments/{own_comment}/replies/{own_reply}", body: doc},
		{op: "POST /comments/{comment_id}/user_likes"},
		{op: "GET /comments/{comment_id}/user_likes"},
		{op: "DELETE /comments/{comment_id}/user_likes"},
		{op: "GET /community_events", path: "/community_events?per_page=50&past_events=true"},
		{op: "POST /events/{event_id}/event_attendees"},
		{op: "GET /events/{event_id}/event_attendees"},
		{op: "DELETE /events/{event_id}/event_attendees"},
		{
			op:   "GET /spaces/{space_id}/events/{event_id}/recurring_events",
			path: "/spaces/{events}/events/{weekly}/recurring_events",
		},
		{
			op:   "PUT /spaces/{space_id}/events/{event_id}/recurring_events/rsvp",
			path: "/spaces/{events}/events/{weekly}/recurring_events/rsvp", body: `{"event_ids":[{weekly}]}`,
		},
		{op: "GET /notifications", path: "/notifications?status=all"},
		{op: "GET /notifications/new_notifications_count"},
		{op: "POST /notifications/reset_new_notifications_count"},
		{op: "POST /notifications/{id}/mark_as_read", path: "/notifications/{notification}/mark_as_read"},
		{op: "POST /notifications/{id}/archive", path: "/notifications/{notification}/archive"},
		{op: "DELETE /notifications/{id}", path: "/notifications/{notification}"},
		{op: "POST /notifications/mark_all_as_read"},
		{op: "GET /notification_preferences/{medium}", path: "/notification_preferences/in_app"},
		{op: "PUT /notification_preferences/{medium}", path: "/notification_preferences/push?type=mention&enabled=false"},
		{
			op:   "PUT /notification_preferences/{notification_preference_medium}/spaces",
			path: "/notification_preferences/push/spaces?choice=mention",
		},
		{
			op:   "PUT /notification_preferences/{notification_preference_medium}/spaces/{id}",
			path: "/notification_preferences/in_app/spaces/{space}?choice=all",
		},
		{op: "GET /notification_preferences/space_members/{id}", path: "/notification_preferences/space_members/{seat}"},
		{op: "POST /bookmarks", body: `{"record_id":{thread},"bookmark_type":"post"}`},
		{op: "GET /bookmarks"},
		{op: "DELETE /bookmarks/{id}", path: "/bookmarks/{bookmark}"},
		{op: "GET /courses/{course_id}/sections"},
		{op: "GET /courses/{course_id}/lessons/{id}", path: "/courses/{course_id}/lessons/{film}"},
		{op: "GET /courses/{course_id}/lessons/{lesson_id}/files", path: "/courses/{course_id}/lessons/{sheets}/files"},
		{
			op: "PATCH /courses/{course_id}/lessons/{lesson_id}/progress", path: "/courses/{course_id}/lessons/{film}/progress",
			body: `{"status":"completed"}`,
		},
		{op: "GET /course_topics"},
		{
			op:   "POST /quizzes/{quiz_id}/attempts",
			body: `{"responses":[{"question_id":{question},"selected_options":[{option}]}]}`, keep: "attempt",
		},
		{op: "GET /quizzes/{quiz_id}/attempts/{id}", path: "/quizzes/{quiz_id}/attempts/{attempt}?for_admin_review=true"},
		{op: "POST /quizzes/{quiz_id}/attempts", path: "/quizzes/{by_hand}/attempts", body: `{}`, keep: "attempt"},
		{
			op: "PUT /quizzes/{quiz_id}/attempts/{id}", path: "/quizzes/{by_hand}/attempts/{attempt}",
			body: `{"result":"pending"}`,
		},
		{op: "GET /courses/{course_id}/quiz_attempts"},
		{op: "GET /messages"},
		{op: "GET /messages/{uuid}"},
		{op: "GET /messages/unread_chat_rooms"},
		{
			op: "POST /messages",
			body: `{"chat_room":{"kind":"group_chat","community_member_ids":["{community_member_id}","{other_member}"],
				"rich_text_body":` + helloDocument + `}}`,
		},
		{
			op:   "GET /messages/{chat_room_uuid}/chat_room_messages",
			path: "/messages/{uuid}/chat_room_messages?previous_per_page=5&next_per_page=5",
		},
		{op: "POST /messages/{chat_room_uuid}/chat_room_messages", body: `{"rich_text_body":` + helloDocument + `}`},
		{op: "GET /messages/{chat_room_uuid}/chat_room_messages/{id}", path: "/messages/{uuid}/chat_room_messages/{message}"},
		{
			op: "PUT /messages/{chat_room_uuid}/chat_room_messages/{id}", path: "/messages/{uuid}/chat_room_messages/{message}",
			body: `{"rich_text_body":` + helloDocument + `}`,
		},
		{op: "GET /messages/{chat_room_uuid}/chat_room_participants"},
		{
			op:   "PUT /messages/{chat_room_uuid}/chat_room_participants/{id}",
			path: "/messages/{uuid}/chat_room_participants/{participant}", body: `{"muted":true}`,
		},
		{op: "POST /messages/{uuid}/mark_all_as_read"},
		{
			op:   "POST /messages/{chat_room_uuid}/chat_room_messages",
			body: `{"rich_text_body":` + helloDocument + `,"parent_message_id":{message}}`,
		},
		{op: "GET /chat_threads"},
		{op: "GET /chat_threads/{id}", path: "/chat_threads/{chat_thread}"},
		{op: "GET /chat_threads/unread_chat_threads"},
		{op: "POST /reactions", body: `{"chat_room_message":{message},"emoji":"tada"}`},
		{op: "DELETE /reactions", body: `{"chat_room_message":{message},"emoji":"tada"}`},
		{op: "POST /live_streams/rooms", body: `{"name":"Grafting, live","room_type":"stream","access_type":"open"}`},
		{
			op:   "DELETE /messages/{chat_room_uuid}/chat_room_messages/{id}",
			path: "/messages/{uuid}/chat_room_messages/{message}",
		},
		{op: "DELETE /comments/{comment_id}/replies/{id}", path: "/comments/{comment_id}/replies/{reply}"},
		{op: "DELETE /posts/{post_id}/comments/{id}", path: "/posts/{thread}/comments/{comment_id}"},
		{op: "POST /spaces/{id}/leave", path: "/spaces/{space}/leave"},
		{op: "POST /spaces/{id}/join", path: "/spaces/{space}/join"},
		{op: "DELETE /community_member/deactivate"},
	}
}

// names are ids of the seed for the gaps in paths, as the first admin sees it.
func (w *world) names() map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	sd := &seeder{Sandbox: w.Sandbox}
	ruth := w.store.members[0]
	thread := sd.postBySlug(slugWelcome)
	var weekly, free, photo, followed *post
	var follower int64
	for _, p := range w.store.posts {
		switch {
		case p.event != nil && p.event.seriesID != 0 && p.event.startsAt.After(testNow):
			weekly = p
		case p.event != nil && p.event.rsvpLimit == 0 && !p.event.rsvpDisabled && p.event.startsAt.After(testNow):
			free = p
		case p.gallery != nil:
			photo = p
		}
		for _, f := range p.followers {
			if f.memberID == ruth.id {
				followed, follower = p, f.id
			}
		}
	}
	parent := find(thread.comments, func(c *comment) bool { return len(w.store.repliesOf(c)) > 0 })
	kept := find(w.store.bookmarks, func(b *bookmark) bool { return b.memberID == ruth.id })
	return map[string]any{
		"community_member_id": w.poster(), "space": idVegetables, "space_id": idVegetables, "events": idEvents,
		"photos": idPhotos, "seat": w.store.seat(idVegetables, ruth.id).id, "post_id": sd.postBySlug(slugShowcase).id,
		"photo": photo.id, "thread": thread.id, "topic": w.store.spaceByID[idVegetables].topics[0].ID,
		"comment_id": parent.id, "reply": w.store.repliesOf(parent)[0].id, "event_id": free.id, "weekly": weekly.id,
		"notification": w.store.notification[ruth.id][0].id, "bookmark": kept.id, "followed": followed.id,
		"follower": follower, "course_id": idCourse, "film": firstLessonID, "sheets": firstLessonID + 1,
		"quiz_id": firstQuizID, "by_hand": firstQuizID + 1, "question": firstQuestionID, "option": firstOptionID + 1,
	}
}

// chatNames are those of the first admin's chat: the room with Maya, and what she herself wrote there first.
func (w *world) chatNames() map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	ruth, maya := w.store.members[0], w.store.members[3]
	room := w.store.directRoom(ruth.id, maya.id)
	return map[string]any{
		"uuid": room.uuid, "chat_room_uuid": room.uuid, "message": room.messages[0].id,
		"participant":  room.participant(ruth.id).id,
		"other_member": maya.id, "chat_thread": w.store.roomOfSpace(idTeaHut).messages[1].thread.id,
	}
}

// fillNames replaces the gaps of a text by ids.
func fillNames(text string, ids map[string]any) string {
	for name, id := range ids {
		text = strings.ReplaceAll(text, "{"+name+"}", fmt.Sprint(id))
	}
	return text
}

// poster is a member who has made an image post.
func (w *world) poster() int64 {
	return find(w.store.posts, func(p *post) bool { return p.gallery != nil }).authorID
}

func TestEveryOperationSucceedsWithTheOfficialFields(t *testing.T) {
	official := contract.Load(t)
	w := newContractWorld(t, Options{})
	names, ruth := w.names(), w.as(asAdmin)
	maps.Copy(names, w.chatNames())
	covered := map[string]bool{}
	fields := map[string][2]map[string]bool{} // by operation: what came, what the examples have
	for _, c := range successes() {
		method, pattern, _ := strings.Cut(c.op, " ")
		path, id := c.path, method+" "+memberAPI+pattern
		if path == "" {
			path = pattern
		}
		who := ruth
		if pattern == "/signup/profile" || pattern == "/community_member/deactivate" { // neither is for admins
			who = w.as(asNewcomer)
		}
		r := who.call(method, fillNames(path, names), fillNames(c.body, names))
		if r.status >= 300 {
			t.Errorf("%s %s = %d %s, want success", method, fillNames(path, names), r.status, r.raw)
			continue
		}
		covered[id] = true
		if c.keep != "" {
			names[c.keep] = r.id("id")
		}
		if fields[id][0] == nil {
			fields[id] = [2]map[string]bool{{}, {}}
		}
		gather(r.json, "", fields[id][0])
		for _, e := range official.Examples(id, r.status) {
			gather(decodeAny(t, e.Body), "", fields[id][1])
		}
	}
	maps.Copy(covered, w.succeedAtAuth(t))
	for _, op := range official.Operations() {
		if !covered[op.ID] {
			t.Errorf("%s is not served", op.ID)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(fields)) {
		compareFields(t, id, fields[id][0], fields[id][1])
	}
}

// succeedAtAuth makes the four calls of the Auth API.
func (w *world) succeedAtAuth(t *testing.T) map[string]bool {
	t.Helper()
	signIn := w.auth("POST", "/auth_token", `{"email":"member@example.com"}`)
	access := fmt.Sprintf(`{"access_token":%q}`, signIn.at("access_token"))
	refresh := fmt.Sprintf(`{"refresh_token":%q}`, signIn.at("refresh_token"))
	return map[string]bool{
		"POST " + authAPI + "/auth_token":            signIn.status == 200,
		"PATCH " + authAPI + "/access_token/refresh": w.auth("PATCH", "/access_token/refresh", refresh).status == 200,
		"POST " + authAPI + "/access_token/revoke":   w.auth("POST", "/access_token/revoke", access).status == 204,
		"POST " + authAPI + "/refresh_token/revoke":  w.auth("POST", "/refresh_token/revoke", refresh).status == 204,
	}
}

func decodeAny(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	var v any
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// gather collects the paths of all fields. It does not look into documents and what they refer to, which callers write.
func gather(v any, at string, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			into[at+"."+name] = true
			switch name {
			case "content", "attachments", "attachments_array", "inline_attachments", "sgids_to_object_map", "community_members":
			default:
				gather(inner, at+"."+name, into)
			}
		}
	case []any:
		for _, inner := range v {
			gather(inner, at+"[]", into)
		}
	}
}

// exception is a field that only the sandbox or only the examples have.
type exception struct{ op, field, reason string }

func exceptions() []exception {
	const (
		posts       = "GET " + memberAPI + "/spaces/{space_id}/posts"
		participant = "PUT " + memberAPI + "/messages/{chat_room_uuid}/chat_room_participants/{id}"
	)
	return []exception{
		{
			"POST " + memberAPI + "/direct_uploads", ".headers.Content-MD5",
			"the example's storage is a disk; the documentation's takes a checksum",
		},
		{"", ".recurring_setting_attributes", "no example is of a recurring event, but the schema has it"},
		{participant, ".chat_room.last_message", "the room of the example is empty"},
		{"", ".live_stream_recording_url", "only the schema of the contract has it"},
		{posts, ".event_setting_attributes", "no example of this operation is an event"},
		{posts, ".event_type", "no example of this operation is an event"},
		{posts, ".rsvped_event", "no example of this operation is an event"},
		{posts, ".rsvp_status", "no example of this operation is an event"},
		{posts, ".invited_attendee", "no example of this operation is an event"},
		{posts, ".event_attendees", "no example of this operation is an event"},
	}
}

func (e exception) covers(op, field string) bool {
	return (e.op == "" || e.op == op) && strings.Contains(field, e.field)
}

// compareFields wants the same fields on both sides, if both have the record of the fields.
func compareFields(t *testing.T, op string, got, want map[string]bool) {
	t.Helper()
	report := func(what string, from, in map[string]bool) {
		for _, field := range slices.Sorted(maps.Keys(from)) {
			if in[field] || !hasRecord(in, field) ||
				slices.ContainsFunc(exceptions(), func(e exception) bool { return e.covers(op, field) }) {
				continue
			}
			t.Errorf("%s: %s %s", op, what, field)
		}
	}
	report("lacks", want, got)
	report("has beyond the examples", got, want)
}

// hasRecord reports whether the fields include any sibling of this one.
func hasRecord(fields map[string]bool, field string) bool {
	parent := field[:strings.LastIndexByte(field, '.')+1]
	for f := range fields {
		if strings.HasPrefix(f, parent) {
			return true
		}
	}
	return false
}
