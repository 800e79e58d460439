package circleclient

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"circlegraph/internal/contract"
)

// object is a record of an example.
type object = map[string]json.RawMessage

// exampleRecords returns the records of an operation's successful examples: those of its page, or the record itself.
// Words after the path name what is inside of what: `GET /chat_threads replies`.
func exampleRecords(t *testing.T, op string) []object {
	t.Helper()
	words := strings.Fields(op)
	var records []object
	official := contract.Load(t)
	for _, status := range []int{200, 201} {
		for _, example := range official.Examples(words[0]+" /api/headless/v1"+words[1], status) {
			var page struct{ Records []object }
			if json.Unmarshal(example.Body, &page) == nil && page.Records != nil {
				records = append(records, page.Records...)
			} else {
				records = append(records, objects(example.Body)...)
			}
		}
	}
	for _, key := range words[2:] {
		var inside []object
		for _, record := range records {
			inside = append(inside, objects(record[key])...)
		}
		records = inside
	}
	if len(records) == 0 {
		t.Errorf("%s has no successful example", op)
	}
	return records
}

// objects reads one object or several.
func objects(data []byte) []object {
	var one object
	var several []object
	if json.Unmarshal(data, &several) == nil {
		return several
	}
	if json.Unmarshal(data, &one) == nil && one != nil {
		return []object{one}
	}
	return nil
}

// examples are the operations whose examples show what a source carries.
var examples = map[Source][]string{
	SourceHome:            {"GET /home"},
	SourceSpacePosts:      {"GET /spaces/{space_id}/posts"},
	SourcePost:            {"GET /spaces/{space_id}/posts/{id}"},
	SourceMemberPosts:     {"GET /community_members/{community_member_id}/posts"},
	SourceCommunityEvents: {"GET /community_events"},
	SourceCreatePost:      {"POST /spaces/{space_id}/posts"},
	SourceCreateImagePost: {"POST /spaces/{space_id}/images/posts"},
	SourceUpdateImagePost: {"PUT /spaces/{space_id}/images/posts/{id}"},

	SourceComments:       {"GET /posts/{post_id}/comments"},
	SourceEmbeddedReply:  {"GET /posts/{post_id}/comments replies"},
	SourceReplies:        {"GET /comments/{comment_id}/replies"},
	SourceMemberComments: {"GET /community_members/{community_member_id}/comments"},
	SourceComment:        {"GET /posts/{post_id}/comments/{id}"},
	SourceReply:          {"GET /comments/{comment_id}/replies/{id}"},
	SourceCreateComment:  {"POST /posts/{post_id}/comments"},
	SourceUpdateComment:  {"PATCH /posts/{post_id}/comments/{id}"},
	SourceCreateReply:    {"POST /comments/{comment_id}/replies"},
	SourceUpdateReply:    {"PATCH /comments/{comment_id}/replies/{id}"},

	SourceSpaces:       {"GET /spaces"},
	SourceSpace:        {"GET /spaces/{id}"},
	SourceHomeSpace:    {"GET /spaces/home"},
	SourceJoin:         {"POST /spaces/{id}/join"},
	SourceLeave:        {"POST /spaces/{id}/leave"},
	SourceMemberSpaces: {"GET /community_members/{community_member_id}/spaces"},

	SourceSections: {"GET /courses/{course_id}/sections lessons"},
	SourceLesson:   {"GET /courses/{course_id}/lessons/{id}"},

	SourceQuizAttempts: {"GET /courses/{course_id}/quiz_attempts"},
	SourceQuizAttempt:  {"POST /quizzes/{quiz_id}/attempts"},
	SourceQuizReview:   {"GET /quizzes/{quiz_id}/attempts/{id}"},

	SourceChatRooms: {"GET /messages"},
	SourceChatRoom: {
		"GET /messages/{uuid} chat_room", "POST /messages chat_room",
		"PUT /messages/{chat_room_uuid}/chat_room_participants/{id} chat_room",
	},
	SourceThreadRoom:   {"GET /chat_threads chat_room", "GET /chat_threads/{id} chat_room"},
	SourceEmbeddedRoom: nil,

	SourceLastMessage:  {"GET /messages last_message"},
	SourceChatMessages: {"GET /messages/{chat_room_uuid}/chat_room_messages"},
	SourceChatMessage:  {"GET /messages/{chat_room_uuid}/chat_room_messages/{id}"},
	SourceThreadParent: {"GET /chat_threads parent_message", "GET /chat_threads/{id} parent_message"},
	SourceThreadReply:  {"GET /chat_threads replies", "GET /chat_threads/{id} replies"},
	SourceCableNew:     nil, // the contract is of HTTP
	SourceCableUpdated: nil,

	SourceChatThreads: {"GET /chat_threads"},
	SourceChatThread:  {"GET /chat_threads/{id}"},

	SourceProfile:       {"GET /community_members/{community_member_id}/public_profile"},
	SourceCurrentMember: {"GET /community_member"},
	SourceAuthor:        {"GET /home author", "GET /posts/{post_id}/comments author"},
	SourceLiker:         {"GET /posts/{post_id}/user_likes", "GET /comments/{comment_id}/user_likes"},
	SourceDirectory:     {"GET /community_members"},
	SourceMemberSearch:  {"POST /search/community_members"},
	SourceMemberHit:     nil,
	SourceParticipants:  {"GET /messages/{chat_room_uuid}/chat_room_participants"},
	SourceRoomParticipant: {
		"GET /messages other_participants_preview", "GET /messages/{uuid} chat_room other_participants_preview",
	},
}

