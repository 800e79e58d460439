package circleclient

// sourceOperations are the operations behind the sources that are operations, as their comments say.
var sourceOperations = map[Source]string{
	SourceHome:            "GET /home",
	SourceSpacePosts:      "GET /spaces/{space_id}/posts",
	SourcePost:            "GET /spaces/{space_id}/posts/{id}",
	SourceMemberPosts:     "GET /community_members/{community_member_id}/posts",
	SourceCommunityEvents: "GET /community_events",
	SourceCreatePost:      "POST /spaces/{space_id}/posts",
	SourceCreateImagePost: "POST /spaces/{space_id}/images/posts",
	SourceUpdateImagePost: "PUT /spaces/{space_id}/images/posts/{id}",
	SourceComments:        "GET /posts/{post_id}/comments",
	SourceReplies:         "GET /comments/{comment_id}/replies",
	SourceMemberComments:  "GET /community_members/{community_member_id}/comments",
	SourceComment:         "GET /posts/{post_id}/comments/{id}",
	SourceReply:           "GET /comments/{comment_id}/replies/{id}",
	SourceCreateComment:   "POST /posts/{post_id}/comments",
	SourceUpdateComment:   "PATCH /posts/{post_id}/comments/{id}",
	SourceCreateReply:     "POST /comments/{comment_id}/replies",
	SourceUpdateReply:     "PATCH /comments/{comment_id}/replies/{id}",
	SourceSpaces:          "GET /spaces",
	SourceSpace:           "GET /spaces/{id}",
	SourceHomeSpace:       "GET /spaces/home",
	SourceJoin:            "POST /spaces/{id}/join",
	SourceLeave:           "POST /spaces/{id}/leave",
	SourceMemberSpaces:    "GET /community_members/{community_member_id}/spaces",
	SourceLesson:          "GET /courses/{course_id}/lessons/{id}",
	SourceQuizAttempts:    "GET /courses/{course_id}/quiz_attempts",
	SourceQuizAttempt:     "GET /quizzes/{quiz_id}/attempts/{id}",
	SourceQuizReview:      "GET /quizzes/{quiz_id}/attempts/{id}",
	SourceChatRooms:       "GET /messages",
	SourceChatRoom:        "GET /messages/{uuid}",
	SourceChatMessages:    "GET /messages/{chat_room_uuid}/chat_room_messages",
	SourceChatMessage:     "GET /messages/{chat_room_uuid}/chat_room_messages/{id}",
	SourceChatThreads:     "GET /chat_threads",
	SourceChatThread:      "GET /chat_threads/{id}",
	SourceProfile:         "GET /community_members/{community_member_id}/public_profile",
	SourceCurrentMember:   "GET /community_member",
	SourceLiker:           "GET /posts/{post_id}/user_likes",
	SourceDirectory:       "GET /community_members",
	SourceMemberSearch:    "POST /search/community_members",
	SourceParticipants:    "GET /messages/{chat_room_uuid}/chat_room_participants",
}

// Operation is the operation of Circle that a source is, without the prefix of its path; empty if the source is only a
// part of what one sends.
func (s Source) Operation() string { return sourceOperations[s] }
