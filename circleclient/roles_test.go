package circleclient

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circlegraph/circleclient/lenient"
)

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

func TestMemberTags(t *testing.T) {
	for _, c := range []struct {
		json string
		want DisplayLocations
	}{
		{`{"id":1,"name":"Senior","display_locations":["profile","bio"]}`, DisplayLocations{"profile", "bio"}},
		{
			`{"id":1,"name":"Senior","display_locations":{"profile_page":true,"post_bio":false,"member_directory":true}}`,
			DisplayLocations{"member_directory", "profile_page"},
		},
		{`{"id":1,"name":"Senior","display_locations":null,"emoji":null,"custom_emoji_url":null,"custom_emoji_dark_url":null}`, nil},
		{`{"id":1,"name":"Senior","display_locations":"profile"}`, nil},
	} {
		var tag MemberTag
		if err := lenient.Decode([]byte(c.json), &tag); err != nil {
			t.Errorf("decode %s: %v", c.json, err)
		}
		if diff := cmp.Diff(c.want, tag.DisplayLocations); diff != "" || tag.Name != "Senior" || tag.Emoji != nil {
			t.Errorf("decode %s = %+v (-want +got locations):\n%s", c.json, tag, diff)
		}
	}
}

func TestEventLocation(t *testing.T) {
	quoted := func(s string) string {
		raw, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	lat, lng := 48.137, 11.575
	for _, c := range []struct {
		name, json string
		want       *EventLocation
	}{
		{
			"a document in a string",
			quoted(`{"name":"Rathaus","formatted_address":"Marienplatz 8, München","place_id":"x1","geometry":{"location":{"lat":48.137,"lng":11.575}}}`), &EventLocation{Name: new("Rathaus"), Address: new("Marienplatz 8, München"), Latitude: &lat, Longitude: &lng, PlaceID: new("x1")},
		},
		{
			"flat, with numbers in strings", quoted(`{"address":"Marienplatz 8","latitude":"48.137","longitude":11.575}`),
			&EventLocation{Address: new("Marienplatz 8"), Latitude: &lat, Longitude: &lng},
		},
		{"an object", `{"name":"Rathaus"}`, &EventLocation{Name: new("Rathaus")}},
		{"a plain string", `"Behind the {old} mill"`, &EventLocation{Address: new("Behind the {old} mill")}},
		{"a broken document", quoted(`{"name":`), &EventLocation{Address: new(`{"name":`)}},
		{"an empty string", `""`, nil},
		{"null", `null`, nil},
		{"a number", `7`, nil},
	} {
		var post Post
		if err := lenient.Decode([]byte(`{"event_setting_attributes":{"in_person_location":`+c.json+`,"rsvp_count":3}}`),
			&post); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, post.EventSettings.Location()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if post.EventSettings.RSVPCount != 3 {
			t.Errorf("%s: the location costs the fields behind it", c.name)
		}
	}
}
