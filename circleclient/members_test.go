package circleclient

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circlegraph/circleclient/lenient"
)

// TestMemberID decodes every shape of a member: "id" differs in meaning, MemberID does not.
func TestMemberID(t *testing.T) {
	type shape interface{ MemberID() int64 }
	tests := []struct {
		name, line string
		into       shape
	}{
		{"author", `{"id":1,"community_member_id":7,"roles":["admin"]}`, new(Author)},
		{"liker", `{"community_member_id":7,"roles":{"admin":true}}`, new(Liker)},
		{"attendee", `{"id":1,"community_member_id":7}`, new(EventAttendee)},
		{"directory", `{"community_member_id":7}`, new(DirectoryMember)},
		{"search", `{"id":7,"user_id":1,"community_member_id":7}`, new(SearchedMember)},
		{"profile", `{"id":7}`, new(Profile)},
		{"current", `{"id":7,"user_id":1}`, new(CurrentMember)},
		{"bookmark", `{"community_member_id":7}`, new(BookmarkAuthor)},
	}
	for _, tt := range tests {
		if err := lenient.Decode([]byte(tt.line), tt.into); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := tt.into.MemberID(); got != 7 {
			t.Errorf("%s: MemberID() = %d, want 7", tt.name, got)
		}
	}
}

