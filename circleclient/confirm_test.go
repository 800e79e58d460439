package circleclient

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"circlegraph/internal/contract"
)

// The table of writes that are answered with nothing is the contract's: those without an example that says something.
func TestEmptyAnswersAreDocumented(t *testing.T) {
	official := contract.Load(t)
	documented := emptyAnswers()
	for _, op := range official.Operations() {
		if op.Method == "GET" {
			continue
		}
		says := op.ID == "POST /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages" // it has a schema
		for _, status := range []int{200, 201, 202} {
			for _, example := range official.Examples(op.ID, status) {
				says = says || string(example.Body) != "null"
			}
		}
		if listed := slices.Contains(documented, op.ID); listed == says {
			t.Errorf("%s: listed as answered with nothing: %t, says something: %t", op.ID, listed, says)
		}
	}
}

// What is no list does not read as an empty one, whatever comes with 200.
func TestListsAreLists(t *testing.T) {
	ctx := asMember(t)
	lists := map[string]func(*Client) error{
		"pages":                func(c *Client) error { return only(c.Posts.Home(ctx, PostListOptions{})) },
		"pages of members":     func(c *Client) error { return only(c.Members.List(ctx, MemberListOptions{})) },
		"pages that are found": func(c *Client) error { return only(c.Members.Search(ctx, MemberSearchRequest{})) },
		"pages of rooms":       func(c *Client) error { return only(c.Chat.Rooms(ctx, PageOptions{})) },
		"windows": func(c *Client) error {
			return only(c.Chat.Messages(ctx, roomUUID, MessageWindowOptions{}))
		},
		"bare lists":     func(c *Client) error { return only(c.Spaces.List(ctx)) },
		"unread rooms":   func(c *Client) error { return only(c.Chat.UnreadRooms(ctx)) },
		"unread threads": func(c *Client) error { return only(c.Chat.UnreadThreads(ctx)) },
		"preferences":    func(c *Client) error { return only(c.Notifications.Preferences(ctx, "in_app")) },
	}
	const html, asJSON = "text/html", "application/json"
	for _, c := range []struct {
		body, contentType string
		valid             []string // the lists for which it is one
	}{
		{`{}`, asJSON, nil},
		{`null`, asJSON, nil},
		{`"nothing here"`, asJSON, nil},
		{`7`, asJSON, nil},
		{``, asJSON, nil},
		{`{"message":"ok"}`, asJSON, nil},
		{`{"records":null}`, asJSON, nil},
		{`{"records":{}}`, asJSON, nil},
		{`{"records":"none"}`, asJSON, nil},
		{`{"page":1,"per_page":10,"has_next_page":false}`, asJSON, nil},
		{`{"chat_rooms":null,"chat_thread_ids":null,"notification_preference":null,"space_preferences":null}`, asJSON, nil},
		{`<html><body>[]</body></html>`, html, nil},
		{`<html><body>[]</body></html>`, asJSON, nil},
		{`[]`, asJSON, []string{"bare lists"}},
		{
			`{"records":[]}`, asJSON,
			[]string{"pages", "pages of members", "pages that are found", "pages of rooms", "windows"},
		},
		{`{"chat_rooms":[]}`, asJSON, []string{"unread rooms"}},
		{`{"chat_thread_ids":[]}`, asJSON, []string{"unread threads"}},
		{`{"notification_preference":[],"space_preferences":[]}`, asJSON, []string{"preferences"}},
	} {
		for name, read := range lists {
			err := read(testClient(t, say(http.StatusOK, c.contentType, c.body)))
			if valid := slices.Contains(c.valid, name); valid != (err == nil) || !valid && !errors.Is(err, ErrUnavailable) {
				t.Errorf("%s answered by %s: %v, want a list: %t", name, c.body, err, valid)
			}
		}
	}
}

// What an acknowledgement says of errors and ids that are not there is no refusal and no record.
func TestAcknowledgements(t *testing.T) {
	for _, c := range []struct {
		body             string
		refused, unknown bool
	}{
		{`{"message":"done"}`, false, false},
		{`{"error":false}`, false, false},
		{`{"error":false,"errors":0,"message":"done"}`, false, false},
		{`{"error":"false","id":7}`, false, false},
		{`{"error":true}`, true, false},
		{`{"errors":["no"]}`, true, false},
		{`{"id":0}`, false, true},
		{`{"id":"0"}`, false, true},
		{`{"id":false}`, false, true},
	} {
		client := testClient(t, say(http.StatusOK, "application/json", c.body))
		err := client.Posts.Like(asMember(t), 1)
		refused, unknown := errors.Is(err, ErrInvalid), OutcomeUnknown(err)
		if refused != c.refused || unknown != c.unknown || (err == nil) == (refused || unknown) {
			t.Errorf("%s: %v, want a refusal: %t, an unknown outcome: %t", c.body, err, c.refused, c.unknown)
		}
	}
}
