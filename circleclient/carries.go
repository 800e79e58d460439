package circleclient

import "math/bits"

// Source is the operation that filled a record. The same thing arrives with different fields from different operations:
// a field that its source never sends is absent, not false or zero. Services set it after decoding.
type Source uint8

// The operations that fill records differently.
const (
	// SourceUnknown is a record of which no more than its name is known.
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
	// SourceCreatePost is POST /spaces/{space_id}/posts.
	SourceCreatePost
	// SourceCreateImagePost is POST /spaces/{space_id}/images/posts.
	SourceCreateImagePost
	// SourceUpdateImagePost is PUT /spaces/{space_id}/images/posts/{id}.
	SourceUpdateImagePost

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
	// SourceQuizReview is GET /quizzes/{quiz_id}/attempts/{id} for_admin_review.
	SourceQuizReview

	// SourceChatRooms is GET /messages.
	SourceChatRooms
	// SourceChatRoom is GET /messages/{uuid}, and a room as its creation and a change to a participant answer it.
	SourceChatRoom
	// SourceThreadRoom is the room inside a thread.
	SourceThreadRoom
	// SourceEmbeddedRoom is a room of which a space or lesson gives the UUID.
	SourceEmbeddedRoom

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
	// SourceCableNew is a new message as the cable sends it.
	SourceCableNew
	// SourceCableUpdated is a changed message as the cable sends it, and one above a deleted reply.
	SourceCableUpdated

	// SourceChatThreads is GET /chat_threads.
	SourceChatThreads
	// SourceChatThread is GET /chat_threads/{id}.
	SourceChatThread

	// SourceProfile is GET /community_members/{community_member_id}/public_profile.
	SourceProfile
	// SourceCurrentMember is GET /community_member.
	SourceCurrentMember
	// SourceAuthor is the author inside a post or comment.
	SourceAuthor
	// SourceLiker is GET /posts/{post_id}/user_likes, its twin for comments, and the likers inside a post or comment.
	SourceLiker
	// SourceDirectory is GET /community_members, also of one space.
	SourceDirectory
	// SourceMemberSearch is POST /search/community_members.
	SourceMemberSearch
	// SourceMemberHit is a member that GET /advanced_search finds.
	SourceMemberHit
	// SourceParticipants is GET /messages/{chat_room_uuid}/chat_room_participants.
	SourceParticipants
	// SourceRoomParticipant is a participant inside a room.
	SourceRoomParticipant
)

// Part is a set of parts of records: those that some operations send and others leave out.
type Part uint32

// The parts that some operations leave out.
const (
	// PostPolicies is Policies.
	PostPolicies Part = 1 << iota
	// PostTopics is Topics.
	PostTopics
	// PostGallery is Gallery, of image posts.
	PostGallery
	// PostEvent is [EventPart], of events.
	PostEvent
	// PostType is PostType and Status.
	PostType

	// CommentAuthor is Author.
	CommentAuthor
	// CommentPolicies is Policies.
	CommentPolicies

	// SpaceDetails is everything but name, slug and emoji, as far as the home space has it.
	SpaceDetails
	// SpaceChatRoom is ChatRoomUUID.
	SpaceChatRoom

	// LessonDetails is everything that the outline of a course lacks.
	LessonDetails

	// AttemptDetails is the questions and what belongs to them.
	AttemptDetails
	// AttemptReview is where the quiz stands and how often it was tried.
	AttemptReview

	// ChatRoomName is Kind and Name.
	ChatRoomName
	// ChatRoomDetails is everything but the other parts.
	ChatRoomDetails
	// ChatRoomFirstUnread is FirstUnreadMessageID.
	ChatRoomFirstUnread
	// ChatRoomPlace is EmbeddedSpace and EmbeddedLesson.
	ChatRoomPlace

	// ChatMessageReplies is RepliesCount, ThreadParticipantsCount and ThreadParticipantsPreview.
	ChatMessageReplies
	// ChatMessageLastReply is LastReplyAt.
	ChatMessageLastReply

	// ChatThreadDetails is the message that the thread began with, the room and some replies.
	ChatThreadDetails

	// MemberHeadline is the headline.
	MemberHeadline
	// MemberAdmin is whether the member is an admin.
	MemberAdmin
	// MemberRoles is the other roles.
	MemberRoles
	// MemberTags is the labels that the community gave the member.
	MemberTags
	// MemberMessageable is whether the viewer may write to the member.
	MemberMessageable
	// MemberProfile is everything else.
	MemberProfile
)