func TestSparseMembers(t *testing.T) {
	tests := []struct{ name, line string }{
		{"nulls", `{"id":7,"name":null,"headline":null,"avatar_url":null,"roles":null,"member_tags":null,"profile_info":null,
			"gamification_stats":null}`},
		{"empty texts", `{"id":7,"headline":"","avatar_url":"","bio":"","profile_info":{"website":""},
			"gamification_stats":""}`},
		{"nothing", `{"id":7}`},
		{"things that are not tags", `{"id":7,"member_tags":[null,"x"],"roles":"x","profile_info":[]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got Profile
			if err := lenient.Decode([]byte(tt.line), &got); err != nil {
				t.Fatal(err)
			}
			if tags := got.MemberTags.Get(); len(tags) == 0 {
				got.MemberTags = nil
			}
			if diff := cmp.Diff(Profile{ID: 7}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSearchAfterGoesBackAsItCame(t *testing.T) {
	const places = `[1721398993645,"ada"]`
	var query url.Values
	var body struct {
		SearchAfter json.RawMessage `json:"search_after"`
	}
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.Query()
		if r.Method == http.MethodPost {
			raw, _ := io.ReadAll(r.Body)
			_ = json.Unmarshal(raw, &body)
		}
		say(200, "application/json", `{"records":[],"next_search_after":`+places+`}`)(w, r)
	}))
	page, err := c.Members.List(asMember(t), MemberListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Members.List(asMember(t), MemberListOptions{SearchAfter: page.NextSearchAfter}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"1721398993645", "ada"}; !cmp.Equal(query["search_after"], want) {
		t.Errorf("directory: search_after %q, want %q", query["search_after"], want)
	}
	if _, err := c.Members.Search(asMember(t), MemberSearchRequest{SearchAfter: page.NextSearchAfter}); err != nil {
		t.Fatal(err)
	}
	if want := `["1721398993645","ada"]`; string(body.SearchAfter) != want { // the contract takes only texts there
		t.Errorf("search: search_after %s, want %s", body.SearchAfter, want)
	}
}

// TestMentionSGID finds signed ids among namesakes, by outdated names, and not at all.
func TestMentionSGID(t *testing.T) {
	tests := []struct {
		name   string
		member int64
		called string
		want   string
		err    error
		asked  []string // the texts searched for, and profiles read
	}{
		{"by name", 7, "Ada", "sgid-7", nil, []string{"Ada"}},
		{"a namesake", 8, "Ada", "sgid-8", nil, []string{"Ada"}},
		{"a name of old", 7, "Augusta", "sgid-7", nil, []string{"Augusta", "profile 7", "Ada"}},
		{"no name", 7, "", "sgid-7", nil, []string{"profile 7", "Ada"}},
		{"nobody", 9, "Ada", "", ErrNotFound, []string{"Ada", "profile 9"}},
		{"not in the search", 10, "Bo", "", ErrNotFound, []string{"Bo", "profile 10"}},
	}
	for _, tt := range tests {
		var asked []string
		c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				var search MemberSearchRequest
				_ = json.NewDecoder(r.Body).Decode(&search)
				asked = append(asked, search.SearchText)
				records := ""
				if search.SearchText == "Ada" {
					records = `{"community_member_id":7,"user_attachable_sgid":"sgid-7"},
						{"community_member_id":8,"user_attachable_sgid":"sgid-8"}`
				}
				say(200, "application/json", `{"records":[`+records+`]}`)(w, r)
				return
			}
			asked = append(asked, "profile "+path.Base(path.Dir(r.URL.Path)))
			switch path.Base(path.Dir(r.URL.Path)) {
			case "7":
				say(200, "application/json", `{"id":7,"name":"Ada"}`)(w, r)
			case "10":
				say(200, "application/json", `{"id":10,"name":"Bo"}`)(w, r)
			default:
				say(404, "application/json",
					`{"success":false,"message":"Oops! Missing record","error_details":"Missing record: community_member"}`)(w, r)
			}
		}))
		got, err := c.Members.MentionSGID(asMember(t), tt.member, tt.called)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %q, %v, want %q, %v", tt.name, got, err, tt.want, tt.err)
		}
		if diff := cmp.Diff(tt.asked, asked); diff != "" {
			t.Errorf("%s: asked (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestPageOptions(t *testing.T) {
	tests := []struct {
		opts PageOptions
		want string
	}{
		{PageOptions{}, ""},
		{PageOptions{Page: 2, PerPage: 20}, "page=2&per_page=20"},
		{PageOptions{PerPage: 5000}, "per_page=100"},
		{PageOptions{Page: -1, PerPage: -5}, ""},
	}
	for _, tt := range tests {
		if got := url.Values(tt.opts.query()).Encode(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.opts, got, tt.want)
		}
	}
}

func TestProfileUpdateLeavesOutWhatIsNil(t *testing.T) {
	empty, off := "", false
	tests := []struct {
		req  ProfileUpdateRequest
		want string
	}{
		{ProfileUpdateRequest{}, `{"community_member":{}}`},
		{
			ProfileUpdateRequest{Headline: &empty, Preferences: &ProfilePreferencesRequest{MessagingEnabled: &off}},
			`{"community_member":{"headline":"","preferences":{"messaging_enabled":false}}}`,
		},
	}
	for _, tt := range tests {
		var sent string
		c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			sent = string(body)
			say(200, "application/json",
				`{"message":"Profile updated!","current_community_member":{"community_member_id":7}}`)(w, r)
		}))
		if err := c.Members.UpdateProfile(asMember(t), tt.req); err != nil || sent != tt.want {
			t.Errorf("sent %s, got %v, want %s", sent, err, tt.want)
		}
	}
	c := testClient(t, say(409, "application/json",
		`{"success":false,"message":"You already created profile","error_details":{}}`))
	if err := c.Members.CompleteSignup(asMember(t), ProfileUpdateRequest{}); !errors.Is(err, ErrConflict) {
		t.Errorf("second sign-up: %v, want ErrConflict", err)
	}
}

func TestRoles(t *testing.T) {
	for _, c := range []struct {
		json string
		want Roles
	}{
		{`{"roles":{"admin":true,"moderator":false}}`, Roles{Admin: true}},
		{`{"roles":["admin","moderator"]}`, Roles{Admin: true, Moderator: true}},
		{`{"roles":["Moderator","owner",7,null]}`, Roles{Moderator: true}},
		{`{"roles":"admin"}`, Roles{Admin: true}},
		{`{"roles":[]}`, Roles{}},
		{`{"roles":null}`, Roles{}},
		{`{"roles":7}`, Roles{}},
		{`{}`, Roles{}},
	} {
		var author Author
		if err := lenient.Decode([]byte(c.json), &author); err != nil || author.Roles != c.want {
			t.Errorf("decode %s = %+v, error %v, want %+v", c.json, author.Roles, err, c.want)
		}
	}
}
