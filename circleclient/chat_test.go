package circleclient

import (
	"errors"
	"net/http"
	"testing"

	"circlegraph/circleclient/lenient"
	"circlegraph/circleclient/richtext"
)

func TestChatRequests(t *testing.T) {
	hello, on := text(t, "Hello"), true
	const room = "/messages/b8178a11-e982-4504-b789-1b4a93c09fc3"
	ctx, c, sends := sending(t)
	sends(page(c.Chat.Rooms(ctx, PageOptions{Page: 2, PerPage: 30})), "GET /messages?page=2&per_page=30", "")
	sends(only(c.Chat.Room(ctx, roomUUID)), "GET "+room, "")
	sends(only(c.Chat.CreateRoom(ctx, CreateChatRoomRequest{Kind: ChatRoomDirect, MemberIDs: []int64{7}})),
		"POST /messages", `{"chat_room":{"kind":"direct","community_member_ids":["7"]}}`)
	group := CreateChatRoomRequest{Kind: ChatRoomGroup, MemberIDs: []int64{7, 8}, Message: hello}
	sends(only(c.Chat.CreateRoom(ctx, group)), "POST /messages", `{"chat_room":{"kind":"group_chat",
		"community_member_ids":["7","8"],"rich_text_body":{"body":`+helloDocument+`}}}`)
	sends(c.Chat.MarkRoomAsRead(ctx, roomUUID), "POST "+room+"/mark_all_as_read", "")
	sends(only(c.Chat.UnreadRooms(ctx)), "GET /messages/unread_chat_rooms", "")
	sends(only(c.Chat.Messages(ctx, roomUUID, MessageWindowOptions{Older: 20})),
		"GET "+room+"/chat_room_messages?next_per_page=0&previous_per_page=20", "")
	sends(only(c.Chat.Messages(ctx, roomUUID, MessageWindowOptions{Anchor: 9, Newer: 200})),
		"GET "+room+"/chat_room_messages?id=9&next_per_page=100&previous_per_page=0", "")
	sends(only(c.Chat.Message(ctx, roomUUID, 9)), "GET "+room+"/chat_room_messages/9", "")
	sends(only(c.Chat.Send(ctx, roomUUID, ChatMessageRequest{Body: hello})),
		"POST "+room+"/chat_room_messages", `{"rich_text_body":{"body":`+helloDocument+`}}`)
	sends(only(c.Chat.Send(ctx, roomUUID, ChatMessageRequest{Body: hello, ParentMessageID: 9})),
		"POST "+room+"/chat_room_messages", `{"parent_message_id":9,"rich_text_body":{"body":`+helloDocument+`}}`)
	sends(c.Chat.UpdateMessage(ctx, roomUUID, 9, hello),
		"PUT "+room+"/chat_room_messages/9", `{"rich_text_body":{"body":`+helloDocument+`}}`)
	sends(c.Chat.DeleteMessage(ctx, roomUUID, 9), "DELETE "+room+"/chat_room_messages/9", "")
	sends(page(c.Chat.Participants(ctx, roomUUID, PageOptions{PerPage: 5})),
		"GET "+room+"/chat_room_participants?per_page=5", "")
	sends(only(c.Chat.UpdateParticipant(ctx, roomUUID, 3, ChatParticipantRequest{Muted: &on})),
		"PUT "+room+"/chat_room_participants/3", `{"muted":true}`)
	sends(c.Chat.React(ctx, 9, "heart"), "POST /reactions", `{"chat_room_message":9,"emoji":"heart"}`)
	sends(c.Chat.Unreact(ctx, 9, "heart"), "DELETE /reactions", `{"chat_room_message":9,"emoji":"heart"}`)
	sends(page(c.Chat.Threads(ctx, PageOptions{})), "GET /chat_threads", "")
	sends(only(c.Chat.Thread(ctx, 4)), "GET /chat_threads/4", "")
	sends(only(c.Chat.UnreadThreads(ctx)), "GET /chat_threads/unread_chat_threads", "")
	sends(only(c.Chat.CreateLiveRoom(ctx, LiveRoomRequest{Name: "Pruning", Invited: &LiveInvited{Spaces: []int64{2}}})),
		"POST /live_streams/rooms", `{"name":"Pruning","invited_entities_ids":{"spaces_ids":[2]}}`)
}

