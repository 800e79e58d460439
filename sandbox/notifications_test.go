package sandbox

import (
	"fmt"
	"testing"
	"time"
)

// newPost publishes a post, which nobody has liked or commented on yet.
func (c caller) newPost() int64 {
	c.t.Helper()
	return c.must(200, "POST", "/spaces/vegetables/posts", `{"name":"Bean poles wanted","body":"Six or eight."}`).id("id")
}

func TestNotificationPageParameters(t *testing.T) {
	maya := newWorld(t).as(asMember) // the contract forbids what is sent here
	for _, bad := range []string{"0", "-1", "two", "1.5", ""} {
		maya.refused(400, `"Invalid page parameter. Page must be a positive integer."`, "GET", "/notifications?page="+bad, "")
		maya.refused(400, `"Invalid per_page parameter. Per page must be a positive integer."`, "GET",
			"/notifications?per_page="+bad, "")
	}
	all := maya.must(200, "GET", "/notifications", "").id("count")
	if n := maya.must(200, "GET", "/notifications?status=nonsense", "").id("count"); n != all || n == 0 {
		t.Errorf("an unknown status lists %d, want all %d", n, all)
	}
}

func TestNotificationList(t *testing.T) { inBothWorlds(t, checkNotificationList) }

func checkNotificationList(t *testing.T, w *world) {
	maya := w.as(asMember)
	page := maya.must(200, "GET", "/notifications", "")
	if page.id("per_page") != 20 || page.id("records", 0, "id") <= 1<<31 {
		t.Errorf("per_page %d, first id %d; want 20 and an id beyond 32 bits", page.id("per_page"),
			page.id("records", 0, "id"))
	}
	if pages, all := page.id("page_count"), page.id("count"); pages != (all+19)/20 {
		t.Errorf("page_count %d of %d notifications, want pages of 20", pages, all)
	}
	for sort, sign := range map[string]int{"latest": -1, "oldest": 1} {
		r := maya.must(200, "GET", "/notifications?per_page=100&sort="+sort, "")
		for i := range len(r.records()) - 1 {
			a, b := r.at("records", i, "created_at").(string), r.at("records", i+1, "created_at").(string)
			if (sign > 0 && a > b) || (sign < 0 && a < b) {
				t.Errorf("%s: %s comes before %s", sort, a, b)
			}
		}
	}
	sum := int64(0)
	for status, read := range map[string]bool{"read": true, "unread": false} {
		r := maya.must(200, "GET", "/notifications?per_page=100&status="+status, "")
		sum += r.id("count")
		for i := range r.records() {
			if (r.at("records", i, "read_at") != nil) != read {
				t.Errorf("%s lists %v", status, r.at("records", i))
			}
		}
	}
	if all := maya.must(200, "GET", "/notifications?status=all", "").id("count"); sum != all {
		t.Errorf("read and unread are %d, all %d", sum, all)
	}
}

func TestNotificationChanges(t *testing.T) { inBothWorlds(t, checkNotificationChanges) }

