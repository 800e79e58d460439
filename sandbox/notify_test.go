package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// freshFor clears a member's notifications and signs them in.
func (w *world) freshFor(email string) caller {
	w.t.Helper()
	c := w.as(email)
	w.mu.Lock()
	delete(w.store.notification, w.memberNamed(email).id)
	w.mu.Unlock()
	return c
}

// memberNamed finds a member by e-mail.
func (w *world) memberNamed(email string) *member {
	return find(w.store.members, func(m *member) bool { return m.email == email })
}

// actionsFor lists the actions of a member's notifications, newest first.
func (w *world) actionsFor(email string) []string {
	w.t.Helper()
	r := w.as(email).must(200, "GET", "/notifications?per_page=100", "")
	var actions []string
	for i := range r.records() {
		actions = append(actions, r.at("records", i, "action").(string))
	}
	return actions
}

func mentionOf(m *member) string {
	mention := fmt.Sprintf(`{"type":"mention","attrs":{"sgid":%q}}`, sgid("CommunityMember", m.id))
	return `{"body":` + documentOf(mention) + `}`
}

// deed is a write of one member that notifies another.
type deed struct {
	name   string
	do     func(by caller, maya *member, post, comment int64, event *post)
	action string // of the notification
	words  string // its display_action
	kind   string // its notifiable_type
	off    string // the switch that stops it; empty: none does
	space  string // the choice for the space that stops it; empty: none does
}

func deeds() []deed {
	return []deed{
		{
			"a new post", func(by caller, _ *member, _, _ int64, _ *post) { by.postNamed("News") }, "add", "posted", "Post", "",
			choiceMention,
		},
		{
			"a comment on the post", func(by caller, _ *member, post, _ int64, _ *post) { by.comment(post, "x") }, "add",
			"commented on your post", "Comment", "post_comment", "",
		},
		{
			"an answer to the comment", func(by caller, _ *member, _, comment int64, _ *post) { by.reply(comment, "x") },
			"reply", "replied to your comment", "Comment", "comment_reply", "",
		},
		{"a mention in a comment", func(by caller, maya *member, post, _ int64, _ *post) {
			by.must(201, "POST", path("/posts/%d/comments", post), written(mentionOf(maya)))
		}, "mention", "mentioned you in a comment", "Comment", "mention", choiceNever},
		{"a mention in a post", func(by caller, maya *member, _, _ int64, _ *post) {
			by.must(200, "POST", "/spaces/vegetables/posts", `{"name":"For Maya","tiptap_body":`+mentionOf(maya)+`}`)
		}, "mention", "mentioned you in a post", "Post", "mention", choiceNever},
		{"a like of the post", func(by caller, _ *member, post, _ int64, _ *post) {
			by.must(200, "POST", path("/posts/%d/user_likes", post), "")
		}, "like", "liked your post", "Post", "post_like", ""},
		{"a like of the comment", func(by caller, _ *member, _, comment int64, _ *post) {
			by.must(200, "POST", path("/comments/%d/user_likes", comment), "")
		}, "like", "liked your comment", "Comment", "comment_like", ""},
		{"an RSVP", func(by caller, _ *member, _, _ int64, event *post) {
			by.must(200, "POST", path("/events/%d/event_attendees", event.id), "")
		}, "rsvp", "is going to your event", "Event", "", ""},
	}
}

// setUpForDeeds gives Maya a post with a comment of hers, and an event.
func setUpForDeeds(w *world) (maya caller, postID, commentID int64, party *post) {
	maya = w.as(asMember)
	postID = maya.postNamed("Slug season")
	commentID = maya.comment(postID, "Beer traps")
	party = w.eventIn(day, event{})
	w.mu.Lock()
	party.authorID = w.memberNamed(asMember).id
	w.mu.Unlock()
	return w.freshFor(asMember), postID, commentID, party
}

func TestWritesNotify(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		maya, post, comment, event := setUpForDeeds(w)
		for _, d := range deeds() {
			w.freshFor(asMember)
			d.do(w.as(asGardener), w.memberNamed(asMember), post, comment, event)
			r := maya.must(200, "GET", "/notifications", "")
			if len(r.records()) != 1 {
				t.Errorf("%s: %d notifications, want 1: %s", d.name, len(r.records()), r.raw)
				continue
			}
			got := []any{
				r.at("records", 0, "action"), r.at("records", 0, "display_action"),
				r.at("records", 0, "notifiable_type"), r.at("records", 0, "actor_name"), r.at("records", 0, "read_at"),
			}
			if want := []any{d.action, d.words, d.kind, "José Álvarez", nil}; !slices.Equal(got, want) {
				t.Errorf("%s: told %v, want %v", d.name, got, want)
			}
			id := r.id("records", 0, "notifiable_id")
			if r.id("records", 0, "notifiable", "id") != id || id == 0 {
				t.Errorf("%s: it leads to %v, want %d", d.name, r.at("records", 0, "notifiable"), id)
			}
			if postID := r.id("records", 0, "notifiable", "post_id"); (d.kind == "Comment") != (postID != 0) {
				t.Errorf("%s: post_id = %d of a %s", d.name, postID, d.kind)
			}
		}
	})
}