// partKeys are fields that a record has if it has the part; where records of a type differ, all names for one.
var partKeys = map[Part][]string{
	PostPolicies: {"policies"}, PostTopics: {"topics"}, PostGallery: {"gallery"}, PostEvent: {"event_setting_attributes"},
	PostType:      {"status"},
	CommentAuthor: {"author"}, CommentPolicies: {"policies"},
	SpaceDetails:  {"space_type", "is_private", "is_member", "topics_count", "require_topic_selection", "policies"},
	SpaceChatRoom: {"chat_room_uuid"},
	LessonDetails: {
		"featured_media", "enforce_featured_media_completion", "autocomplete_on_featured_media_completion",
		"is_featured_media_download_enabled", "is_comments_enabled", "chat_room_uuid", "bookmark_id", "rich_text_body",
		"section_id", "lesson_label", "section_label",
	},
	AttemptDetails: {"correct_responses", "enforce_passing_grade", "hide_answers", "description", "questions"},
	AttemptReview:  {"quiz_attempts_count", "lesson_name", "section_name"},
	ChatRoomName:   {"chat_room_name|name", "chat_room_kind|kind"},
	ChatRoomDetails: {
		"chat_room_description", "chat_room_show_history", "chat_room_participants_count", "unread_messages_count",
		"current_participant", "other_participants_preview",
	},
	ChatRoomFirstUnread: {"first_unread_message_id"}, ChatRoomPlace: {"embedded_space"},
	ChatMessageReplies:   {"replies_count", "total_thread_participants_count", "thread_participants_preview"},
	ChatMessageLastReply: {"last_reply_at"},
	ChatThreadDetails:    {"parent_message", "replies", "chat_room"},
	MemberHeadline:       {"headline"}, MemberAdmin: {"roles|first_name"},
	MemberRoles: {"roles"}, MemberTags: {"member_tags"},
	MemberMessageable: {"can_receive_dm_from_current_member|can_send_message"},
	MemberProfile:     {"large_avatar_url", "profile_info", "posts_count", "comments_count", "spaces_count"},
}

// alwaysKeys are fields that records of a type have from every operation.
var alwaysKeys = map[Part][]string{
	LessonDetails: {
		"name", "is_featured_media_enabled", "featured_media_duration", "dripped_at", "progress",
		"needs_to_complete_previous_lesson",
	},
	attemptParts: {"result", "grade", "passing_grade", "created_at", "quiz_id"},
}

// absent reports whether a record says of a part that it is empty by not having it.
func absent(source Source, part Part, record object) bool {
	var space, post string
	_ = json.Unmarshal(record["space_type"], &space)
	_ = json.Unmarshal(record["post_type"], &post)
	switch part {
	case PostGallery:
		return post != string(KindImage)
	case PostEvent:
		return post != string(KindEvent)
	case SpaceChatRoom:
		return space != SpaceTypeChat
	case ChatRoomPlace:
		return source == SourceChatRooms
	case ChatMessageReplies, ChatMessageLastReply:
		return string(record["parent_message_id"]) != "null" || string(record["chat_thread_id"]) == "null"
	case MemberMessageable:
		return source == SourceCurrentMember
	}
	return false
}

// TestCarriesWhatExamplesShow holds the table to the official examples: what all records of an operation have it
// carries, and what only some have it does not.
func TestCarriesWhatExamplesShow(t *testing.T) {
	for i, row := range carries {
		source := Source(i)
		ops, known := examples[source]
		if !known && source != SourceUnknown {
			t.Errorf("no example shows what %s carries", row.word)
		}
		var records []object
		for _, op := range ops {
			records = append(records, exampleRecords(t, op)...)
		}
		for _, key := range alwaysKeys[row.of] {
			if sent := having(records, key); sent != len(records) {
				t.Errorf("%s: %d of %d example records have %q", row.word, sent, len(records), key)
			}
		}
		for part, keys := range partKeys {
			if row.of&part == 0 {
				continue
			}
			for _, key := range keys {
				sent := having(records, key)
				applies := len(slices.DeleteFunc(slices.Clone(records),
					func(r object) bool { return having([]object{r}, key) == 0 && absent(source, part, r) }))
				if got, want := source.Carries(part), sent == applies; got != want && applies > 0 {
					t.Errorf("%s carries %s: %t, but %d of %d example records have %q", row.word, wordOf(part), got, sent,
						applies, key)
				}
			}
		}
	}
}

