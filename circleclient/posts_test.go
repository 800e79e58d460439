package circleclient

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circlegraph/circleclient/lenient"
	"circlegraph/circleclient/richtext"
)

// TestPostOddities has a line for each way in which the live API, or an operation, departs from the contract.
func TestPostOddities(t *testing.T) {
	for _, c := range []struct {
		name, json string
		ok         func(p *Post) bool
	}{
		{"id past 32 bits", `{"id":38100000001}`, func(p *Post) bool { return p.ID == 38100000001 }},
		{"id in a string", `{"id":"12"}`, func(p *Post) bool { return p.ID == 12 }},
		{
			"no name", `{"name":null,"display_title":"From the text"}`,
			func(p *Post) bool { return p.Name == nil && p.DisplayTitle == "From the text" },
		},
		{"no author", `{"author":null}`, func(p *Post) bool { return p.Author == nil && p.MemberID() == 0 }},
		{
			"author without headline",
			`{"author":{"id":2,"community_member_id":3,"headline":null,"roles":["admin"],"member_tags":null}}`,
			func(p *Post) bool { return p.MemberID() == 3 && p.Author.Headline == nil && p.Author.Roles.Admin },
		},
		{"body in a string", `{"body":"<p>x</p>"}`, func(p *Post) bool { return p.Body.Get().HTML == "<p>x</p>" }},
		{
			"body in an object", `{"body":{"attachments":{},"attachments_array":[],"html":"<p>x</p>"}}`,
			func(p *Post) bool { return p.Body.Get().HTML == "<p>x</p>" },
		},
		{
			"body null", `{"body":null,"tiptap_body":null,"body_plain_text":"x"}`,
			func(p *Post) bool { return p.Body == nil && p.RichText().PlainText() == "x" },
		},
		{
			"likers with a null", `{"first_liked_by":[null,{"community_member_id":4,"roles":{"admin":false}}]}`,
			func(p *Post) bool {
				return len(p.FirstLikedBy.Get()) == 1 && p.FirstLikedBy.Get()[0].CommunityMemberID == 4
			},
		},
		{
			"settings of an event that never ends",
			`{"event_setting_attributes":{"starts_at":"2026-03-01T18:30:00.000Z","ends_at":"",
				"rsvp_limit":null}}`, func(p *Post) bool {
				return p.EventSettings.StartsAt != nil && p.EventSettings.EndsAt == nil && p.EventSettings.RSVPLimit == nil
			},
		},
		{
			"followed under the older name", `{"post_follower_id":null,"topic_follower_id":9}`,
			func(p *Post) bool { return p.IsFollowedByViewer() },
		},
		{
			"not followed", `{"post_follower_id":null,"topic_follower_id":null}`,
			func(p *Post) bool { return !p.IsFollowedByViewer() },
		},
		{
			"comments closed", `{"is_comments_enabled":true,"is_comments_closed":true}`,
			func(p *Post) bool { return !p.IsCommentable() },
		},
		{
			"attendees with a null",
			`{"event_attendees":{"records":[null,{"id":9,"community_member_id":4,"rsvp_status":"yes"}],
				"count":1}}`, func(p *Post) bool {
				all := p.EventAttendees.Get()
				return len(all.Records) == 1 && *all.Count == 1 && all.Records[0].MemberID() == 4
			},
		},
		{
			"parts of other kinds",
			`{"id":5,"gallery":"none","event_setting_attributes":[],"policies":7,"topics":{},"space":null,
				"created_at":"yesterday"}`, func(p *Post) bool {
				return p.ID == 5 && p.Gallery == nil && p.EventSettings == nil && p.Policies == nil && p.Space == nil &&
					p.CreatedAt.IsZero()
			},
		},
	} {
		var p Post
		if err := lenient.Decode([]byte(c.json), &p); err != nil || !c.ok(&p) {
			t.Errorf("%s: decode %s = %+v, error %v", c.name, c.json, p, err)
		}
	}
}