// partWords are the words for parts in the SDL: the type of the record, then the part.
var partWords = map[string]Part{
	"post.policies": PostPolicies, "post.topics": PostTopics, "post.gallery": PostGallery, "post.event": PostEvent,
	"post.type": PostType, "comment.author": CommentAuthor, "comment.policies": CommentPolicies,
	"space.details": SpaceDetails, "space.chatRoom": SpaceChatRoom, "lesson.details": LessonDetails,
	"attempt.details": AttemptDetails, "attempt.review": AttemptReview, "chatRoom.name": ChatRoomName,
	"chatRoom.details": ChatRoomDetails, "chatRoom.firstUnread": ChatRoomFirstUnread, "chatRoom.place": ChatRoomPlace,
	"chatMessage.replies": ChatMessageReplies, "chatMessage.lastReply": ChatMessageLastReply,
	"chatThread.details": ChatThreadDetails, "member.headline": MemberHeadline, "member.admin": MemberAdmin,
	"member.roles": MemberRoles, "member.tags": MemberTags, "member.messageable": MemberMessageable,
	"member.profile": MemberProfile,
}

// All parts of each type.
const (
	PostParts        = PostPolicies | PostTopics | PostGallery | PostEvent | PostType
	commentParts     = CommentAuthor | CommentPolicies
	spaceParts       = SpaceDetails | SpaceChatRoom
	attemptParts     = AttemptDetails | AttemptReview
	chatRoomParts    = ChatRoomName | ChatRoomDetails | ChatRoomFirstUnread | ChatRoomPlace
	chatMessageParts = ChatMessageReplies | ChatMessageLastReply
	memberParts      = MemberHeadline | MemberAdmin | MemberRoles | MemberTags | MemberMessageable | MemberProfile
)