// having counts the records that have a field by one of its names.
func having(records []object, names string) int {
	n := 0
	for _, record := range records {
		if slices.ContainsFunc(strings.Split(names, "|"), func(name string) bool { return record[name] != nil }) {
			n++
		}
	}
	return n
}

func wordOf(part Part) string {
	for word, named := range partWords {
		if named == part {
			return word
		}
	}
	return ""
}

// TestWordsOfParts holds the words for sources and parts to being found again, and each part to belonging to the type
// that its word names.
func TestWordsOfParts(t *testing.T) {
	types := map[Part]string{}
	for i, row := range carries {
		if got := SourceOf(row.word); got != Source(i) {
			t.Errorf("SourceOf(%q) = %d, want %d", row.word, got, i)
		}
		if row.parts&^row.of != 0 {
			t.Errorf("%s carries parts of another type", row.word)
		}
		for word, part := range partWords {
			record, _, _ := strings.Cut(word, ".")
			if partKeys[part] == nil {
				t.Errorf("no key shows that a record has %s", word)
			}
			if row.of&part == 0 {
				continue
			}
			if types[row.of] == "" {
				types[row.of] = record
			}
			if types[row.of] != record {
				t.Errorf("%s fills records of %s and of %s", row.word, types[row.of], record)
			}
		}
	}
	if SourceOf("nowhere") != SourceUnknown || PartOf("post.nothing") != 0 {
		t.Error("unknown words are found")
	}
}

// TestSourcesCarry is about records that one of several operations filled.
func TestSourcesCarry(t *testing.T) {
	for _, c := range []struct {
		name    string
		sources Sources
		part    Part
		want    bool
	}{
		{"nothing is known", 0, PostTopics, false},
		{"one", SourceHome.Of(), PostTopics, true},
		{"one that lacks it", SourceHome.Of(), PostPolicies, false},
		{"both", SourceHome.Of() | SourcePost.Of(), PostTopics, true},
		{"one of two", SourceHome.Of() | SourcePost.Of(), PostPolicies, false},
		{"of other types too", SourcePost.Of() | SourceSections.Of() | SourceLastMessage.Of(), PostPolicies, true},
		{"only of other types", SourceSections.Of() | SourceProfile.Of(), PostPolicies, false},
	} {
		if got := c.sources.Carry(c.part); got != c.want {
			t.Errorf("%s: Carry = %t, want %t", c.name, got, c.want)
		}
	}
	if len(carries) > 64 {
		t.Errorf("%d operations do not fit into a set", len(carries))
	}
}

// TestRecordsCarryWhatIsThere is about records that have more than their source promises.
func TestRecordsCarryWhatIsThere(t *testing.T) {
	lesson := "One"
	for _, c := range []struct {
		name   string
		record interface{ Carries(part Part) bool }
		part   Part
		want   bool
	}{
		{"a post from nowhere", &Post{}, PostTopics, false},
		{"policies", &Post{Source: SourceHome, Policies: &PostPermissions{}}, PostPolicies, true},
		{"no policies", &Post{Source: SourceHome, Gallery: &Gallery{}}, PostPolicies, false},
		{"a gallery", &Post{Source: SourceHome, Gallery: &Gallery{}}, PostGallery, true},
		{"topics", &Post{Topics: []*Topic{}}, PostTopics, true},
		{"an event", &Post{EventPart: EventPart{EventSettings: &EventSettings{}}}, PostEvent, true},
		{"a status", &Post{Status: "published"}, PostType, true},
		{"a comment from nowhere", &Comment{}, CommentAuthor, false},
		{"an author", &Comment{Source: SourceReplies, Author: &Author{}}, CommentAuthor, true},
		{
			"policies of a reply", &Comment{Source: SourceEmbeddedReply, Policies: &CommentPermissions{}}, CommentPolicies,
			true,
		},
		{"a space that is not a chat", &Space{Source: SourceSpaces, Type: "basic"}, SpaceChatRoom, true},
		{"a chat space in the list", &Space{Source: SourceSpaces, Type: SpaceTypeChat}, SpaceChatRoom, false},
		{"a chat space by itself", &Space{Source: SourceSpace, Type: SpaceTypeChat}, SpaceChatRoom, true},
		{"a space of which the name is known", &Space{}, SpaceChatRoom, false},
		{"an attempt", &QuizAttempt{Source: SourceQuizAttempt}, AttemptReview, false},
		{"a reviewed attempt", &QuizAttempt{Source: SourceQuizAttempt, LessonName: &lesson}, AttemptReview, true},
		{"the number of a thread", &ChatThread{ID: 1}, ChatThreadDetails, false},
		{"a thread", &ChatThread{ParentMessage: &ChatMessage{}}, ChatThreadDetails, true},
	} {
		if got := c.record.Carries(c.part); got != c.want {
			t.Errorf("%s: Carries(%s) = %t, want %t", c.name, wordOf(c.part), got, c.want)
		}
	}
}