func TestPostKind(t *testing.T) {
	for _, c := range []struct {
		json   string
		source Source
		want   PostKind
	}{
		{`{"post_type":"basic"}`, SourceHome, KindBasic},
		{`{"post_type":"image"}`, SourceHome, KindImage},
		{`{"post_type":"event"}`, SourceMemberPosts, KindEvent},
		{`{"post_type":"basic","event_setting_attributes":{}}`, SourceHome, KindEvent},
		{`{"gallery":{"id":1,"images":[]}}`, SourcePost, KindImage},
		{`{}`, SourceCommunityEvents, KindEvent},
		{`{"post_type":"podcast"}`, SourcePost, KindBasic},
		{`{}`, SourceUnknown, KindBasic},
	} {
		p := Post{Source: c.source}
		if err := lenient.Decode([]byte(c.json), &p); err != nil || p.Kind() != c.want {
			t.Errorf("Kind of %s = %q, error %v, want %q", c.json, p.Kind(), err, c.want)
		}
	}
}

func TestLocationVisible(t *testing.T) {
	hidden := &EventSettings{HideLocationFromNonAttendees: true}
	for _, c := range []struct {
		name string
		post Post
		want bool
	}{
		{"open", Post{EventPart: EventPart{EventSettings: &EventSettings{}}}, true},
		{"hidden", Post{EventPart: EventPart{EventSettings: hidden}}, false},
		{"hidden, but they come", Post{EventPart: EventPart{EventSettings: hidden, RSVPedEvent: true}}, true},
		{"hidden, but they manage it", Post{
			EventPart: EventPart{EventSettings: hidden},
			Policies:  &PostPermissions{CanManage: true},
		}, true},
		{"no event", Post{}, true},
	} {
		if got := c.post.LocationVisible(); got != c.want {
			t.Errorf("%s: LocationVisible() = %t, want %t", c.name, got, c.want)
		}
	}
}

// sent is a request as Circle gets it.
type sent struct {
	Request string // method, path and query
	Body    any
}

// recordingClient makes a client of a server that answers each request alike and keeps the last.
func recordingClient(t *testing.T, status int, answer string) (*Client, *sent) {
	t.Helper()
	got := &sent{}
	return testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		*got = sent{Request: r.Method + " " + r.URL.RequestURI()}
		if len(raw) > 0 {
			if err := json.Unmarshal(raw, &got.Body); err != nil {
				t.Errorf("body %s: %v", raw, err)
			}
		}
		say(status, "application/json", answer)(w, r)
	})), got
}

// sending makes a client of a server that records, and a function that wants the last call to have sent this request,
// whose path is below memberAPI.
func sending(t *testing.T) (context.Context, *Client, func(err error, request, body string)) {
	t.Helper()
	c, got := recordingClient(t, http.StatusOK, `{"id":5,"uuid":"`+roomUUID+`","creation_uuid":"c","status":"completed",
		"community_member_id":7,"chat_rooms":[],"chat_thread_ids":[],
		"records":[{"id":6,"uuid":"`+roomUUID+`","community_member_id":6}],"page":1,"has_next_page":false}`)
	return asMember(t), c, func(err error, request, body string) {
		t.Helper()
		method, path, _ := strings.Cut(request, " ")
		want := sent{Request: method + " " + memberAPI + path}
		if body != "" {
			if err := json.Unmarshal([]byte(body), &want.Body); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, *got); err != nil || diff != "" {
			t.Errorf("%s: %v, request (-want +got):\n%s", request, err, diff)
		}
		*got = sent{}
	}
}

// only is the error of a call whose result does not matter.
func only(_ any, err error) error { return err }

