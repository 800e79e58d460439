package circleclient

import (
	"encoding/json"
	"testing"

	"circlegraph/circleclient/lenient"
	"circlegraph/internal/contract"
)

// exampleRecords gives the records of an operation's successful examples: those of its page, or the record itself.
func exampleRecords(t *testing.T, op string) []map[string]json.RawMessage {
	t.Helper()
	var records []map[string]json.RawMessage
	official := contract.Load(t)
	for _, status := range []int{200, 201} {
		for _, example := range official.Examples(op, status) {
			var page struct {
				Records []map[string]json.RawMessage `json:"records"`
			}
			var record map[string]json.RawMessage
			if json.Unmarshal(example.Body, &page) == nil && page.Records != nil {
				records = append(records, page.Records...)
			} else if err := json.Unmarshal(example.Body, &record); err == nil {
				records = append(records, record)
			}
		}
	}
	if len(records) == 0 {
		t.Fatalf("%s has no successful example", op)
	}
	return records
}

// TestPostCarriesWhatExamplesShow holds [Post.Carries] to the official examples: what all records of an operation
// have it carries, and what only some have it does not, unless it is there.
func TestPostCarriesWhatExamplesShow(t *testing.T) {
	keys := map[PostField]string{
		PostPolicies: "policies", PostTopics: "topics", PostGallery: "gallery", PostEvent: "event_setting_attributes",
		PostFlags: "unresolved_flagged_reports_count", PostType: "status",
	}
	for _, c := range []struct {
		op     string
		source Source
	}{
		{"GET /api/headless/v1/home", SourceHome},
		{"GET /api/headless/v1/community_members/{community_member_id}/posts", SourceMemberPosts},
		{"GET /api/headless/v1/community_events", SourceCommunityEvents},
		{"GET /api/headless/v1/spaces/{space_id}/posts", SourceSpacePosts},
		{"GET /api/headless/v1/spaces/{space_id}/posts/{id}", SourcePost},
		{"POST /api/headless/v1/spaces/{space_id}/posts", SourceCreatePost},
		{"POST /api/headless/v1/spaces/{space_id}/images/posts", SourceCreatePost},
		{"PUT /api/headless/v1/spaces/{space_id}/images/posts/{id}", SourceUpdatePost},
	} {
		sent, applies, kind := map[PostField]int{}, map[PostField]int{}, KindBasic
		for _, record := range exampleRecords(t, c.op) {
			post := Post{Source: c.source}
			raw, err := json.Marshal(record)
			if err != nil {
				t.Fatal(err)
			}
			if err := lenient.Decode(raw, &post); err != nil {
				t.Fatal(err)
			}
			kind = post.Kind()
			for field, key := range keys {
				_, there := record[key]
				if there {
					sent[field]++
				}
				// Where posts of a kind have no such part, absence says nothing.
				if there || !(field == PostGallery && kind != KindImage || field == PostEvent && kind != KindEvent) {
					applies[field]++
				}
			}
		}
		bare := Post{Source: c.source, PostType: string(kind)} // so that the source decides, not what is there
		for field, key := range keys {
			if applies[field] == 0 {
				continue
			}
			if got, want := bare.Carries(field), sent[field] == applies[field]; got != want {
				t.Errorf("%s: Carries says %t of %q, %d of %d example records have it", c.op, got, key, sent[field], applies[field])
			}
		}
	}
}

// TestCommentCarriesWhatExamplesShow is the same for comments.
func TestCommentCarriesWhatExamplesShow(t *testing.T) {
	keys := map[CommentField]string{CommentAuthor: "author", CommentPolicies: "policies", CommentReplies: "replies"}
	check := func(op string, source Source, records []map[string]json.RawMessage) {
		for field, key := range keys {
			sent := 0
			for _, record := range records {
				if _, there := record[key]; there {
					sent++
				}
			}
			if got, want := (&Comment{Source: source}).Carries(field), sent == len(records); got != want {
				t.Errorf("%s: Carries of source %d says %t of %q, %d of %d example records have it", op, source, got, key, sent,
					len(records))
			}
		}
	}
	for op, source := range map[string]Source{
		"GET /api/headless/v1/posts/{post_id}/comments":                         SourceComments,
		"GET /api/headless/v1/posts/{post_id}/comments/{id}":                    SourceComment,
		"POST /api/headless/v1/posts/{post_id}/comments":                        SourceCreateComment,
		"PATCH /api/headless/v1/posts/{post_id}/comments/{id}":                  SourceUpdateComment,
		"GET /api/headless/v1/comments/{comment_id}/replies":                    SourceReplies,
		"GET /api/headless/v1/comments/{comment_id}/replies/{id}":               SourceReply,
		"POST /api/headless/v1/comments/{comment_id}/replies":                   SourceCreateReply,
		"PATCH /api/headless/v1/comments/{comment_id}/replies/{id}":             SourceUpdateReply,
		"GET /api/headless/v1/community_members/{community_member_id}/comments": SourceMemberComments,
	} {
		records := exampleRecords(t, op)
		check(op, source, records)
		if source != SourceComments {
			continue
		}
		var embedded []map[string]json.RawMessage
		for _, record := range records {
			var replies []map[string]json.RawMessage
			if err := json.Unmarshal(record["replies"], &replies); err != nil {
				t.Fatal(err)
			}
			embedded = append(embedded, replies...)
		}
		check(op, SourceEmbeddedReply, embedded)
	}
}