func TestNobodyIsToldOfTheirOwnDeeds(t *testing.T) {
	w := newWorld(t)
	maya, post, comment, event := setUpForDeeds(w)
	for _, d := range deeds() {
		d.do(maya, w.memberNamed(asMember), post, comment, event)
	}
	if got := w.actionsFor(asMember); len(got) != 0 {
		t.Errorf("told of their own %v", got)
	}
}

func TestPreferencesStopNotifications(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		for _, d := range deeds() {
			if d.off == "" && d.space == "" {
				continue
			}
			maya, post, comment, event := setUpForDeeds(w)
			told := func(what string, want int) {
				t.Helper()
				w.freshFor(asMember)
				d.do(w.as(asGardener), w.memberNamed(asMember), post, comment, event)
				if got := w.actionsFor(asMember); len(got) != want {
					t.Errorf("%s, %s: told %v, want %d", d.name, what, got, want)
				}
				w.undoLikes(post, comment)
			}
			if d.off != "" {
				maya.must(200, "PUT", "/notification_preferences/push?enabled=false&type="+d.off, "")
				told("switched off elsewhere", 1)
				maya.must(200, "PUT", "/notification_preferences/in_app?enabled=false&type="+d.off, "")
				told("switched off", 0)
				maya.must(200, "PUT", "/notification_preferences/in_app?enabled=true&type="+d.off, "")
				told("switched on", 1)
			}
			if d.space != "" {
				maya.must(200, "PUT", path("/notification_preferences/in_app/spaces/%d?choice=", idVegetables)+d.space, "")
				told("the space on "+d.space, 0)
				maya.must(200, "PUT", "/notification_preferences/in_app/spaces?choice=all", "")
				told("all spaces on all", 1)
			}
		}
	})
}

// undoLikes lets the same member like again.
func (w *world) undoLikes(postID, commentID int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.store.postByID[postID].likes, w.store.comments[commentID].likes = nil, nil
}

func TestFollowersHearOfComments(t *testing.T) {
	w := newWorld(t)
	post := w.as(asAdmin).postNamed("Slug season")
	w.as(asMember).must(200, "POST", path("/posts/%d/post_followers", post), "")
	w.freshFor(asMember)
	w.as(asGardener).comment(post, "Beer traps")
	if got := w.actionsFor(asMember); !slices.Equal(got, []string{"add"}) {
		t.Errorf("a follower is told %v, want add", got)
	}
	w.as(asMember).must(200, "DELETE", path("/posts/%d/post_followers", post), "")
	w.freshFor(asMember)
	w.as(asGardener).comment(post, "Copper tape")
	if got := w.actionsFor(asMember); len(got) != 0 {
		t.Errorf("who follows no more is told %v", got)
	}
}

func TestRemindersComeOnce(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		e := w.eventIn(3*time.Hour, event{})
		maya := w.freshFor(asMember)
		maya.must(200, "POST", path("/events/%d/event_attendees", e.id), "")
		if got := w.actionsFor(asMember); len(got) != 0 {
			t.Errorf("told %v three hours before", got)
		}
		w.clock.Advance(2*time.Hour + time.Minute)
		maya = w.as(asMember) // the token has lived its hour
		r := maya.must(200, "GET", "/notifications", "")
		if len(r.records()) != 1 || r.at("records", 0, "action") != "reminder" ||
			r.at("records", 0, "actor_name") != communityName {
			t.Fatalf("an hour before: %s, want one reminder", r.raw)
		}
		if got := w.actionsFor(asMember); len(got) != 1 {
			t.Errorf("asked again: %v, want the same one", got)
		}
		if got := w.actionsFor(asGardener); slices.Contains(got, "reminder") {
			t.Error("who does not come is reminded")
		}
		maya.must(200, "DELETE", path("/notifications/%d", r.id("records", 0, "id")), "")
		if got := w.actionsFor(asMember); len(got) != 0 {
			t.Errorf("told %v after it was deleted", got)
		}
	})
}