func text(t *testing.T, s string) *richtext.Document {
	t.Helper()
	r, err := richtext.FromText(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const helloDocument = `{"type":"doc","content":[{"type":"paragraph","content":[{"type":"text","text":"Hello"}]}]}`

// page checks what a list returned.
func page[T any](p *Page[T], err error) error {
	if err == nil && len(p.Records) != 1 {
		return errors.New("the page has not one record")
	}
	return err
}

func TestPostRequests(t *testing.T) {
	hello, yes, no, second := text(t, "Hello"), true, false, 2
	ctx, c, sends := sending(t)
	sends(page(c.Posts.Home(ctx, PostListOptions{PageOptions: PageOptions{Page: 2, PerPage: 20}, Sort: "popular"})),
		"GET /home?page=2&per_page=20&sort=popular", "")
	sends(page(c.Posts.ListInSpace(ctx, SpaceKey{ID: 7}, SpacePostOptions{})), "GET /spaces/7/posts", "")
	sends(page(c.Posts.ListInSpace(ctx, SpaceKey{Slug: "ärzte"},
		SpacePostOptions{Status: "draft", PastEvents: &no, Topics: []int64{1, 2}})),
		"GET /spaces/%C3%A4rzte/posts?past_events=false&status=draft&topics=1&topics=2", "")
	sends(page(c.Posts.ListInSpace(ctx, SpaceKey{ID: 7}, SpacePostOptions{PastEvents: &yes, PostIDs: []int64{8, 9, 10}})),
		"GET /spaces/7/posts?past_events=true&per_page=3&post_ids=8%2C9%2C10", "")
	sends(only(c.Posts.Get(ctx, SpaceKey{Slug: "intros"}, PostKey{Slug: "hello"})), "GET /spaces/intros/posts/hello", "")
	sends(only(c.Posts.Create(ctx, 7, CreatePostRequest{
		Name: "Hi", Slug: "hi", Body: hello, CoverImage: "eyJf", IsLikingEnabled: &no, Topics: []int64{3},
	})), "POST /spaces/7/posts", `{"space_id":7,"name":"Hi","slug":"hi","cover_image":"eyJf","is_liking_enabled":false,
		"topics":[3],"tiptap_body":{"body":`+helloDocument+`}}`)
	sends(only(c.Posts.Create(ctx, 7, CreatePostRequest{Name: "Hi"})),
		"POST /spaces/7/posts", `{"space_id":7,"name":"Hi"}`)
	sends(only(c.Posts.CreateImage(ctx, 7, CreateImagePostRequest{
		Body: hello, Images: []ImageUpload{{SignedID: "eyJf", Width: 3, Height: 4}, {SignedID: "eyJg"}},
	})), "POST /spaces/7/images/posts", `{"space_id":7,"tiptap_body":{"body":`+helloDocument+`},
		"gallery_attributes":{"images_attributes":[{"signed_id":"eyJf","width":3,"height":4},{"signed_id":"eyJg"}]}}`)
	sends(only(c.Posts.UpdateImage(ctx, 7, 8, UpdateImagePostRequest{
		IsCommentsEnabled: &no, Images: []ImageChange{{ID: 1, Position: &second}, {Image: "eyJf"}},
	})), "PUT /spaces/7/images/posts/8", `{"space_id":7,"is_comments_enabled":false,
		"gallery_attributes":{"images_attributes":[{"id":1,"position":2},{"image":"eyJf"}]}}`)
	sends(c.Posts.Delete(ctx, SpaceKey{ID: 7}, PostKey{ID: 8}), "DELETE /spaces/7/posts/8", "")
	sends(page(c.Posts.Likes(ctx, 8, PageOptions{PerPage: 500})), "GET /posts/8/user_likes?per_page=100", "")
	sends(c.Posts.Like(ctx, 8), "POST /posts/8/user_likes", "")
	sends(c.Posts.Unlike(ctx, 8), "DELETE /posts/8/user_likes", "")
	sends(c.Posts.Follow(ctx, 8), "POST /posts/8/post_followers", "")
	sends(c.Posts.Unfollow(ctx, 8), "DELETE /posts/8/post_followers", "")
	sends(c.Posts.UnfollowByID(ctx, 8, 9), "DELETE /posts/8/post_followers/9", "")
	sends(c.Posts.Report(ctx, ReportRequest{ID: 8, Type: "Post", Reason: "harassment", Body: "rude"}),
		"POST /flagged_contents", `{"flagged_content":{"flagged_contentable_id":8,"flagged_contentable_type":"Post",
			"reported_reason_type":"harassment","reported_reason_body":"rude"}}`)
	sends(c.Posts.Report(ctx, ReportRequest{ID: 8, Type: "Comment", Reason: "spam"}),
		"POST /flagged_contents", `{"flagged_content":{"flagged_contentable_id":8,"flagged_contentable_type":"Comment",
			"reported_reason_type":"spam","reported_reason_body":""}}`)
}

func TestPostSources(t *testing.T) {
	c, _ := recordingClient(t, http.StatusOK, `{"id":5,"records":[{"id":6}]}`)
	ctx := asMember(t)
	list := func(p *Page[*Post], err error) (*Post, error) {
		if err != nil {
			return nil, err
		}
		return p.Records[0], nil
	}
	for _, row := range []struct {
		want Source
		call func() (*Post, error)
	}{
		{SourceHome, func() (*Post, error) { return list(c.Posts.Home(ctx, PostListOptions{})) }},
		{
			SourceSpacePosts,
			func() (*Post, error) {
				return list(c.Posts.ListInSpace(ctx, SpaceKey{ID: 1}, SpacePostOptions{}))
			},
		},
		{SourceCommunityEvents, func() (*Post, error) { return list(c.Events.List(ctx, EventListOptions{})) }},
		{SourcePost, func() (*Post, error) { return c.Posts.Get(ctx, SpaceKey{ID: 1}, PostKey{ID: 2}) }},
		{SourceCreatePost, func() (*Post, error) { return c.Posts.Create(ctx, 1, CreatePostRequest{}) }},
		{SourceCreateImagePost, func() (*Post, error) { return c.Posts.CreateImage(ctx, 1, CreateImagePostRequest{}) }},
		{SourceUpdateImagePost, func() (*Post, error) { return c.Posts.UpdateImage(ctx, 1, 2, UpdateImagePostRequest{}) }},
	} {
		if p, err := row.call(); err != nil || p.Source != row.want {
			t.Errorf("got source %d and error %v, want source %d", p.Source, err, row.want)
		}
	}
}

// TestRepeatedWrites: only what is done already counts as success, if Circle's answer shows it.
func TestRepeatedWrites(t *testing.T) {
	ctx := asMember(t)
	const already = `{"success":false,"message":"Already liked"}`
	const missing = `{"success":false,"message":"Oops! Missing record. Please try again later."}`
	for _, row := range []struct {
		name string
		call func(c *Client) error
		// what a conflict, a missing record and a refusal give
		conflict, missing error
	}{
		{"like post", func(c *Client) error { return c.Posts.Like(ctx, 1) }, nil, ErrNotFound},
		{"unlike post", func(c *Client) error { return c.Posts.Unlike(ctx, 1) }, nil, nil},
		{"follow post", func(c *Client) error { return c.Posts.Follow(ctx, 1) }, nil, ErrNotFound},
		{"unfollow post", func(c *Client) error { return c.Posts.Unfollow(ctx, 1) }, nil, nil},
		{"like comment", func(c *Client) error { return c.Comments.Like(ctx, 1) }, nil, ErrNotFound},
		{"unlike comment", func(c *Client) error { return c.Comments.Unlike(ctx, 1) }, nil, nil},
		{"cancel RSVP", func(c *Client) error { return c.Events.CancelRSVP(ctx, 1) }, nil, nil},
		{"RSVP", func(c *Client) error { return only(c.Events.RSVP(ctx, 1)) }, ErrConflict, ErrNotFound},
		{"delete post", func(c *Client) error {
			return c.Posts.Delete(ctx, SpaceKey{ID: 1}, PostKey{ID: 1})
		}, ErrConflict, ErrNotFound},
	} {
		for _, answer := range []struct {
			status int
			body   string
			want   error
		}{
			{http.StatusUnprocessableEntity, already, row.conflict},
			{http.StatusNotFound, missing, row.missing},
			{http.StatusUnauthorized, `{"success":false,"message":"You cannot perform this action."}`, ErrForbidden},
			{http.StatusInternalServerError, `{}`, ErrUnavailable},
		} {
			c, _ := recordingClient(t, answer.status, answer.body)
			if err := row.call(c); !errors.Is(err, answer.want) {
				t.Errorf("%s, answered %d: error %v, want %v", row.name, answer.status, err, answer.want)
			}
		}
	}
}

func TestAlreadyDone(t *testing.T) {
	for body, want := range map[string]bool{
		`{"message":"You have already RSVP'd to this event"}`: true,
		`{"message":"The event is full"}`:                     false,
	} {
		c, _ := recordingClient(t, http.StatusUnprocessableEntity, body)
		_, err := c.Events.RSVP(asMember(t), 1)
		if got := AlreadyDone(err); got != want || !errors.Is(err, ErrConflict) {
			t.Errorf("%s: AlreadyDone(%v) = %t, want %t of an ErrConflict", body, err, got, want)
		}
	}
}

// TestBadKeys: what cannot be a path is never sent.
func TestBadKeys(t *testing.T) {
	c := testClient(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	for _, key := range []PostKey{{}, {ID: -1}, {Slug: "../home"}, {Slug: "a?b"}, {Slug: ".."}, {ID: -1, Slug: "a"}} {
		if _, err := c.Posts.Get(asMember(t), SpaceKey{ID: 1}, key); !errors.Is(err, ErrInvalid) {
			t.Errorf("Get(%+v) gives error %v, want %v", key, err, ErrInvalid)
		}
	}
}
