package sandbox

import (
	"fmt"
	"net/url"
	"testing"
)

func memberSteps() []step {
	return []step{
		{name: "current member", method: "GET", path: "/community_member", status: 200, want: `"email":"member@example.com"`},
		{
			name: "roles of an admin", who: asAdmin, method: "GET", path: "/community_member", status: 200,
			want: `"roles":{"admin":true,"moderator":false}`,
		},
		{
			name: "home page switch", who: asNewcomer, method: "GET", path: "/community_member", status: 200,
			want: `"display_home_page":false`,
		},
		{
			name: "directory", method: "GET", path: "/community_members?per_page=3&sort=alphabetical", status: 200,
			want: `"page_count":3`,
		},
		{
			name: "directory by text", method: "GET", path: "/community_members?search_text=beekeeper", status: 200,
			want: `"count":1`,
		},
		{
			name: "directory of a private space", method: "GET", path: "/community_members?space_id=2700013", status: 401,
			want: "You cannot perform this action.",
		},
		{
			name: "directory of a secret space", method: "GET", path: "/community_members?space_id=2700014", status: 404,
			want: "Missing record: space",
		},
		{
			name: "profile", method: "GET", path: "/community_members/8800001/public_profile", status: 200,
			want: `"display_locations":["`,
		},
		{
			name: "profile of nobody", method: "GET", path: "/community_members/77/public_profile", status: 404,
			want: "Missing record: community_member",
		},
		{name: "posts", method: "GET", path: "/community_members/8800001/posts", status: 200, want: `"sort":"latest"`},
		{
			name: "comments", method: "GET", path: "/community_members/8800001/comments", status: 200,
			want: `"parent_comment_id"`,
		},
		{name: "spaces", method: "GET", path: "/community_members/8800001/spaces", status: 200, want: `"per_page":30`},
		{
			name: "search by role", method: "POST", path: "/search/community_members",
			body: `{"filters":[{"key":"role","filter_type":"is","value":"admin"}]}`, status: 200, want: `"count":2`,
		},
		{
			name: "search by part of the headline", method: "POST", path: "/search/community_members",
			body: `{"filters":[{"key":"headline","filter_type":"contains","value":"SHOW"}]}`, status: 200, want: `"Gareth Llewellyn"`,
		},
		{
			name: "search by score", method: "POST", path: "/search/community_members",
			body: `{"filters":[{"key":"activity_score","gte":330,"lte":339}]}`, status: 200, want: `"count":1`,
		},
		{
			name: "search for a name in any script", method: "POST", path: "/search/community_members",
			body: `{"search_text":"çağla"}`, status: 200, want: `"first_name":"Çağla"`,
		},
		{
			name: "search for the inactive", method: "POST", path: "/search/community_members", body: `{"status":"inactive"}`,
			status: 200, want: `"records":[]`,
		},
		{
			name: "search without empty profiles", method: "POST", path: "/search/community_members",
			body: `{"exclude_empty_profiles":true}`, status: 200, want: `"count":39`,
		},
		{
			name: "profile fields", method: "GET", path: "/page_profile_fields?page_name=signup", status: 200,
			want: `"key":"plot_number"`,
		},
		{
			name: "profile fields of no page", method: "GET", path: "/page_profile_fields?page_name=signup2", status: 400,
			want: "Unsupported page_name param, supported values are signup, edit_profile, profile_view, community_view",
		},
		{
			name: "change the headline", method: "PUT", path: "/profile",
			body: `{"community_member":{"headline":"Plot 14b","community_member_profile_fields_attributes":[]}}`, status: 200, want: `"headline":"Plot 14b"`,
		},
		{
			name: "headline is kept", method: "GET", path: "/community_members/8800004/public_profile", status: 200,
			want: `"headline":"Plot 14b"`,
		},
		{
			name: "empty name", method: "PUT", path: "/profile", body: `{"community_member":{"name":" "}}`, status: 400,
			want: `"name":["can't be blank"]`,
		},
		{
			name: "change of nothing", method: "PUT", path: "/profile", body: `{}`, status: 404,
			want: "Missing parameter: community_member",
		},
		{
			name: "sign-up once more", method: "PUT", path: "/signup/profile", body: `{"community_member":{"name":"Maya F"}}`,
			status: 409, want: "You already created profile",
		},
		{
			name: "sign-up", who: asNewcomer, method: "PUT", path: "/signup/profile",
			body: `{"community_member":{"name":"Eleanor Finch","headline":"At last"}}`, status: 200, want: "Profile confirmed!",
		},
		{name: "home page after it", who: asNewcomer, method: "GET", path: "/home", status: 200, want: `"records":[]`},
	}
}

func TestMembers(t *testing.T) { walkSteps(t, newWorld(t), memberSteps()) }

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
	if r := c.call("GET", "/spaces", ""); r.status != 401 || r.at("message") != sayNoMember {
		t.Errorf("the token afterwards gets %d %s", r.status, r.raw)
	}
	if r := w.auth("POST", "/auth_token", `{"email":"member@example.com"}`); r.status != 404 {
		t.Errorf("signing in afterwards = %d, want 404", r.status)
	}
	w.as(asAdmin).must(404, "GET", "/community_members/8800004/public_profile", "")
}