func TestNothingIsSentToNoRoom(t *testing.T) {
	c := testClient(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") }))
	ctx, hello := asMember(t), text(t, "Hello")
	for _, room := range []string{
		"", "unread_chat_rooms", "..", roomUUID + "/x", "../" + roomUUID, "b8178a11e9824504b7891b4a93c09fc3",
	} {
		if _, err := c.Chat.Room(ctx, room); !errors.Is(err, ErrInvalid) {
			t.Errorf("Room(%q): %v, want ErrInvalid", room, err)
		}
		if _, err := c.Chat.Send(ctx, room, ChatMessageRequest{Body: hello}); !errors.Is(err, ErrInvalid) {
			t.Errorf("Send to %q: %v, want ErrInvalid", room, err)
		}
	}
	if _, err := c.Chat.Send(ctx, roomUUID, ChatMessageRequest{}); !errors.Is(err, richtext.ErrBlank) {
		t.Errorf("Send without a text: %v, want ErrBlank", err)
	}
	if err := c.Chat.UpdateMessage(ctx, roomUUID, 1, nil); !errors.Is(err, richtext.ErrBlank) {
		t.Errorf("UpdateMessage without a text: %v, want ErrBlank", err)
	}
}

func TestChatOddities(t *testing.T) {
	for _, c := range []struct {
		name, json string
		ok         func(m *ChatMessage) bool
	}{
		{"only text", `{"body":"1 < 2","rich_text_body":null}`, func(m *ChatMessage) bool {
			return m.RichText().PlainText() == "1 < 2" && m.RichText().Document() == nil
		}},
		{
			"lost text", `{"body":"","rich_text_body":null}`,
			func(m *ChatMessage) bool { return m.RichText().PlainText() == "" && m.RichText().HTML() == "" },
		},
		{
			"document", `{"body":"glued","rich_text_body":{"body":` + helloDocument + `,"format":"chat"}}`,
			func(m *ChatMessage) bool { return m.RichText().HTML() == "<p>Hello</p>" },
		},
		{
			"body in an object", `{"body":{"html":"<p>x</p>"},"rich_text_body":{"body":` + helloDocument + `}}`,
			func(m *ChatMessage) bool { return m.RichText().PlainText() == "Hello" },
		},
		{"sender gone", `{"sender":null}`, func(m *ChatMessage) bool { return m.Sender == nil }},
		{
			"no avatar at all", `{"sender":{"id":3,"community_member_id":7}}`,
			func(m *ChatMessage) bool { return m.Sender.MemberID() == 7 && m.Sender.AvatarURL == nil },
		},
		{"a large number", `{"id":38100000001}`, func(m *ChatMessage) bool { return m.ID == 38100000001 }},
		{
			"a number in a string", `{"id":1,"chat_room_participant_id":"3","parent_message_id":"2"}`,
			func(m *ChatMessage) bool { return *m.ParentMessageID == 2 },
		},
		{
			"reactions", `{"reactions":[{"emoji":"heart","count":2,"community_member_ids":[7,8]},null]}`,
			func(m *ChatMessage) bool {
				return len(m.Reactions) == 1 && m.Reactions[0].GivenBy(8) && !m.Reactions[0].GivenBy(9)
			},
		},
	} {
		var m ChatMessage
		if err := lenient.Decode([]byte(c.json), &m); err != nil || !c.ok(&m) {
			t.Errorf("%s: decode %s = %+v, error %v", c.name, c.json, m, err)
		}
	}
}

func TestChatSources(t *testing.T) {
	c, _ := recordingClient(t, http.StatusOK,
		`{"id":1,"chat_room":{"uuid":"`+roomUUID+`","last_message":{"id":1},"pinned_message":{"id":2}},
			"records":[{"id":6,"uuid":"`+roomUUID+`","last_message":{"id":1}}],
			"parent_message":{"id":1,"chat_room_uuid":"`+roomUUID+`"},"replies":[{"id":2}]}`)
	ctx := asMember(t)
	list, err := c.Chat.Rooms(ctx, PageOptions{})
	if err != nil {
		t.Fatal(err)
	}
	room, err := c.Chat.Room(ctx, roomUUID)
	if err != nil {
		t.Fatal(err)
	}
	window, err := c.Chat.Messages(ctx, roomUUID, MessageWindowOptions{})
	if err != nil {
		t.Fatal(err)
	}
	message, err := c.Chat.Message(ctx, roomUUID, 1)
	if err != nil {
		t.Fatal(err)
	}
	thread, err := c.Chat.Thread(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name      string
		got, want Source
	}{
		{"inbox", list.Records[0].Source, SourceChatRooms},
		{"last message of the inbox", list.Records[0].LastMessage.Source, SourceLastMessage},
		{"room", room.Source, SourceChatRoom},
		{"pinned message", room.PinnedMessage.Source, SourceLastMessage},
		{"window", window.Records[0].Source, SourceChatMessages},
		{"message", message.Source, SourceChatMessage},
		{"parent", thread.ParentMessage.Source, SourceThreadParent},
		{"reply", thread.Replies[0].Source, SourceThreadReply},
		{"room of a thread", thread.ChatRoom().Source, SourceThreadRoom},
	} {
		if row.got != row.want {
			t.Errorf("%s: source %d, want %d", row.name, row.got, row.want)
		}
	}
}

func TestRoomOfAThread(t *testing.T) {
	const parent = `"parent_message":{"id":1,"chat_room_uuid":"` + roomUUID + `"}`
	for _, c := range []struct {
		name, json string
		ok         func(r *ChatRoom) bool
	}{
		{
			"of a group", `{` + parent + `,"chat_room":{"kind":"group_chat","name":"Bees","embedded_space":null,"lesson":null}}`,
			func(r *ChatRoom) bool {
				return r.UUID == roomUUID && r.Name == "Bees" && r.Kind == ChatRoomGroup && r.Carries(ChatRoomPlace) &&
					r.EmbeddedSpace == nil
			},
		},
		{
			"of a space", `{` + parent +
				`,"chat_room":{"kind":"group_chat","name":"Tea","embedded_space":{"id":5,"slug":"tea"}}}`,
			func(r *ChatRoom) bool { return r.EmbeddedSpace.Slug == "tea" },
		},
		{
			"of a lesson", `{` + parent +
				`,"chat_room":{"kind":"group_chat","lesson":{"id":5,"name":"One","courses_section_id":2}}}`,
			func(r *ChatRoom) bool { return r.EmbeddedLesson.Name == "One" },
		},
		{
			"of which nothing is told", `{` + parent + `}`,
			func(r *ChatRoom) bool { return r.UUID == roomUUID && !r.Carries(ChatRoomName) },
		},
		{"without its parent", `{"id":1,"chat_room":{"kind":"direct"}}`, func(r *ChatRoom) bool { return r == nil }},
	} {
		var thread ChatThread
		if err := lenient.Decode([]byte(c.json), &thread); err != nil || !c.ok(thread.ChatRoom()) {
			t.Errorf("%s: room %+v of %s, error %v", c.name, thread.ChatRoom(), c.json, err)
		}
	}
}

func TestRepliesThatAreKnownToBeNone(t *testing.T) {
	one := int64(1)
	for _, c := range []struct {
		name    string
		message ChatMessage
		want    bool
	}{
		{"no thread", ChatMessage{Source: SourceLastMessage}, true},
		{"a thread", ChatMessage{Source: SourceLastMessage, ChatThreadID: &one}, false},
		{"a reply", ChatMessage{Source: SourceThreadReply, ChatThreadID: &one, ParentMessageID: &one}, true},
		{"nothing but its number", ChatMessage{ID: 1}, false},
	} {
		for _, part := range []Part{ChatMessageReplies, ChatMessageLastReply} {
			if got := c.message.Carries(part); got != c.want {
				t.Errorf("%s: Carries(%d) = %t, want %t", c.name, part, got, c.want)
			}
		}
	}
}

func TestReactingTwiceSucceeds(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   error
	}{
		{"taken", 422, `{"message":"Failed to create reaction!","error_details":{"emoji":["has already been taken"]}}`, nil},
		{"already", 422, `{"message":"You already reacted."}`, nil},
		{
			"unknown emoji", 422,
			`{"message":"Failed to create reaction!","error_details":{"emoji":["is not included in the list"]}}`, ErrInvalid,
		},
		{"no message", 404, `{"message":"Oops! Missing record. Please try again later."}`, ErrNotFound},
	} {
		client := testClient(t, say(c.status, "application/json", c.body))
		if err := client.Chat.React(asMember(t), 1, "heart"); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestWhereARoomIsEmbedded(t *testing.T) {
	for _, c := range []struct {
		name string
		room ChatRoom
		told bool
	}{
		{"of two", ChatRoom{Source: SourceChatRoom, Kind: ChatRoomDirect}, true},
		{"a group", ChatRoom{Source: SourceChatRoom, Kind: ChatRoomGroup, Identifier: "group_chat-1-2-3"}, true},
		{"a group of another name", ChatRoom{Source: SourceChatRoom, Kind: ChatRoomGroup, Identifier: "direct-1-2"}, false},
		{"perhaps embedded", ChatRoom{Source: SourceChatRoom, Kind: ChatRoomGroup}, false},
		{"nothing but its name", ChatRoom{UUID: roomUUID}, false},
		{"of the inbox", ChatRoom{Source: SourceChatRooms, Kind: ChatRoomGroup}, true},
		{"of a thread", ChatRoom{Source: SourceThreadRoom, Kind: ChatRoomGroup}, true},
		{"reached through its space", ChatRoom{UUID: roomUUID, EmbeddedSpace: &SpaceRef{ID: 5}}, true},
		{"reached through its lesson", ChatRoom{UUID: roomUUID, EmbeddedLesson: &EmbeddedLesson{ID: 5}}, true},
	} {
		if got := c.room.Carries(ChatRoomPlace); got != c.told {
			t.Errorf("%s: Carries(ChatRoomPlace) = %t, want %t", c.name, got, c.told)
		}
	}
}