// carries is the one table of what operations send: the word for each in the SDL, all parts of the type of record that
// it fills, and the parts that it fills.
var carries = [...]struct {
	word      string
	of, parts Part
}{
	SourceHome:            {"home", PostParts, PostTopics | PostEvent | PostType},
	SourceSpacePosts:      {"spacePosts", PostParts, PostParts},
	SourcePost:            {"post", PostParts, PostParts},
	SourceMemberPosts:     {"memberPosts", PostParts, PostGallery | PostType},
	SourceCommunityEvents: {"communityEvents", PostParts, PostTopics | PostEvent},
	SourceCreatePost:      {"createPost", PostParts, PostParts},
	SourceCreateImagePost: {"createImagePost", PostParts, PostGallery | PostEvent | PostType},
	SourceUpdateImagePost: {"updateImagePost", PostParts, PostGallery | PostEvent | PostType},

	SourceComments:       {"comments", commentParts, commentParts},
	SourceEmbeddedReply:  {"embeddedReply", commentParts, CommentAuthor},
	SourceReplies:        {"replies", commentParts, CommentPolicies},
	SourceMemberComments: {"memberComments", commentParts, CommentAuthor},
	SourceComment:        {"comment", commentParts, commentParts},
	SourceReply:          {"reply", commentParts, commentParts},
	SourceCreateComment:  {"createComment", commentParts, commentParts},
	SourceUpdateComment:  {"updateComment", commentParts, commentParts},
	SourceCreateReply:    {"createReply", commentParts, commentParts},
	SourceUpdateReply:    {"updateReply", commentParts, commentParts},

	SourceSpaces:       {"spaces", spaceParts, SpaceDetails},
	SourceSpace:        {"space", spaceParts, spaceParts},
	SourceHomeSpace:    {"homeSpace", spaceParts, SpaceDetails},
	SourceJoin:         {"join", spaceParts, SpaceDetails},
	SourceLeave:        {"leave", spaceParts, SpaceDetails},
	SourceMemberSpaces: {"memberSpaces", spaceParts, SpaceDetails},

	SourceSections: {"sections", LessonDetails, 0},
	SourceLesson:   {"lesson", LessonDetails, LessonDetails},

	SourceQuizAttempts: {"quizAttempts", attemptParts, AttemptReview},
	SourceQuizAttempt:  {"quizAttempt", attemptParts, AttemptDetails},
	SourceQuizReview:   {"quizReview", attemptParts, attemptParts},

	// the inbox has no embedded rooms
	SourceChatRooms:    {"chatRooms", chatRoomParts, chatRoomParts &^ ChatRoomFirstUnread},
	SourceChatRoom:     {"chatRoom", chatRoomParts, chatRoomParts &^ ChatRoomPlace},
	SourceThreadRoom:   {"threadRoom", chatRoomParts, ChatRoomName | ChatRoomPlace},
	SourceEmbeddedRoom: {"embeddedRoom", chatRoomParts, ChatRoomPlace},

	SourceLastMessage:  {"lastMessage", chatMessageParts, 0},
	SourceChatMessages: {"chatMessages", chatMessageParts, chatMessageParts},
	SourceChatMessage:  {"chatMessage", chatMessageParts, chatMessageParts},
	SourceThreadParent: {"threadParent", chatMessageParts, ChatMessageReplies},
	SourceThreadReply:  {"threadReply", chatMessageParts, chatMessageParts}, // replies have no replies

	// a new message has neither reactions nor replies
	SourceCableNew:     {"cableNew", chatMessageParts, chatMessageParts},
	SourceCableUpdated: {"cableUpdated", chatMessageParts, ChatMessageReplies},

	SourceChatThreads: {"chatThreads", ChatThreadDetails, ChatThreadDetails},
	SourceChatThread:  {"chatThread", ChatThreadDetails, ChatThreadDetails},

	SourceProfile:         {"profile", memberParts, memberParts},
	SourceCurrentMember:   {"currentMember", memberParts, memberParts},
	SourceAuthor:          {"author", memberParts, MemberHeadline | MemberAdmin | MemberRoles | MemberTags},
	SourceLiker:           {"liker", memberParts, MemberHeadline | MemberAdmin | MemberRoles | MemberTags},
	SourceDirectory:       {"directory", memberParts, MemberHeadline | MemberTags | MemberMessageable},
	SourceMemberSearch:    {"memberSearch", memberParts, MemberHeadline | MemberAdmin},
	SourceMemberHit:       {"memberHit", memberParts, MemberHeadline},
	SourceParticipants:    {"participants", memberParts, MemberHeadline},
	SourceRoomParticipant: {"roomParticipant", memberParts, MemberHeadline | MemberMessageable},
}

// Carries reports whether the operation fills all these parts of its records.
func (s Source) Carries(parts Part) bool { return carries[s].parts&parts == parts }

// Sources is a set of operations, each of which may have filled a record.
type Sources uint64

// Of returns the set of one operation.
func (s Source) Of() Sources { return 1 << s }

// Carry reports whether a record carries all these parts, whichever of the operations filled it. Operations that fill
// records of other types do not matter.
func (s Sources) Carry(parts Part) bool {
	known := false
	for ; s != 0; s &= s - 1 {
		row := &carries[bits.TrailingZeros64(uint64(s))]
		if row.of&parts == 0 {
			continue
		}
		if row.parts&parts != parts {
			return false
		}
		known = true
	}
	return known
}

// SourceOf returns the operation that the SDL calls by this word; [SourceUnknown] if there is none.
func SourceOf(word string) Source {
	for source := range carries {
		if word != "" && carries[source].word == word {
			return Source(source)
		}
	}
	return SourceUnknown
}

// PartOf returns the part that the SDL calls by this word; 0 if there is none.
func PartOf(word string) Part { return partWords[word] }

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