// TestChatCarriesWhatExamplesShow is the same for rooms and messages, which come inside of other records too.
func TestChatCarriesWhatExamplesShow(t *testing.T) {
	inside := func(records []map[string]json.RawMessage, key string) []map[string]json.RawMessage {
		var found []map[string]json.RawMessage
		for _, record := range records {
			var one map[string]json.RawMessage
			var several []map[string]json.RawMessage
			if json.Unmarshal(record[key], &several) == nil {
				found = append(found, several...)
			} else if json.Unmarshal(record[key], &one) == nil {
				found = append(found, one)
			}
		}
		return found
	}
	const api = "/api/headless/v1/messages"
	list := exampleRecords(t, "GET "+api)
	threads := exampleRecords(t, "GET /api/headless/v1/chat_threads")
	single := inside(exampleRecords(t, "GET "+api+"/{uuid}"), "chat_room")
	room := func(s Source, f ChatRoomField) bool { return (&ChatRoom{Source: s}).Carries(f) }
	began := int64(1) // a message without a thread has no replies, which any record says
	message := func(s Source, f ChatMessageField) bool {
		return (&ChatMessage{Source: s, ChatThreadID: &began}).Carries(f)
	}
	for _, c := range []struct {
		name    string
		records []map[string]json.RawMessage
		key     string
		carries bool
	}{
		{"inbox", list, "unread_messages_count", room(SourceChatRooms, ChatRoomDetails)},
		{"inbox", list, "chat_room_name", room(SourceChatRooms, ChatRoomName)},
		{"inbox", list, "first_unread_message_id", room(SourceChatRooms, ChatRoomFirstUnread)},
		{"room", single, "unread_messages_count", room(SourceChatRoom, ChatRoomDetails)},
		{"room", single, "first_unread_message_id", room(SourceChatRoom, ChatRoomFirstUnread)},
		{"room", single, "embedded_space", room(SourceChatRoom, ChatRoomPlace)},
		{
			"new room", inside(exampleRecords(t, "POST "+api), "chat_room"), "first_unread_message_id",
			room(SourceChatRoom, ChatRoomFirstUnread),
		},
		{
			"changed room", inside(exampleRecords(t, "PUT "+api+"/{chat_room_uuid}/chat_room_participants/{id}"), "chat_room"),
			"first_unread_message_id", room(SourceChatRoom, ChatRoomFirstUnread),
		},
		{"room of a thread", inside(threads, "chat_room"), "name", room(SourceThreadRoom, ChatRoomName)},
		{"room of a thread", inside(threads, "chat_room"), "embedded_space", room(SourceThreadRoom, ChatRoomPlace)},
		{"room of a thread", inside(threads, "chat_room"), "unread_messages_count", room(SourceThreadRoom, ChatRoomDetails)},
		{"last message", inside(list, "last_message"), "replies_count", message(SourceLastMessage, ChatMessageReplies)},
		{
			"messages", exampleRecords(t, "GET "+api+"/{chat_room_uuid}/chat_room_messages"), "replies_count",
			message(SourceChatMessages, ChatMessageReplies),
		},
		{
			"messages", exampleRecords(t, "GET "+api+"/{chat_room_uuid}/chat_room_messages"), "last_reply_at",
			message(SourceChatMessages, ChatMessageLastReply),
		},
		{
			"message", exampleRecords(t, "GET "+api+"/{chat_room_uuid}/chat_room_messages/{id}"), "last_reply_at",
			message(SourceChatMessage, ChatMessageLastReply),
		},
		{"parent", inside(threads, "parent_message"), "replies_count", message(SourceThreadParent, ChatMessageReplies)},
		{"parent", inside(threads, "parent_message"), "last_reply_at", message(SourceThreadParent, ChatMessageLastReply)},
		{"reply", inside(threads, "replies"), "replies_count", message(SourceThreadReply, ChatMessageReplies)},
	} {
		sent := 0
		for _, record := range c.records {
			if _, there := record[c.key]; there {
				sent++
			}
		}
		if len(c.records) == 0 || c.carries != (sent == len(c.records)) {
			t.Errorf("%s: Carries says %t of %q, %d of %d example records have it", c.name, c.carries, c.key, sent,
				len(c.records))
		}
	}
}
