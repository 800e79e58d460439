package circleclient

import (
	"net/http"
	"testing"
)

func TestNotificationOddities(t *testing.T) {
	const line = `{"id":38100000001,"created_at":"2024-03-27T14:48:51.926Z","read_at":null,` +
		`"action":"add","actor_name":null,"actor_image":"",` +
		`"display_action":"Translation missing: en.notification_actions.comment.add","notifiable_type":"Hologram",` +
		`"notifiable":{"id":1,"post_id":2,"parent_comment_id":3,"space_id":4}}`
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := line
		if r.Method == http.MethodGet {
			body = `{"records":[` + line + `,null]}`
		}
		say(200, "application/json", body)(w, r)
	}))
	ctx := asMember(t)
	page, err := c.Notifications.List(ctx, NotificationListOptions{})
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("List() = %+v, %v, want one notification", page, err)
	}
	got := page.Records
	for _, change := range []func() (*Notification, error){
		func() (*Notification, error) { return c.Notifications.MarkAsRead(ctx, 38100000001) },
		func() (*Notification, error) { return c.Notifications.Archive(ctx, 38100000001) },
		func() (*Notification, error) { return c.Notifications.Delete(ctx, 38100000001) },
	} {
		n, err := change()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	for i, n := range got {
		if n.ID != 38100000001 || n.ReadAt != nil || n.DisplayAction != nil || n.ActorName != nil || n.ActorImage != nil ||
			n.NotifiableType != "Hologram" {
			t.Errorf("%d: %+v, want the id whole, the word as it came and what is missing nil", i, n)
		}
		if p := n.Notifiable; p == nil || p.PostID != 2 || p.SpaceID != 4 || p.ParentCommentID == nil ||
			*p.ParentCommentID != 3 {
			t.Errorf("%d: notifiable %+v, want all of its ids", i, p)
		}
	}
}

func TestPreferencesTravelInTheQuery(t *testing.T) {
	var got string
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Method + " " + r.URL.String()
		if r.ContentLength != 0 {
			t.Errorf("a body of %d bytes, want none", r.ContentLength)
		}
		say(200, "application/json", `{"success":true}`)(w, r)
	}))
	ctx := asMember(t)
	const base = "PUT " + memberAPI + "/notification_preferences/"
	for want, change := range map[string]func() error{
		base + "push?enabled=false&type=mention": func() error {
			return c.Notifications.UpdatePreference(ctx, "push",
				"mention", false)
		},
		base + "in_app/spaces?choice=never": func() error {
			return c.Notifications.UpdateAllSpacePreferences(ctx,
				"in_app", "never")
		},
		base + "mobile/spaces/7?choice=all": func() error {
			return c.Notifications.UpdateSpacePreference(ctx, "mobile",
				7, "all")
		},
	} {
		if err := change(); err != nil || got != want {
			t.Errorf("%v, sent %s, want %s", err, got, want)
		}
	}
}