func checkNotificationChanges(t *testing.T, w *world) {
	maya, ruth := w.as(asMember), w.as(asAdmin)
	for _, space := range []string{"announcements", "vegetables", "vegetables", "vegetables", "vegetables"} {
		ruth.must(200, "POST", "/spaces/"+space+"/posts", `{"name":"Frost","body":"Tonight."}`)
	}
	unread := maya.must(200, "GET", "/notifications?status=unread", "")
	one, two, three := unread.id("records", 0, "id"), unread.id("records", 1, "id"), unread.id("records", 2, "id")
	at := func(id int64, action string) string { return fmt.Sprintf("/notifications/%d%s", id, action) }

	if r := maya.must(200, "POST", at(one, "/mark_as_read"), ""); r.at("read_at") == nil {
		t.Errorf("marked as read: %s", r.raw)
	}
	for _, r := range []reply{
		maya.must(200, "POST", at(two, "/archive"), ""),
		maya.must(200, "DELETE", at(three, ""), ""),
	} {
		if object, _ := r.json.(map[string]any); object["id"] == nil {
			t.Errorf("answers %s, want the notification", r.raw)
		} else if _, has := object["second_actor_name"]; has {
			t.Errorf("names a second actor, which this answer never has: %s", r.raw)
		}
	}
	if n := maya.must(200, "GET", "/notifications?status=unread", "").id("count"); n != unread.id("count")-3 {
		t.Errorf("%d unread, want %d less 3", n, unread.id("count"))
	}
	maya.refused(404, "Missing record: notification", "DELETE", at(three, ""), "")
	ruth.refused(404, "Missing record: notification", "POST", at(one, "/mark_as_read"), "")
	maya.refused(404, "Missing record: notification", "POST", at(1, "/archive"), "")

	if r := maya.must(200, "POST", "/notifications/mark_all_as_read",
		fmt.Sprintf(`{"parent_notifiable":{"type":"Space","id":%d}}`, idVegetables)); len(r.raw) != 0 {
		t.Errorf("marking all as read answers %q, want nothing", r.raw)
	}
	left := maya.must(200, "GET", "/notifications?status=unread&per_page=100", "")
	if len(left.records()) == 0 {
		t.Error("marking one space's as read marked everything")
	}
	for i := range left.records() {
		if left.id("records", i, "space_id") == idVegetables {
			t.Errorf("still unread in the space: %v", left.at("records", i))
		}
	}
	maya.must(200, "POST", "/notifications/mark_all_as_read", "")
	if n := maya.must(200, "GET", "/notifications?status=unread", "").id("count"); n != 0 {
		t.Errorf("%d unread after marking all as read", n)
	}
}

const newCount = "/notifications/new_notifications_count"

func TestNewCount(t *testing.T) { inBothWorlds(t, checkNewCount) }

func checkNewCount(t *testing.T, w *world) {
	maya, ruth := w.as(asMember), w.as(asAdmin)
	ruth.must(200, "POST", "/spaces/vegetables/posts", `{"name":"Frost","body":"Tonight."}`)
	if r := maya.must(200, "GET", newCount, ""); r.id("new_notifications_count") == 0 ||
		r.id("new_notifications_count") != r.id("new_inbox_count")+r.id("new_content_count") {
		t.Errorf("%s, want something, and the parts to be the sum", r.raw)
	}
	if r := maya.must(200, "POST", "/notifications/reset_new_notifications_count",
		""); string(r.raw) != `{"new_notifications_count":0}` {
		t.Errorf("reset answers %s", r.raw)
	}
	if n := maya.must(200, "GET", newCount, "").id("new_notifications_count"); n != 0 {
		t.Errorf("%d new right after the reset", n)
	}
	w.clock.Advance(time.Second)
	thread := maya.newPost()
	ruth.must(200, "POST", fmt.Sprintf("/posts/%d/user_likes", thread), "")
	ruth.must(200, "POST", "/spaces/vegetables/posts", `{"name":"Frost tonight","body":"Cover your beans."}`)
	r := maya.must(200, "GET", newCount, "")
	if r.id("new_notifications_count") != 2 || r.id("new_inbox_count") != 1 || r.id("new_content_count") != 1 {
		t.Errorf("after a like and a post: %s, want 2, of which 1 inbox and 1 content", r.raw)
	}
	maya.must(200, "POST", fmt.Sprintf("/posts/%d/user_likes", thread), "") // her own post
	maya.must(201, "POST", fmt.Sprintf("/posts/%d/comments", thread), written(helloDocument))
	if n := maya.must(200, "GET", newCount, "").id("new_notifications_count"); n != 2 {
		t.Errorf("%d new after liking and commenting on one's own post, want 2 as before", n)
	}
}

func TestCommentNotification(t *testing.T) { inBothWorlds(t, checkCommentNotification) }

