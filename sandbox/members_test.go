package sandbox

import (
	"fmt"
	"net/url"
	"testing"
)

func memberSteps() []step {
	const (
		search      = "/search/community_members"
		unsupported = "Unsupported page_name param, supported values are signup, edit_profile, profile_view, community_view"
	)
	return []step{
		{"current member", asMember, "GET", "/community_member", "", 200, `"email":"member@example.com"`},
		{"roles of an admin", asAdmin, "GET", "/community_member", "", 200, `"roles":{"admin":true,"moderator":false}`},
		{"home page switch", asNewcomer, "GET", "/community_member", "", 200, `"display_home_page":false`},
		{"directory", asMember, "GET", "/community_members?per_page=3&sort=alphabetical", "", 200, `"page_count":3`},
		{"directory by text", asMember, "GET", "/community_members?search_text=beekeeper", "", 200, `"count":1`},
		{"of a private space", asMember, "GET", "/community_members?space_id=2700013", "", 401, denied},
		{"of a secret space", asMember, "GET", "/community_members?space_id=2700014", "", 404, "Missing record: space"},
		{"profile", asMember, "GET", "/community_members/8800001/public_profile", "", 200, `"display_locations":["`},
		{
			"profile of nobody", asMember, "GET", "/community_members/77/public_profile", "", 404,
			"Missing record: community_member",
		},
		{"posts", asMember, "GET", "/community_members/8800001/posts", "", 200, `"sort":"latest"`},
		{"comments", asMember, "GET", "/community_members/8800001/comments", "", 200, `"parent_comment_id"`},
		{"spaces", asMember, "GET", "/community_members/8800001/spaces", "", 200, `"per_page":30`},
		{
			"search by role", asMember, "POST", search, `{"filters":[{"key":"role","filter_type":"is","value":"admin"}]}`, 200,
			`"count":2`,
		},
		{
			"search by part of the headline", asMember, "POST", search,
			`{"filters":[{"key":"headline","filter_type":"contains","value":"SHOW"}]}`, 200, `"Gareth Llewellyn"`,
		},
		{
			"search by score", asMember, "POST", search, `{"filters":[{"key":"activity_score","gte":330,"lte":339}]}`, 200,
			`"count":1`,
		},
		{"search for any script", asMember, "POST", search, `{"search_text":"çağla"}`, 200, `"first_name":"Çağla"`},
		{"search for the inactive", asMember, "POST", search, `{"status":"inactive"}`, 200, `"records":[]`},
		{"search without empty profiles", asMember, "POST", search, `{"exclude_empty_profiles":true}`, 200, `"count":39`},
		{"profile fields", asMember, "GET", "/page_profile_fields?page_name=signup", "", 200, `"key":"plot_number"`},
		{"profile fields of no page", asMember, "GET", "/page_profile_fields?page_name=signup2", "", 400, unsupported},
		{
			"change the headline", asMember, "PUT", "/profile",
			`{"community_member":{"headline":"Plot 14b","community_member_profile_fields_attributes":[]}}`, 200,
			`"headline":"Plot 14b"`,
		},
		{"headline is kept", asMember, "GET", "/community_members/8800004/public_profile", "", 200, `"headline":"Plot 14b"`},
		{"empty name", asMember, "PUT", "/profile", `{"community_member":{"name":" "}}`, 400, `"name":["can't be blank"]`},
		{"change of nothing", asMember, "PUT", "/profile", `{}`, 404, "Missing parameter: community_member"},
		{
			"sign-up once more", asMember, "PUT", "/signup/profile", `{"community_member":{"name":"Maya F"}}`, 409,
			"You already created profile",
		},
		{
			"sign-up", asNewcomer, "PUT", "/signup/profile",
			`{"community_member":{"name":"Eleanor Finch","headline":"At last"}}`, 200, "Profile confirmed!",
		},
		{"home page after it", asNewcomer, "GET", "/home", "", 200, `"records":[]`},
	}
}

func TestMembers(t *testing.T) {
	inBothWorlds(t, func(t *testing.T, w *world) { walkSteps(t, w, memberSteps()) })
}

func TestAuthorsHaveRolesAsWordsAndTagsAsSwitches(t *testing.T) {
	w := newWorld(t)
	r := w.as(asMember).must(200, "GET", "/spaces/say-hello/posts/"+slugWelcome, "")
	if roles, _ := r.at("author", "roles").([]any); len(roles) != 1 || roles[0] != "admin" {
		t.Errorf("author.roles = %v, want [admin]", r.at("author", "roles"))
	}
	if places, _ := r.at("author", "member_tags", 0, "display_locations").(map[string]any); places["post_bio"] != true {
		t.Errorf("display_locations = %v, want an object with post_bio",
			r.at("author", "member_tags", 0, "display_locations"))
	}
	if r.id("author", "id") == r.id("author", "community_member_id") {
		t.Error("an author's id has to be the user's, not the member's")
	}
}

func TestDirectoryIsWalkedBySearchAfter(t *testing.T) {
	w := newWorld(t)
	c := w.as(asMember)
	for _, sort := range []string{"alphabetical", "oldest", "latest"} {
		seen, query := map[int64]bool{}, ""
		total := int64(0)
		for range 20 {
			r := c.must(200, "GET", "/community_members?per_page=7&sort="+sort+query, "")
			total = r.id("count")
			for i := range r.records() {
				id := r.id("records", i, "community_member_id")
				if seen[id] {
					t.Errorf("%s: member %d comes twice", sort, id)
				}
				seen[id] = true
			}
			next, more := r.at("next_search_after").([]any)
			if !more {
				break
			}
			query = ""
			for _, part := range next {
				if n, isNumber := part.(float64); isNumber {
					part = fmt.Sprintf("%.0f", n)
				}
				query += "&search_after[]=" + url.QueryEscape(fmt.Sprint(part))
			}
		}
		if int64(len(seen)) != total || total < 30 {
			t.Errorf("%s: walked over %d members, want all %d", sort, len(seen), total)
		}
	}
}

func TestDeactivatedMemberIsGone(t *testing.T) {
	w := newWorld(t)
	w.as(asAdmin).must(401, "DELETE", "/community_member/deactivate", "")
	c := w.as(asMember)
	c.must(200, "DELETE", "/community_member/deactivate", "")
	c.refused(401, sayNoMember, "GET", "/spaces", "")
	if r := w.auth("POST", "/auth_token", `{"email":"member@example.com"}`); r.status != 404 {
		t.Errorf("signing in afterwards = %d, want 404", r.status)
	}
	w.as(asAdmin).must(404, "GET", "/community_members/8800004/public_profile", "")
}
