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
	const noSeat = "Missing record: space_member"
	return []step{
		{"all", asMember, "GET", "/spaces", "", 200, `[{"id":2700001`},
		{"one", asMember, "GET", path("/spaces/%d", idVegetables), "", 200, `"slug":"vegetables"`},
		{"a slug is no id here", asMember, "GET", "/spaces/vegetables", "", 404, "Missing record: space"},
		{"home", asMember, "GET", "/spaces/home", "", 200, `"id":0`},
		{"private is listed", asMember, "GET", path("/spaces/%d", idPrivate), "", 200, `"can_view_space":false`},
		{"private is closed", asMember, "GET", "/spaces/beekeepers/posts", "", 401, denied},
		{"private is not joined", asMember, "POST", path("/spaces/%d/join", idPrivate), "", 401, denied},
		{"private links", asMember, "GET", path("/spaces/%d/bookmarks", idPrivate), "", 401, ""},
		{"secret is not there", asMember, "GET", path("/spaces/%d", idSecret), "", 404, "Missing record: space"},
		{"secret has no posts", asMember, "GET", "/spaces/committee/posts", "", 404, "Missing record: space"},
		{"secret has no topics", asMember, "GET", path("/spaces/%d/topics", idSecret), "", 404, "Missing record: space"},
		{"secret opens for an admin", asAdmin, "GET", "/spaces/committee/posts", "", 200, `"count":6`},
		{
			"invited", asMember, "POST", "/invitation_links/bees-welcome/join", "", 200,
			path(`{"redirect_to_space_id":%d}`, idPrivate),
		},
		{"private is open now", asMember, "GET", "/spaces/beekeepers/posts", "", 200, `"count":8`},
		{"invitation to no space", asMember, "POST", "/invitation_links/thornbury-lane/join", "", 200, `null`},
		{"no invitation", asMember, "POST", "/invitation_links/nope/join", "", 404, "Missing record: invitation_link"},
		{"join", asMember, "POST", path("/spaces/%d/join", idFruit), "", 200, `"is_member":true`},
		{"join again", asMember, "POST", path("/spaces/%d/join", idFruit), "", 200, `"is_member":true`},
		{"leave", asMember, "POST", path("/spaces/%d/leave", idFruit), "", 200, `"space_member_id":null`},
		{"leave again", asMember, "POST", path("/spaces/%d/leave", idFruit), "", 404, noSeat},
		{"topics", asMember, "GET", path("/spaces/%d/topics", idVegetables), "", 200, `"admin_only":true`},
		{"links", asMember, "GET", path("/spaces/%d/bookmarks", idVegetables), "", 200, `"display_type":"folder"`},
		{"community links", asMember, "GET", "/community_links", "", 200, `"Plot rules"`},
		{
			"somebody else's seat", asMember, "POST", path("/space_members/%d/mark_as_read", firstSpaceMemberID), "", 404,
			noSeat,
		},
	}
}

func path(format string, ids ...any) string { return fmt.Sprintf(format, ids...) }

func TestSpaces(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) { walkSteps(t, w, spaceSteps()) })
}

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
		t.Errorf("after reading: %s, want only vegetables, with nothing new (fruit is not joined)", r.raw)
	}
	w.clock.Advance(1)
	ruth.must(200, "POST", "/spaces/vegetables/posts", `{"name":"Frost tonight","body":"Cover your beans."}`)
	if r := maya.must(200, "GET", details, ""); r.id(0, "unread_content_count") != 1 {
		t.Errorf("after a new post: %s, want one unread", r.raw)
	}
}