func TestNewNotificationsAreCounted(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		maya, post, comment, event := setUpForDeeds(w)
		count := func(want string) {
			t.Helper()
			r := maya.must(200, "GET", "/notifications/new_notifications_count", "")
			got := fmt.Sprintf("%d %d %d %d %d", r.id("new_notifications_count"), r.id("new_mentions_count"),
				r.id("new_inbox_count"), r.id("new_content_count"), r.id("new_moderation_count"))
			if got != want {
				t.Errorf("new, mentions, inbox, content, moderation = %s, want %s", got, want)
			}
		}
		count("0 0 0 0 0")
		for _, d := range deeds() {
			d.do(w.as(asGardener), w.memberNamed(asMember), post, comment, event)
		}
		count("8 2 7 1 0")
		maya.must(200, "POST", path("/notifications/%d/mark_as_read",
			maya.must(200, "GET", "/notifications", "").id("records", 0, "id")), "")
		count("7 2 6 1 0")
		if r := maya.must(200, "POST", "/notifications/reset_new_notifications_count",
			""); string(r.raw) != `{"new_notifications_count":0}` {
			t.Errorf("reset answers %s", r.raw)
		}
		count("0 0 0 0 0")
		if r := maya.must(200, "GET", "/notifications?status=unread", ""); r.id("count") != 7 {
			t.Errorf("%d are unread after the reset, want 7: it does not read them", r.id("count"))
		}
		w.as(asGardener).postNamed("In the same instant") // the clock stands
		count("1 0 0 1 0")
		maya.must(200, "POST", "/notifications/reset_new_notifications_count", "")
		count("0 0 0 0 0")
	})
}

func TestNotificationsAreCleared(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		maya, post, comment, event := setUpForDeeds(w)
		for _, d := range deeds() {
			d.do(w.as(asGardener), w.memberNamed(asMember), post, comment, event)
		}
		unread := func(want int64) {
			t.Helper()
			if got := maya.must(200, "GET", "/notifications?status=unread", "").id("count"); got != want {
				t.Errorf("%d unread, want %d", got, want)
			}
		}
		unread(8)
		ids := maya.must(200, "GET", "/notifications", "")
		one, two := ids.id("records", 0, "id"), ids.id("records", 1, "id")
		jose := w.as(asGardener)
		for _, line := range []string{
			"POST /notifications/%d/mark_as_read", "POST /notifications/%d/archive",
			"DELETE /notifications/%d",
		} {
			method, pattern, _ := strings.Cut(line, " ")
			if r := jose.must(404, method, path(pattern, one), ""); !strings.Contains(string(r.raw),
				"Missing record: notification") {
				t.Errorf("%s of another's = %s", line, r.raw)
			}
		}
		archived := maya.must(200, "POST", path("/notifications/%d/archive", one), "")
		if _, has := archived.json.(map[string]any)["second_actor_name"]; has || archived.id("id") != one {
			t.Errorf("archiving answers %s", archived.raw)
		}
		unread(7)
		maya.must(200, "DELETE", path("/notifications/%d", two), "")
		maya.must(404, "DELETE", path("/notifications/%d", two), "")
		unread(6)
		maya.must(200, "POST", "/notifications/mark_all_as_read",
			path(`{"parent_notifiable":{"type":"Event","id":%d}}`, event.id))
		unread(6) // the RSVP was the newest, and is archived
		maya.must(200, "POST", "/notifications/mark_all_as_read", path(`{"parent_notifiable":{"type":"Post","id":%d}}`, post))
		unread(2) // new posts; the comments hang on the post
		if r := maya.must(200, "POST", "/notifications/mark_all_as_read", ""); len(r.raw) != 0 {
			t.Errorf("mark_all_as_read answers %s, want nothing", r.raw)
		}
		unread(0)
	})
}

func TestNotificationsOutliveTheirSubject(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) {
		w.freshFor(asMember)
		post := w.as(asGardener).postNamed("Short life")
		w.as(asGardener).must(200, "DELETE", path("/spaces/vegetables/posts/%d", post), "")
		r := w.as(asMember).must(200, "GET", "/notifications", "")
		if r.id("records", 0, "notifiable_id") != post || r.at("records", 0, "notifiable") != nil {
			t.Errorf("the notification is %s, want one that leads nowhere", r.raw)
		}
	})
}

func TestClosedSpacesFallSilent(t *testing.T) {
	w := newWorld(t)
	w.freshFor(asMember)
	jose, maya := w.as(asGardener), w.memberNamed(asMember)
	post := jose.postNamed("Seen")
	w.mu.Lock()
	w.store.spaceByID[idVegetables].private = true
	w.store.leave(idVegetables, maya.id)
	w.mu.Unlock()
	jose.must(201, "POST", path("/posts/%d/comments", post), written(mentionOf(maya)))
	if got := w.actionsFor(asMember); len(got) != 0 {
		t.Errorf("told %v of a closed space", got)
	}
	w.mu.Lock()
	w.store.join(idVegetables, maya.id, testNow)
	w.mu.Unlock()
	if got := w.actionsFor(asMember); !slices.Equal(got, []string{"add"}) {
		t.Errorf("back in the space, told %v, want only what came before it closed", got)
	}
}
