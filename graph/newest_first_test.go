package graph_test

// feeds says, for every operation, which GraphQL operation its answer feeds; it is a template over the official
// example. EVERYTHING stands for all fields, and "id" makes the opaque id of a type out of Circle's numbers.
var feeds = map[string]string{
	"POST /api/v1/headless/auth_token": `mutation { login(input: {email: "member@example.com"}) { EVERYTHING }
		}`,
	"PATCH /api/v1/headless/access_token/refresh": `
		mutation { refreshAccessToken(input: {refreshToken: "r"}) { EVERYTHING
		} }`,

	"GET /api/headless/v1/community_member":  `{ viewer { EVERYTHING } }`,
	"GET /api/headless/v1/community_members": `{ members { EVERYTHING } }`,
	"GET /api/headless/v1/community_members/{community_member_id}/public_profile": `{ member(by: {circleId: "{{.id}}"}) {
		EVERYTHING } }`,
	"GET /api/headless/v1/community_members/{community_member_id}/posts": `{ member(by: {circleId: "1"}) { posts {
		EVERYTHING } } }`,
	"GET /api/headless/v1/community_members/{community_member_id}/comments": `{ member(by: {circleId: "1"}) {
		comments { totalCount pageInfo { hasNextPage } edges { node { EVERYTHING replies { edges { node { EVERYTHING } } } } }
		} } }`,
	"GET /api/headless/v1/community_members/{community_member_id}/spaces": `{ member(by: {circleId: "1"}) { spaces
		{ EVERYTHING } } }`,
	"POST /api/headless/v1/search/community_members": `{ searchMembers { EVERYTHING } }`,
	"PUT /api/headless/v1/profile": `mutation { updateProfile(input: {name:
		"A"}) { EVERYTHING } }`,
	"PUT /api/headless/v1/signup/profile": `mutation { completeSignup(input: {name:
		"A"}) { EVERYTHING } }`,
	"DELETE /api/headless/v1/community_member/deactivate": `mutation { deactivateViewer {
		EVERYTHING } }`,
	"GET /api/headless/v1/page_profile_fields": `{ profileFields(page: PROFILE) {
		EVERYTHING } }`,

	"GET /api/headless/v1/spaces":      `{ spaces { EVERYTHING } }`,
	"GET /api/headless/v1/spaces/{id}": `{ space(by: {circleId: "{{.id}}"}) { EVERYTHING } }`,
	"GET /api/headless/v1/spaces/home": `{ homeSpace { EVERYTHING } }`,
	"POST /api/headless/v1/spaces/{id}/join": `mutation { joinSpace(input: {spaceId: "{{id "Space" .id}}"})
		{ EVERYTHING } }`,
	"POST /api/headless/v1/spaces/{id}/leave": `mutation { leaveSpace(input: {spaceId: "{{id "Space" .id}}"})
		{ EVERYTHING } }`,
	"GET /api/headless/v1/spaces/{space_id}/topics": `{ space(by: {circleId: "1"}) { topics { EVERYTHING } } }`,
	"GET /api/headless/v1/spaces/{space_id}/bookmarks": `{ space(by: {circleId: "1"}) { pinnedLinks { EVERYTHING links
		{ EVERYTHING } } } }`,
	"GET /api/headless/v1/space_notification_details": `{ space(by: {circleId: "{{(index . 0).id}}"}) {
		unreadContentCount unreadNotificationsCount } }`,
	"POST /api/headless/v1/space_members/{id}/mark_as_read": `mutation { markSpaceAsRead(input: {spaceId:
		"{{id "Space" 1}}"}) { EVERYTHING } }`,
	"GET /api/headless/v1/community_links": `{ communityLinks { EVERYTHING } }`,
	"POST /api/headless/v1/invitation_links/{token}/join": `mutation { acceptInvitation(input: {token: "t"}) { EVERYTHING
		} }`,

	"GET /api/headless/v1/home": `{ homeFeed { EVERYTHING } }`,
	"GET /api/headless/v1/spaces/{space_id}/posts": `{ space(by: {circleId: "1"}) { posts { EVERYTHING } }
		}`,
	"GET /api/headless/v1/spaces/{space_id}/posts/{id}": `{ post(by: {circleId: {space: "{{.space.id}}", post:
		"{{.id}}"}}) { EVERYTHING } }`,
	"POST /api/headless/v1/spaces/{space_id}/posts": `mutation { createPost(input: {spaceId:
		"{{id "Space" .space.id}}", body: {text: "t"}}) { EVERYTHING } }`,
	"DELETE /api/headless/v1/spaces/{space_id}/posts/{id}": `mutation { deletePost(input: {postId:
		"{{id "Post" 1 2}}"}) { EVERYTHING } }`,
	"POST /api/headless/v1/spaces/{space_id}/images/posts": `mutation { createImagePost(input: {spaceId:
		"{{id "Space" 1}}", images: [{signedId: "s"}]}) { EVERYTHING post { EVERYTHING gallery { images { EVERYTHING } } } }
		}`,
	"PUT /api/headless/v1/spaces/{space_id}/images/posts/{id}": `mutation { updateImagePost(input: {postId:
		"{{id "Post" 1 .id}}", body: {text: "t"}}) { EVERYTHING post { EVERYTHING gallery { images { EVERYTHING } } } } }`,
	"GET /api/headless/v1/posts/{post_id}/user_likes": `{ post(by: {circleId: {space: "1", post: "2"}}) {
		likes(first: 50) { EVERYTHING } } }`,
	"POST /api/headless/v1/posts/{post_id}/user_likes": `mutation { likePost(input: {postId:
		"{{id "Post" 1 2}}"}) { EVERYTHING } }`,
	"DELETE /api/headless/v1/posts/{post_id}/user_likes": `mutation { unlikePost(input: {postId:
		"{{id "Post" 1 2}}"}) { EVERYTHING } }`,
	"POST /api/headless/v1/posts/{post_id}/post_followers": `mutation { followPost(input: {postId:
		"{{id "Post" 1 2}}"}) { EVERYTHING } }`,
	"DELETE /api/headless/v1/posts/{post_id}/post_followers": `mutation { unfollowPost(input: {postId:
		"{{id "Post" 1 2}}"}) { EVERYTHING } }`,
	"POST /api/headless/v1/flagged_contents": `mutation { reportContent(input: {subjectId:
		"{{id "Post" 1 2}}", reason: SPAM}) { EVERYTHING } }`,
	"GET /api/headless/v1/posts/{post_id}/comments": `{ post(by: {circleId: {space: "1", post: "2"}}) {
		comments { totalCount pageInfo { hasNextPage } edges { node { EVERYTHING replies { edges { node { EVERYTHING } } } } }
		} } }`,
	"GET /api/headless/v1/posts/{post_id}/comments/{id}": `
		{ comment(id: "{{id "Comment" .space_id .post_id 0 .id}}") { EVERYTHING replies { edges { node { EVERYTHING } } } } }`,
	"POST /api/headless/v1/posts/{post_id}/comments": `mutation { createComment(input: {postId:
		"{{id "Post" .space_id .post_id}}", body: {text: "t"}}) { EVERYTHING comment { EVERYTHING replies { edges { node {
		EVERYTHING } } } } } }`,
	"PATCH /api/headless/v1/posts/{post_id}/comments/{id}": `mutation { updateComment(input: {commentId:
		"{{id "Comment" .space_id .post_id 0 .id}}", body: {text: "t"}}) { EVERYTHING comment { EVERYTHING replies { edges {
		node { EVERYTHING } } } } } }`,
	"DELETE /api/headless/v1/posts/{post_id}/comments/{id}": `mutation { deleteComment(input: {commentId:
		"{{id "Comment" 1 2 0 3}}"}) { EVERYTHING } }`,
	"GET /api/headless/v1/comments/{comment_id}/replies": `{ comment(id: "{{id "Comment" 1 2 0 3}}") {
		replies(orderBy: LATEST) { EVERYTHING } } }`,
	"GET /api/headless/v1/comments/{comment_id}/replies/{id}": `
		{ comment(id: "{{id "Comment" .space_id .post_id 9 .id}}") { EVERYTHING replies { edges { node { EVERYTHING } } } } }`,
	"POST /api/headless/v1/comments/{comment_id}/replies": `mutation { createReply(input: {commentId:
		"{{id "Comment" .space_id .post_id 0 9}}", body: {text: "t"}}) { EVERYTHING comment { EVERYTHING replies { edges {
		node { EVERYTHING } } } } } }`,
	"PATCH /api/headless/v1/comments/{comment_id}/replies/{id}": `mutation { updateComment(input: {commentId:
		"{{id "Comment" .space_id .post_id 9 .id}}", body: {text: "t"}}) { EVERYTHING comment { EVERYTHING replies { edges {
		node { EVERYTHING } } } } } }`,
	"DELETE /api/headless/v1/comments/{comment_id}/replies/{id}": `mutation { deleteComment(input: {commentId:
		"{{id "Comment" 1 2 3 4}}"}) { EVERYTHING } }`,
	"GET /api/headless/v1/comments/{comment_id}/user_likes": `{ comment(id: "{{id "Comment" 1 2 0 3}}") { likes(first:
		50) { EVERYTHING } } }`,
	"POST /api/headless/v1/comments/{comment_id}/user_likes": `mutation { likeComment(input: {commentId:
		"{{id "Comment" 1 2 0 3}}"}) { EVERYTHING } }`,
	"DELETE /api/headless/v1/comments/{comment_id}/user_likes": `mutation { unlikeComment(input: {commentId:
		"{{id "Comment" 1 2 0 3}}"}) { EVERYTHING } }`,

	"GET /api/headless/v1/community_events": `{ events { EVERYTHING } }`,
	"GET /api/headless/v1/events/{event_id}/event_attendees": `{ events { nodes { attendees(first:
		50) { EVERYTHING } } } }`,
	"POST /api/headless/v1/events/{event_id}/event_attendees": `mutation { rsvpToEvent(input:
		{eventId: "{{id "Post" 1 2}}"}) { EVERYTHING } }`,
	"DELETE /api/headless/v1/events/{event_id}/event_attendees": `mutation { cancelRsvp(input:
		{eventId: "{{id "Post" 1 2}}"}) { EVERYTHING } }`,
	"GET /api/headless/v1/spaces/{space_id}/events/{event_id}/recurring_events": `{ events { nodes { occurrences {
		EVERYTHING } } } }`,
	"PUT /api/headless/v1/spaces/{space_id}/events/{event_id}/recurring_events/rsvp": `
		mutation { rsvpToOccurrences(input:
		{eventId: "{{id "Post" 1 2}}", occurrenceIds: ["1"]}) { EVERYTHING } }`,

	"GET /api/headless/v1/notifications": `{ viewer { notifications
		{ EVERYTHING } } }`,
	"GET /api/headless/v1/notifications/new_notifications_count": `
		{ viewer { notificationCounts { EVERYTHING } } }`,
	"POST /api/headless/v1/notifications/reset_new_notifications_count": `
		mutation { resetNewNotificationsCount { EVERYTHING } }`,
	"POST /api/headless/v1/notifications/mark_all_as_read": `
		mutation { markAllNotificationsAsRead { EVERYTHING } }`,
	"POST /api/headless/v1/notifications/{id}/mark_as_read": `
		mutation { markNotificationAsRead(input: {notificationId: "{{.id}}"}) { EVERYTHING } }`,
	"POST /api/headless/v1/notifications/{id}/archive": `
		mutation { archiveNotification(input: {notificationId: "{{.id}}"}) { EVERYTHING } }`,
	"DELETE /api/headless/v1/notifications/{id}": `
		mutation { deleteNotification(input: {notificationId: "1"}) { EVERYTHING } }`,
	"GET /api/headless/v1/notification_preferences/{medium}": `
		{ viewer { notificationPreferences(medium: IN_APP) { EVERYTHING } } }`,
	"PUT /api/headless/v1/notification_preferences/{medium}": `
		mutation { updateNotificationPreference(input: {medium: IN_APP, type: POST_COMMENT, enabled: true}) { EVERYTHING } }`,
	"GET /api/headless/v1/notification_preferences/space_members/{id}": `{ space(by: {circleId:
		"1"}) { viewerNotificationPreferences { EVERYTHING } } }`,
	"PUT /api/headless/v1/notification_preferences/{notification_preference_medium}/spaces": `
		mutation { updateAllSpaceNotificationPreferences(input: {medium: IN_APP, choice: ALL}) { EVERYTHING } }`,
	"PUT /api/headless/v1/notification_preferences/{notification_preference_medium}/spaces/{id}": `
		mutation { updateSpaceNotificationPreference(input: {medium: IN_APP, spaceId: "{{id "Space" 1}}", choice: ALL}) { EVERYTHING } }`,

	"GET /api/headless/v1/bookmarks": `{ viewer { bookmarks { EVERYTHING } } }`,
	"POST /api/headless/v1/bookmarks": `mutation { createBookmark(input: {subjectId: "{{id "Post" 1 2}}"}) { EVERYTHING }
		}`,

	"GET /api/headless/v1/messages": `{ viewer { chatRooms { EVERYTHING } }
		}`,
	"POST /api/headless/v1/messages": `mutation { createChatRoom(input:
		{memberIds: ["{{id "Member" 1}}"]}) { EVERYTHING } }`,
	"GET /api/headless/v1/messages/{uuid}": `{ chatRoom(uuid: "{{.chat_room.uuid}}")
		{ EVERYTHING } }`,
	"GET /api/headless/v1/messages/unread_chat_rooms": `{ viewer { unreadChatRooms { EVERYTHING
		} } }`,
	"GET /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages": `{ chatRoom(uuid:
		"{{(index .records 0).chat_room_uuid}}") { messages { EVERYTHING } } }`,
	"GET /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages/{id}": `
		{ node(id: "{{id "ChatMessage" .chat_room_uuid .id}}") { EVERYTHING } }`,
	"GET /api/headless/v1/messages/{chat_room_uuid}/chat_room_participants": `{ chatRoom(uuid: "{{room}}") {
		participants { EVERYTHING } } }`,
	"PUT /api/headless/v1/messages/{chat_room_uuid}/chat_room_participants/{id}": `
		mutation { updateChatRoomParticipant(input: {chatRoomId: "{{id "ChatRoom" .chat_room.uuid}}", participantId: "1", isMuted: true}) { EVERYTHING } }`,
	"GET /api/headless/v1/chat_threads": `{ viewer { chatThreads { EVERYTHING } }
		}`,
	"GET /api/headless/v1/chat_threads/{id}": `{ node(id: "{{id "ChatThread" .id}}") {
		EVERYTHING } }`,
	"GET /api/headless/v1/chat_threads/unread_chat_threads": `{ viewer { unreadChatThreads {
		EVERYTHING } } }`,
	"POST /api/headless/v1/reactions": `mutation { addReaction(input:
		{messageId: "{{id "ChatMessage" room 1}}", emoji: HEART}) { EVERYTHING } }`,
	"POST /api/headless/v1/live_streams/rooms": `mutation { createLiveRoom(input: {name:
		"n"}) { EVERYTHING } }`,
	"GET /api/headless/v1/courses/{course_id}/sections": `{ lesson(by: {circleId: {course: "1",
		lesson: "2"}}) { course { sections { EVERYTHING } } } }`,
	"GET /api/headless/v1/courses/{course_id}/lessons/{id}": `{ lesson(by: {circleId: {course: "1",
		lesson: "{{.id}}"}}) { EVERYTHING } }`,
	"GET /api/headless/v1/courses/{course_id}/lessons/{lesson_id}/files": `{ lesson(by: {circleId: {course: "1",
		lesson: "2"}}) { files { EVERYTHING } } }`,
	"PATCH /api/headless/v1/courses/{course_id}/lessons/{lesson_id}/progress": `mutation { updateLessonProgress(input:
		{lessonId: "{{id "Lesson" 1 2}}", status: COMPLETED}) { EVERYTHING } }`,
	"GET /api/headless/v1/courses/{course_id}/quiz_attempts": `{ lesson(by: {circleId: {course: "1",
		lesson: "2"}}) { course { quizAttempts { EVERYTHING } } } }`,
	"GET /api/headless/v1/course_topics": `{ courseTopics { EVERYTHING } }`,
	"POST /api/headless/v1/quizzes/{quiz_id}/attempts": `mutation { submitQuizAttempt(input:
		{quizId: "1", answers: [{singleChoice: {questionId: "1", optionId: "1"}}]}) { EVERYTHING } }`,
	"GET /api/headless/v1/quizzes/{quiz_id}/attempts/{id}": `{ quizAttempt(by: {circleId: {quiz:
		"{{.quiz_id}}", attempt: "{{.id}}"}}) { EVERYTHING } }`,
	"POST /api/headless/v1/direct_uploads": `mutation { createDirectUpload(input:
		{filename: "f", contentType: "image/png", byteSize: 1, checksum: "409fnt4awWB4Ab0ZU4+xyA=="}) { EVERYTHING } }`,

	"GET /api/headless/v1/advanced_search": `{ search(query: "q") { EVERYTHING } }`,
	"GET /api/headless/v1/search":          `{ quickSearch(text: "q") { EVERYTHING } }`,
	"DELETE /api/headless/v1/posts/{post_id}/post_followers/{id}": `mutation { unfollowPost(input: {postId:
		"{{id "Post" 1 2}}", followerId: "3"}) { EVERYTHING } }`,
	"POST /api/headless/v1/cookies":   `mutation { createWebSession { EVERYTHING } }`,
	"DELETE /api/headless/v1/cookies": `mutation { deleteWebSession { EVERYTHING } }`,
}

// silent are the operations without an official example of a successful answer.
var silent = []string{
	"POST /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages",
	"DELETE /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages/{id}",
	"PUT /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages/{id}",
	"POST /api/headless/v1/messages/{uuid}/mark_all_as_read",
	"DELETE /api/headless/v1/reactions",
	"PUT /api/headless/v1/quizzes/{quiz_id}/attempts/{id}",
	"POST /api/v1/headless/access_token/revoke", "POST /api/v1/headless/refresh_token/revoke",
	"DELETE /api/headless/v1/bookmarks/{id}",
	"POST /api/headless/v1/notifications/mark_all_as_read", "POST /api/headless/v1/invitation_links/{token}/join",
}
