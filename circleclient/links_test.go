package circleclient

import (
	"net/url"
	"testing"
)

func TestParseLink(t *testing.T) {
	const room = "0b6e9fc2-3f4b-4a1a-9c57-27f1f5f0a001"
	for address, want := range map[string]Link{
		"https://x.example/c/veg":                                {SpaceSlug: "veg"},
		"https://x.example/c/veg/":                               {SpaceSlug: "veg"},
		"https://x.example/c/veg/show?utm_source=mail":           {SpaceSlug: "veg", PostSlug: "show"},
		"https://x.example/c/veg/show#comment_wrapper_290":       {SpaceSlug: "veg", PostSlug: "show", CommentID: 290},
		"https://x.example/c/veg/show?comment_id=290":            {SpaceSlug: "veg", PostSlug: "show", CommentID: 290},
		"https://x.example/c/veg/show#comment_wrapper_x":         {SpaceSlug: "veg", PostSlug: "show"},
		"https://x.example/c/%C3%A7a%C4%9Fla/g%C3%BCn":           {SpaceSlug: "çağla", PostSlug: "gün"},
		"https://x.example/c/first-year/sections/3/lessons/4":    {SpaceSlug: "first-year", LessonID: 4},
		"https://x.example/c/first-year/sections/3/lessons/four": {},
		"https://x.example/u/15790c98":                           {MemberUID: "15790c98"},
		"https://x.example/messages/" + room:                     {RoomUUID: room},
		"https://x.example/messages/" + room + "?message_id=7":   {RoomUUID: room, MessageID: 7},
		"https://x.example/messages/nobody":                      {},
		"https://x.example/":                                     {},
		"https://x.example":                                      {},
		"https://x.example/c":                                    {},
		"https://x.example/c/..%2F..%2Fadmin/x":                  {},
		"https://x.example/c/a%2Fb":                              {},
		"https://x.example/c/../u/1":                             {},
		"https://x.example/settings/profile":                     {},
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := ParseLink(u); got != want {
			t.Errorf("ParseLink(%s) = %+v, want %+v", address, got, want)
		}
	}
}
