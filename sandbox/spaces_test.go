package sandbox

import (
	"fmt"
	"strings"
	"testing"
)

// Spaces of the seed, in order: fruit is not joined by the ordinary member.
const (
	idAnnouncements = firstSpaceID
	idVegetables    = firstSpaceID + 2
	idFruit         = firstSpaceID + 3
	idSeedSwap      = firstSpaceID + 5
	idPhotos        = firstSpaceID + 6
	idEvents        = firstSpaceID + 7
	idTeaHut        = firstSpaceID + 9
	idCourse        = firstSpaceID + 10
	idPrivate       = firstSpaceID + 12
	idSecret        = firstSpaceID + 13
)

func spaceSteps() []step {
	return []step{
		{name: "all", method: "GET", path: "/spaces", status: 200, want: `[{"id":2700001`},
		{name: "one", method: "GET", path: path("/spaces/%d", idVegetables), status: 200, want: `"slug":"vegetables"`},
		{name: "a slug is no id here", method: "GET", path: "/spaces/vegetables", status: 404, want: "Missing record: space"},
		{name: "home", method: "GET", path: "/spaces/home", status: 200, want: `"id":0`},
		{
			name: "private is listed", method: "GET", path: path("/spaces/%d", idPrivate), status: 200,
			want: `"can_view_space":false`,
		},
		{
			name: "private is closed", method: "GET", path: "/spaces/beekeepers/posts", status: 401,
			want: "You cannot perform this action.",
		},
		{
			name: "private is not joined", method: "POST", path: path("/spaces/%d/join", idPrivate), status: 401,
			want: "You cannot perform this action.",
		},
		{name: "private links", method: "GET", path: path("/spaces/%d/bookmarks", idPrivate), status: 401},
		{
			name: "secret is not there", method: "GET", path: path("/spaces/%d", idSecret), status: 404,
			want: "Missing record: space",
		},
		{
			name: "secret has no posts", method: "GET", path: "/spaces/committee/posts", status: 404,
			want: "Missing record: space",
		},
		{
			name: "secret has no topics", method: "GET", path: path("/spaces/%d/topics", idSecret), status: 404,
			want: "Missing record: space",
		},
		{
			name: "secret opens for an admin", who: asAdmin, method: "GET", path: "/spaces/committee/posts", status: 200,
			want: `"count":6`,
		},
		{
			name: "by invitation", method: "POST", path: "/invitation_links/bees-welcome/join", status: 200,
			want: fmt.Sprintf(`{"redirect_to_space_id":%d}`, idPrivate),
		},
		{name: "private is open now", method: "GET", path: "/spaces/beekeepers/posts", status: 200, want: `"count":8`},
		{
			name: "invitation to no space", method: "POST", path: "/invitation_links/thornbury-lane/join", status: 200,
			want: `null`,
		},
		{
			name: "no invitation", method: "POST", path: "/invitation_links/nope/join", status: 404,
			want: "Missing record: invitation_link",
		},
		{name: "join", method: "POST", path: path("/spaces/%d/join", idFruit), status: 200, want: `"is_member":true`},
		{name: "join again", method: "POST", path: path("/spaces/%d/join", idFruit), status: 200, want: `"is_member":true`},
		{name: "leave", method: "POST", path: path("/spaces/%d/leave", idFruit), status: 200, want: `"space_member_id":null`},
		{
			name: "leave again", method: "POST", path: path("/spaces/%d/leave", idFruit), status: 404,
			want: "Missing record: space_member",
		},
		{
			name: "topics", method: "GET", path: path("/spaces/%d/topics", idVegetables), status: 200,
			want: `"admin_only":true`,
		},
		{
			name: "links and folders", method: "GET", path: path("/spaces/%d/bookmarks", idVegetables), status: 200,
			want: `"display_type":"folder"`,
		},
		{name: "community links", method: "GET", path: "/community_links", status: 200, want: `"Plot rules"`},
		{
			name: "somebody else's seat", method: "POST", path: path("/space_members/%d/mark_as_read", firstSpaceMemberID),
			status: 404, want: "Missing record: space_member",
		},
	}
}

func path(format string, ids ...any) string { return fmt.Sprintf(format, ids...) }

func TestSpaces(t *testing.T) { walkSteps(t, newWorld(t), spaceSteps()) }

func TestSpacesListHidesTheSecretOne(t *testing.T) {
	w := newWorld(t)
	for who, want := range map[string]bool{asMember: false, asAdmin: true} {
		if got := strings.Contains(string(w.as(who).must(200, "GET", "/spaces", "").raw), `"slug":"committee"`); got != want {
			t.Errorf("%s sees the secret space: %v, want %v", who, got, want)
		}
	}
}

func TestSpaceIsReadAndUnread(t *testing.T) {
	w := newWorld(t)
	maya, ruth := w.as(asMember), w.as(asAdmin)
	seat := maya.must(200, "GET", path("/spaces/%d", idVegetables), "").id("space_member_id")
	details := path("/space_notification_details?space_ids=%d,%d", idVegetables, idFruit)
	maya.must(200, "POST", path("/space_members/%d/mark_as_read", seat), "")
	r := maya.must(200, "GET", details, "")
	if list, _ := r.json.([]any); len(list) != 1 || r.id(0, "unread_content_count") != 0 {
		t.Errorf("after reading: %s, want vegetables alone, with nothing new (fruit is not joined)", r.raw)
	}
	w.clock.Advance(1)
	ruth.must(200, "POST", "/spaces/vegetables/posts", `{"name":"Frost tonight","body":"Cover your beans."}`)
	if r := maya.must(200, "GET", details, ""); r.id(0, "unread_content_count") != 1 {
		t.Errorf("after a new post: %s, want one unread", r.raw)
	}
}
