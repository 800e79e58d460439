package circleclient

import (
	"errors"
	"net/http"
	"testing"

	"circlegraph/circleclient/lenient"
)

func TestSpaceSources(t *testing.T) {
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := `{"id":7,"space_group_id":0,"space_member_id":null,"records":[{"id":7}]}`
		if r.URL.Path == memberAPI+"/spaces" {
			body = `[{"id":7},null,{"id":8}]`
		}
		say(200, "application/json", body)(w, r)
	}))
	ctx := asMember(t)
	list, err := c.Spaces.List(ctx)
	if err != nil || len(list) != 2 || list[1].Source != SourceSpaces {
		t.Errorf("List() = %+v, %v, want two spaces of SourceSpaces", list, err)
	}
	page, err := c.Members.Spaces(ctx, 1, PageOptions{})
	if err != nil || len(page.Records) != 1 || page.Records[0].Source != SourceMemberSpaces {
		t.Errorf("Members.Spaces() = %+v, %v, want one space of SourceMemberSpaces", page, err)
	}
	for source, read := range map[Source]func() (*Space, error){
		SourceSpace:     func() (*Space, error) { return c.Spaces.Get(ctx, 7) },
		SourceHomeSpace: func() (*Space, error) { return c.Spaces.Home(ctx) },
		SourceJoin:      func() (*Space, error) { return c.Spaces.Join(ctx, 7) },
		SourceLeave:     func() (*Space, error) { return c.Spaces.Leave(ctx, 7) },
	} {
		space, err := read()
		if err != nil || space.Source != source || space.Group() != nil || space.SpaceMemberID != nil {
			t.Errorf("source %d: %+v, %v, want a space of it without group and membership", source, space, err)
		}
	}
}

func TestSpaceParts(t *testing.T) {
	var space Space
	if err := lenient.Decode([]byte(`{"id":7,"slug":"welcome","name":"Welcome","emoji":"","space_group_id":3,
		"space_group_name":"Start","space_type":"hologram","policies":null,
		"custom_emoji_dark_url":null}`), &space); err != nil {
		t.Fatal(err)
	}
	if g := space.Group(); g == nil || g.ID != 3 || g.Name != "Start" {
		t.Errorf("Group() = %+v, want 3 Start", g)
	}
	if r := space.Ref(); r.ID != 7 || r.Slug != "welcome" || r.Name != "Welcome" || r.Emoji != nil {
		t.Errorf("Ref() = %+v, want the space's own names and no emoji", r)
	}
	if space.Type != "hologram" {
		t.Errorf("Type = %q, want the unknown word as it came", space.Type)
	}
}

func TestNotificationDetailsOfManySpaces(t *testing.T) {
	var query string
	c := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		say(200, "application/json", `[{"id":1,"unread_content_count":"2"}]`)(w, r)
	}))
	counts, err := c.Spaces.NotificationDetails(asMember(t), []int64{1, 3000000000})
	if err != nil || query != "space_ids=1%2C3000000000" || len(counts) != 1 || counts[0].SpaceID != 1 ||
		counts[0].UnreadContentCount != 2 {
		t.Errorf("%+v, %v for %q, want one count for two ids in one parameter", counts, err, query)
	}
}

func TestInvitationWithoutSpace(t *testing.T) {
	for _, body := range []string{`{"redirect_to_space_id":null}`, `{}`, ``} {
		c := testClient(t, say(200, "application/json", body))
		if invitation, err := c.Spaces.JoinByInvitation(asMember(t), "abc"); err != nil ||
			invitation.RedirectToSpaceID != nil {
			t.Errorf("%q: %+v, %v, want no space", body, invitation, err)
		}
	}
	c := testClient(t, say(404, "application/json",
		`{"message":"Oops! Missing record. Please try again later.",
			"error_details":{"message":"Missing record: invitation_link"}}`))
	if _, err := c.Spaces.JoinByInvitation(asMember(t), "abc"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown token: %v, want ErrNotFound", err)
	}
}