func checkCommentNotification(t *testing.T, w *world) {
	maya, jose := w.as(asMember), w.as(asGardener)
	thread := maya.newPost()
	text := written(helloDocument)
	comment := jose.must(201, "POST", fmt.Sprintf("/posts/%d/comments", thread), text).id("id")
	n := maya.must(200, "GET", "/notifications?per_page=1", "")
	subject := func(name string) int64 { return n.id("records", 0, "notifiable", name) }
	if n.at("records", 0, "notifiable_type") != "Comment" || subject("id") != comment || subject("post_id") != thread ||
		n.at("records", 0, "notifiable", "parent_comment_id") != nil {
		t.Errorf("a comment is told of as %v", n.at("records", 0))
	}
	mine := maya.must(201, "POST", fmt.Sprintf("/posts/%d/comments", thread), text).id("id")
	w.clock.Advance(time.Second)
	jose.must(201, "POST", fmt.Sprintf("/comments/%d/replies", mine), text)
	n = maya.must(200, "GET", "/notifications?per_page=1", "")
	if n.at("records", 0, "action") != "reply" || subject("parent_comment_id") != mine {
		t.Errorf("a reply is told of as %v", n.at("records", 0))
	}
}

func TestPreferences(t *testing.T) { inBothWorlds(t, checkPreferences) }

func checkPreferences(t *testing.T, w *world) {
	maya, ruth := w.as(asMember), w.as(asAdmin)
	const changed = `{"success":true,"message":"Notification preference changed successfully"}`
	put := func(path string) {
		t.Helper()
		if r := maya.must(200, "PUT", "/notification_preferences/"+path, ""); string(r.raw) != changed {
			t.Errorf("PUT %s answers %s", path, r.raw)
		}
	}
	told := func() int64 { return maya.must(200, "GET", "/notifications", "").id("count") }
	thread, before := maya.newPost(), told()
	like := fmt.Sprintf("/posts/%d/user_likes", thread)
	relike := func() {
		ruth.call("DELETE", like, "")
		ruth.must(200, "POST", like, "")
	}
	post := func() { ruth.must(200, "POST", "/spaces/vegetables/posts", `{"name":"Frost","body":"Tonight."}`) }

	put("in_app?type=post_like&enabled=false")
	if relike(); told() != before {
		t.Error("told of a like that she does not want to hear of")
	}
	put("in_app?type=post_like&enabled=true")
	put("push?type=post_like&enabled=false") // another medium
	if relike(); told() != before+1 {
		t.Error("not told of a like")
	}
	put(fmt.Sprintf("in_app/spaces/%d?choice=mention", idVegetables))
	if post(); told() != before+1 {
		t.Error("told of a post where only mentions are wanted")
	}
	put("in_app/spaces?choice=all")
	if post(); told() != before+2 {
		t.Error("not told of a post where all are wanted")
	}

	put(fmt.Sprintf("push/spaces/%d?choice=mention", idVegetables))
	seat := maya.must(200, "GET", path("/spaces/%d", idVegetables), "").id("space_member_id")
	if r := maya.must(200, "GET", fmt.Sprintf("/notification_preferences/space_members/%d", seat),
		""); string(r.raw) != `{"in_app":"all","push":"mention"}` {
		t.Errorf("the seat's choices are %s", r.raw)
	}
	ruth.refused(404, "Missing record: space_member", "GET",
		fmt.Sprintf("/notification_preferences/space_members/%d", seat), "")
	r := maya.must(200, "GET", "/notification_preferences/push", "")
	for i, kind := range r.at("notification_preferences").([]any) {
		kind, _ := kind.(map[string]any)
		if (kind["type"] == "post_like") == (kind["enabled"] == true) {
			t.Errorf("switch %d is %v, want only post_like off", i, kind)
		}
	}
	maya.refused(404, "Missing record: space_member", "PUT",
		fmt.Sprintf("/notification_preferences/push/spaces/%d?choice=all", idFruit), "")
}

func TestPreferenceRefusals(t *testing.T) {
	maya := newWorld(t).as(asMember) // the contract forbids what is sent here
	for _, path := range []string{
		"push?type=nonsense&enabled=true", "push?type=mention&enabled=perhaps", "push/spaces?choice=sometimes",
	} {
		maya.refused(400, unlisted, "PUT", "/notification_preferences/"+path, "")
	}
	for path, words := range map[string]string{
		"fax?type=mention&enabled=true": "record: notification_preference", "push?enabled=true": "parameter: type",
		"push?type=mention": "parameter: enabled", "push/spaces": "parameter: choice",
	} {
		maya.refused(404, "Missing "+words, "PUT", "/notification_preferences/"+path, "")
	}
}
