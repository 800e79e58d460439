package circleclient

// Source is the operation that filled a record. The same thing arrives with different fields from different operations:
// a field that its source never sends is absent, not false or zero. Services set it after decoding.
type Source uint8

// The operations that fill records differently.
const (
	// SourceUnknown is a record that no service has decoded.
	SourceUnknown Source = iota

	// SourceHome is GET /home.
	SourceHome
	// SourceSpacePosts is GET /spaces/{space_id}/posts.
	SourceSpacePosts
	// SourcePost is GET /spaces/{space_id}/posts/{id}.
	SourcePost
	// SourceMemberPosts is GET /community_members/{community_member_id}/posts.
	SourceMemberPosts
	// SourceCommunityEvents is GET /community_events.
	SourceCommunityEvents
	// SourceCreatePost is POST /spaces/{space_id}/posts and its image twin.
	SourceCreatePost
	// SourceUpdatePost is PUT /spaces/{space_id}/images/posts/{id}.
	SourceUpdatePost
	// SourceRecurringEvents is GET /spaces/{space_id}/events/{event_id}/recurring_events.
	SourceRecurringEvents

	// SourceComments is GET /posts/{post_id}/comments.
	SourceComments
	// SourceEmbeddedReply is a reply inside a comment of [SourceComments] or [SourceComment].
	SourceEmbeddedReply
	// SourceReplies is GET /comments/{comment_id}/replies.
	SourceReplies
	// SourceMemberComments is GET /community_members/{community_member_id}/comments.
	SourceMemberComments
	// SourceComment is GET /posts/{post_id}/comments/{id}.
	SourceComment
	// SourceReply is GET /comments/{comment_id}/replies/{id}.
	SourceReply
	// SourceCreateComment is POST /posts/{post_id}/comments.
	SourceCreateComment
	// SourceUpdateComment is PATCH /posts/{post_id}/comments/{id}.
	SourceUpdateComment
	// SourceCreateReply is POST /comments/{comment_id}/replies.
	SourceCreateReply
	// SourceUpdateReply is PATCH /comments/{comment_id}/replies/{id}.
	SourceUpdateReply

	// SourceSpaces is GET /spaces.
	SourceSpaces
	// SourceSpace is GET /spaces/{id}.
	SourceSpace
	// SourceHomeSpace is GET /spaces/home.
	SourceHomeSpace
	// SourceJoin is POST /spaces/{id}/join.
	SourceJoin
	// SourceLeave is POST /spaces/{id}/leave.
	SourceLeave
	// SourceMemberSpaces is GET /community_members/{community_member_id}/spaces.
	SourceMemberSpaces

	// SourceSections is a lesson inside GET /courses/{course_id}/sections.
	SourceSections
	// SourceLesson is GET /courses/{course_id}/lessons/{id}.
	SourceLesson

	// SourceQuizAttempts is GET /courses/{course_id}/quiz_attempts.
	SourceQuizAttempts
	// SourceQuizAttempt is GET /quizzes/{quiz_id}/attempts/{id}, or POST /quizzes/{quiz_id}/attempts.
	SourceQuizAttempt
	// SourceChatRooms is GET /messages.
	SourceChatRooms
	// SourceChatRoom is GET /messages/{uuid}, and a room as its creation and a change to a participant answer it.
	SourceChatRoom
	// SourceThreadRoom is the room inside a thread.
	SourceThreadRoom
	// SourceLastMessage is a message inside a room.
	SourceLastMessage
	// SourceChatMessages is GET /messages/{chat_room_uuid}/chat_room_messages.
	SourceChatMessages
	// SourceChatMessage is GET /messages/{chat_room_uuid}/chat_room_messages/{id}.
	SourceChatMessage
	// SourceThreadParent is the message that a thread began with, inside the thread.
	SourceThreadParent
	// SourceThreadReply is a reply inside a thread.
	SourceThreadReply
)

// sourced is a record that knows which operation filled it.
type sourced interface{ setSource(Source) }

// filled marks the record of a call.
func filled[T sourced](record T, err error, source Source) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	record.setSource(source)
	return record, nil
}

// filledBy marks the records of a page.
func filledBy[T sourced](page *Page[T], err error, source Source) (*Page[T], error) {
	if err != nil {
		return nil, err
	}
	for _, record := range page.Records {
		record.setSource(source)
	}
	return page, nil
}
