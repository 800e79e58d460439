package circleclient

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"circlegraph/circleclient/richtext"
	"circlegraph/internal/contract"
)

// operation is a row of the table below: a method with plausible arguments.
type operation struct {
	id   string // its path is below memberAPI, unless it begins with authAPI
	call func(*Client) (any, error)
	// in names the part of the answer that the method returns; "" for all of it.
	in string
	// except are parts of the value that this package changes on purpose, such as "Records.DisplayAction".
	except []string
	// answer replaces an official example if the contract has none; status is its status if the contract has no example
	// under any.
	answer string
	status int
}

// done is the result of a method that returns only an error.
func done(err error) (any, error) { return nil, err }

const roomUUID = "b8178a11-e982-4504-b789-1b4a93c09fc3"

var (
	onPage = PageOptions{Page: 2, PerPage: 50}
	yes    = true
)

// operations has a row for every operation that the package calls.
func operations(t *testing.T) []operation {
	text := func() *richtext.Document {
		r, err := richtext.FromText("Hello")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	name := "Ada"
	profile := ProfileUpdateRequest{
		Name: &name, Headline: &name, TimeZone: &name, Avatar: &name,
		Preferences: &ProfilePreferencesRequest{
			MessagingEnabled: &yes, VisibleInMemberDirectory: &yes, MakeMyEmailPublic: &yes,
		},
		ProfileFields: []ProfileFieldValueRequest{{
			ID: 1, ProfileFieldID: 2, Text: &name, Textarea: &name,
			Choices: []ProfileFieldChoiceRequest{{ProfileFieldChoiceID: 3}, {ID: 4, Destroy: true}},
		}},
	}
	least := int64(1)
	const (
		spacePreferences = "/notification_preferences/{notification_preference_medium}/spaces"
		messages         = "/messages/{chat_room_uuid}/chat_room_messages"
		participants     = "/messages/{chat_room_uuid}/chat_room_participants"
		sent             = `{"creation_uuid":"` + roomUUID + `","parent_message_id":7,"sent_at":"2026-03-01T18:30:00.000Z"}`
	)
	ctx := asMember(t)
	rows := []operation{
		{id: "POST " + authAPI + "/auth_token", call: func(c *Client) (any, error) {
			return c.Auth.CreateToken(ctx, TokenRequest{SSOUserID: "a1"})
		}},
		{id: "PATCH " + authAPI + "/access_token/refresh", call: func(c *Client) (any, error) {
			return c.Auth.RefreshAccessToken(ctx, "r")
		}},
		{id: "POST " + authAPI + "/access_token/revoke", call: func(c *Client) (any, error) {
			return done(c.Auth.RevokeAccessToken(ctx, "a"))
		}},
		{id: "POST " + authAPI + "/refresh_token/revoke", call: func(c *Client) (any, error) {
			return done(c.Auth.RevokeRefreshToken(ctx, "r"))
		}},

		{id: "GET /community_member", call: func(c *Client) (any, error) { return c.Members.Current(ctx) }},
		{id: "GET /community_members", call: func(c *Client) (any, error) {
			return c.Members.List(ctx, MemberListOptions{
				PageOptions: onPage, SpaceID: 7, SearchText: "a b", Sort: "latest",
				SearchAfter: SearchAfter{[]byte("1721398993645"), []byte(`"ada"`)},
			})
		}},
		{id: "GET /community_members/{community_member_id}/public_profile", call: func(c *Client) (any, error) {
			return c.Members.Profile(ctx, 7)
		}},
		{id: "GET /community_members/{community_member_id}/posts", call: func(c *Client) (any, error) {
			return c.Members.Posts(ctx, 7, onPage)
		}},
		{id: "GET /community_members/{community_member_id}/comments", call: func(c *Client) (any, error) {
			return c.Members.Comments(ctx, 7, onPage)
		}},
		{id: "GET /community_members/{community_member_id}/spaces", call: func(c *Client) (any, error) {
			return c.Members.Spaces(ctx, 7, onPage)
		}},
		{id: "POST /search/community_members", call: func(c *Client) (any, error) {
			return c.Members.Search(ctx, MemberSearchRequest{
				Page: 1, PerPage: 30, SearchText: "a", Order: "role", Status: "active",
				ExcludeEmptyName: &yes, ExcludeEmptyProfiles: &yes,
				Filters: []MemberFilterRequest{
					{Key: "name", FilterType: "is", Value: "a"},
					{Key: "activity_score", GTE: &least, LTE: &least},
				},
				SearchAfter: SearchAfter{[]byte(`"blue duck"`)},
			})
		}},
		{id: "PUT /profile", call: func(c *Client) (any, error) { return done(c.Members.UpdateProfile(ctx, profile)) }},
		{id: "PUT /signup/profile", call: func(c *Client) (any, error) {
			return done(c.Members.CompleteSignup(ctx, profile))
		}},
		{id: "DELETE /community_member/deactivate", call: func(c *Client) (any, error) {
			return done(c.Members.Deactivate(ctx))
		}},
		{id: "GET /page_profile_fields", call: func(c *Client) (any, error) {
			return c.Members.PageProfileFields(ctx, "signup", onPage)
		}},

		{id: "GET /spaces", call: func(c *Client) (any, error) { return c.Spaces.List(ctx) }},
		{id: "GET /spaces/{id}", call: func(c *Client) (any, error) { return c.Spaces.Get(ctx, 7) }},
		{id: "GET /spaces/home", call: func(c *Client) (any, error) { return c.Spaces.Home(ctx) }},
		{id: "POST /spaces/{id}/join", call: func(c *Client) (any, error) { return c.Spaces.Join(ctx, 7) }},
		{id: "POST /spaces/{id}/leave", call: func(c *Client) (any, error) { return c.Spaces.Leave(ctx, 7) }},
		{id: "GET /spaces/{space_id}/topics", call: func(c *Client) (any, error) { return c.Spaces.Topics(ctx, 7, onPage) }},
		{id: "GET /spaces/{space_id}/bookmarks", call: func(c *Client) (any, error) {
			return c.Spaces.PinnedLinks(ctx, 7, onPage)
		}},
		{id: "GET /space_notification_details", call: func(c *Client) (any, error) {
			return c.Spaces.NotificationDetails(ctx, []int64{1, 2})
		}},
		{id: "POST /space_members/{id}/mark_as_read", call: func(c *Client) (any, error) {
			return done(c.Spaces.MarkAsRead(ctx, 7))
		}},
		{id: "GET /community_links", call: func(c *Client) (any, error) { return c.Spaces.CommunityLinks(ctx) }},
		{id: "POST /invitation_links/{token}/join", answer: `{"redirect_to_space_id":7}`, call: func(c *Client) (any, error) {
			return c.Spaces.JoinByInvitation(ctx, "welcome-1")
		}},

		{id: "GET /home", call: func(c *Client) (any, error) {
			return c.Posts.Home(ctx, PostListOptions{PageOptions: onPage, Sort: "popular"})
		}},
		{id: "GET /spaces/{space_id}/posts", call: func(c *Client) (any, error) {
			return c.Posts.ListInSpace(ctx, SpaceKey{ID: 7}, SpacePostOptions{
				PageOptions: onPage, Sort: "oldest", Status: "published", PastEvents: &yes, Topics: []int64{1, 2},
				PostIDs: []int64{3, 4},
			})
		}},
		{id: "GET /spaces/{space_id}/posts/{id}", call: func(c *Client) (any, error) {
			return c.Posts.Get(ctx, SpaceKey{Slug: "welcome"}, PostKey{ID: 8})
		}},
		{id: "POST /spaces/{space_id}/posts", call: func(c *Client) (any, error) {
			return c.Posts.Create(ctx, 7, CreatePostRequest{
				Name: "Hello", Slug: "hello", Body: text(), CoverImage: "signed",
				IsCommentsEnabled: &yes, IsLikingEnabled: &yes, Topics: []int64{1},
			})
		}},
		{id: "DELETE /spaces/{space_id}/posts/{id}", call: func(c *Client) (any, error) {
			return done(c.Posts.Delete(ctx, SpaceKey{ID: 7}, PostKey{ID: 8}))
		}},
		{id: "POST /spaces/{space_id}/images/posts", call: func(c *Client) (any, error) {
			return c.Posts.CreateImage(ctx, 7, CreateImagePostRequest{
				Slug: "hello", Body: text(), IsCommentsEnabled: &yes,
				IsLikingEnabled: &yes, Images: []ImageUpload{{SignedID: "signed", Width: 640, Height: 480}},
			})
		}},
		{id: "PUT /spaces/{space_id}/images/posts/{id}", call: func(c *Client) (any, error) {
			return c.Posts.UpdateImage(ctx, 7, 8, UpdateImagePostRequest{
				Slug: "hello", Body: text(), IsCommentsEnabled: &yes,
				IsLikingEnabled: &yes, Images: []ImageChange{{ID: 3}},
			})
		}},
		{id: "GET /posts/{post_id}/user_likes", call: func(c *Client) (any, error) { return c.Posts.Likes(ctx, 7, onPage) }},
		{id: "POST /posts/{post_id}/user_likes", call: func(c *Client) (any, error) { return done(c.Posts.Like(ctx, 7)) }},
		{id: "DELETE /posts/{post_id}/user_likes", call: func(c *Client) (any, error) {
			return done(c.Posts.Unlike(ctx, 7))
		}},
		{id: "POST /posts/{post_id}/post_followers", call: func(c *Client) (any, error) {
			return done(c.Posts.Follow(ctx, 7))
		}},
		{id: "DELETE /posts/{post_id}/post_followers", call: func(c *Client) (any, error) {
			return done(c.Posts.Unfollow(ctx, 7))
		}},
		{id: "DELETE /posts/{post_id}/post_followers/{id}", call: func(c *Client) (any, error) {
			return done(c.Posts.UnfollowByID(ctx, 7, 8))
		}},
		{id: "POST /flagged_contents", call: func(c *Client) (any, error) {
			return done(c.Posts.Report(ctx, ReportRequest{ID: 7, Type: "Comment", Reason: "spam", Body: "Please look."}))
		}},
		{id: "GET /advanced_search", call: func(c *Client) (any, error) {
			return c.Search.Advanced(ctx, SearchOptions{
				PageOptions: onPage, Query: "late blight", Type: "mentions", MentionScope: "group_chat",
				SpaceIDs: []int64{1, 2}, TopicIDs: []int64{3}, MemberTagIDs: []int64{4}, AuthorName: "Ada", Status: "upcoming",
			})
		}},
		{id: "GET /search", call: func(c *Client) (any, error) { return c.Search.Quick(ctx, "late blight", onPage) }},
		{id: "POST /cookies", call: func(c *Client) (any, error) {
			_, err := c.Cookies.Create(ctx)
			return done(err)
		}},
		{id: "DELETE /cookies", call: func(c *Client) (any, error) { return done(c.Cookies.Delete(ctx)) }},
		{id: "POST /direct_uploads", call: func(c *Client) (any, error) {
			return c.Uploads.Create(ctx, DirectUploadRequest{
				Filename: "sample.jpg", ContentType: "image/jpeg", ByteSize: 186822,
				Checksum: "409fnt4awWB4Ab0ZU4+xyA==",
			})
		}},

		{id: "GET /posts/{post_id}/comments", call: func(c *Client) (any, error) {
			return c.Comments.List(ctx, 7, CommentListOptions{PageOptions: onPage, Sort: "oldest"})
		}},
		{id: "GET /posts/{post_id}/comments/{id}", call: func(c *Client) (any, error) { return c.Comments.Get(ctx, 7, 8) }},
		{id: "POST /posts/{post_id}/comments", call: func(c *Client) (any, error) {
			return c.Comments.Create(ctx, 7, text())
		}},
		{id: "PATCH /posts/{post_id}/comments/{id}", call: func(c *Client) (any, error) {
			return c.Comments.Update(ctx, 7, 8, text())
		}},
		{id: "DELETE /posts/{post_id}/comments/{id}", call: func(c *Client) (any, error) {
			return done(c.Comments.Delete(ctx, 7, 8))
		}},
		{id: "GET /comments/{comment_id}/replies", call: func(c *Client) (any, error) {
			return c.Comments.Replies(ctx, 7, CommentListOptions{PageOptions: onPage, Sort: "oldest"})
		}},
		{id: "GET /comments/{comment_id}/replies/{id}", call: func(c *Client) (any, error) {
			return c.Comments.GetReply(ctx, 7, 8)
		}},
		{id: "POST /comments/{comment_id}/replies", call: func(c *Client) (any, error) {
			return c.Comments.CreateReply(ctx, 7, text())
		}},
		{id: "PATCH /comments/{comment_id}/replies/{id}", call: func(c *Client) (any, error) {
			return c.Comments.UpdateReply(ctx, 7, 8, text())
		}},
		{id: "DELETE /comments/{comment_id}/replies/{id}", call: func(c *Client) (any, error) {
			return done(c.Comments.DeleteReply(ctx, 7, 8))
		}},
		{id: "GET /comments/{comment_id}/user_likes", call: func(c *Client) (any, error) {
			return c.Comments.Likes(ctx, 7, onPage)
		}},
		{id: "POST /comments/{comment_id}/user_likes", call: func(c *Client) (any, error) {
			return done(c.Comments.Like(ctx, 7))
		}},
		{id: "DELETE /comments/{comment_id}/user_likes", call: func(c *Client) (any, error) {
			return done(c.Comments.Unlike(ctx, 7))
		}},

		{id: "GET /community_events", call: func(c *Client) (any, error) {
			return c.Events.List(ctx, EventListOptions{
				PageOptions: onPage, StartDate: "2026-03-01", EndDate: "2026-03-31", PastEvents: &yes,
			})
		}},
		{id: "GET /events/{event_id}/event_attendees", call: func(c *Client) (any, error) {
			return c.Events.Attendees(ctx, 7, onPage)
		}},
		{id: "POST /events/{event_id}/event_attendees", call: func(c *Client) (any, error) { return c.Events.RSVP(ctx, 7) }},
		{id: "DELETE /events/{event_id}/event_attendees", call: func(c *Client) (any, error) {
			return done(c.Events.CancelRSVP(ctx, 7))
		}},
		{id: "GET /spaces/{space_id}/events/{event_id}/recurring_events", call: func(c *Client) (any, error) {
			return c.Events.Occurrences(ctx, 7, 8, onPage)
		}},
		{id: "PUT /spaces/{space_id}/events/{event_id}/recurring_events/rsvp", call: func(c *Client) (any, error) {
			return done(c.Events.RSVPToOccurrences(ctx, 7, 8, []int64{9, 10}))
		}},

		{id: "GET /notifications", except: []string{"Records.DisplayAction"}, call: func(c *Client) (any, error) {
			return c.Notifications.List(ctx, NotificationListOptions{PageOptions: onPage, Sort: "oldest", Status: "unread"})
		}},
		{id: "GET /notifications/new_notifications_count", call: func(c *Client) (any, error) {
			return c.Notifications.Counts(ctx)
		}},
		{id: "POST /notifications/reset_new_notifications_count", call: func(c *Client) (any, error) {
			return done(c.Notifications.ResetCount(ctx))
		}},
		{id: "POST /notifications/mark_all_as_read", call: func(c *Client) (any, error) {
			return done(c.Notifications.MarkAllAsRead(ctx,
				ReadRequest{NotificationType: "mention", Parent: &ReadParent{Type: "Post", ID: 2}}))
		}},
		{id: "POST /notifications/{id}/mark_as_read", call: func(c *Client) (any, error) {
			return c.Notifications.MarkAsRead(ctx, 38100000001)
		}},
		{id: "POST /notifications/{id}/archive", call: func(c *Client) (any, error) {
			return c.Notifications.Archive(ctx, 38100000001)
		}},
		{id: "DELETE /notifications/{id}", call: func(c *Client) (any, error) {
			return c.Notifications.Delete(ctx, 38100000001)
		}},
		{id: "GET /notification_preferences/{medium}", call: func(c *Client) (any, error) {
			return c.Notifications.Preferences(ctx, "in_app")
		}},
		{id: "PUT /notification_preferences/{medium}", call: func(c *Client) (any, error) {
			return done(c.Notifications.UpdatePreference(ctx, "push", "mention", false))
		}},
		{id: "PUT " + spacePreferences, call: func(c *Client) (any, error) {
			return done(c.Notifications.UpdateAllSpacePreferences(ctx, "mobile", "never"))
		}},
		{id: "PUT " + spacePreferences + "/{id}", call: func(c *Client) (any, error) {
			return done(c.Notifications.UpdateSpacePreference(ctx, "mobile", 7, "mention"))
		}},
		{id: "GET /notification_preferences/space_members/{id}", call: func(c *Client) (any, error) {
			return c.Notifications.SpaceMemberPreferences(ctx, 7)
		}},

		{id: "GET /bookmarks", call: func(c *Client) (any, error) {
			return c.Bookmarks.List(ctx, BookmarkListOptions{PageOptions: onPage, Type: "comment"})
		}},
		{id: "POST /bookmarks", call: func(c *Client) (any, error) { return c.Bookmarks.Create(ctx, 7, "post") }},
		{id: "DELETE /bookmarks/{id}", call: func(c *Client) (any, error) { return done(c.Bookmarks.Delete(ctx, 7)) }},

		{id: "GET /courses/{course_id}/sections", call: func(c *Client) (any, error) { return c.Courses.Sections(ctx, 7) }},
		{id: "GET /courses/{course_id}/lessons/{id}", call: func(c *Client) (any, error) {
			return c.Courses.Lesson(ctx, 7, 8)
		}},
		{id: "GET /courses/{course_id}/lessons/{lesson_id}/files", call: func(c *Client) (any, error) {
			return c.Courses.LessonFiles(ctx, 7, 8, onPage)
		}},
		{id: "PATCH /courses/{course_id}/lessons/{lesson_id}/progress", call: func(c *Client) (any, error) {
			return c.Courses.UpdateLessonProgress(ctx, 7, 8, LessonCompleted)
		}},
		{id: "GET /course_topics", call: func(c *Client) (any, error) { return c.Courses.Topics(ctx, onPage) }},
		{id: "GET /courses/{course_id}/quiz_attempts", call: func(c *Client) (any, error) {
			return c.Quizzes.Attempts(ctx, 7, onPage)
		}},
		{id: "POST /quizzes/{quiz_id}/attempts", call: func(c *Client) (any, error) {
			return c.Quizzes.Submit(ctx, 7, []QuizResponse{{QuestionID: 1, SelectedOptions: []int64{2, 3}}})
		}},
		{id: "GET /quizzes/{quiz_id}/attempts/{id}", call: func(c *Client) (any, error) {
			return c.Quizzes.Attempt(ctx, 7, 8, true)
		}},
		{id: "PUT /quizzes/{quiz_id}/attempts/{id}", status: 204, call: func(c *Client) (any, error) {
			return done(c.Quizzes.Grade(ctx, 7, 8, "passed"))
		}},

		{id: "GET /messages", call: func(c *Client) (any, error) { return c.Chat.Rooms(ctx, onPage) }},
		{id: "POST /messages", in: "chat_room", call: func(c *Client) (any, error) {
			return c.Chat.CreateRoom(ctx, CreateChatRoomRequest{Kind: ChatRoomGroup, MemberIDs: []int64{7, 8}, Message: text()})
		}},
		{id: "GET /messages/{uuid}", in: "chat_room", call: func(c *Client) (any, error) {
			return c.Chat.Room(ctx, roomUUID)
		}},
		{id: "POST /messages/{uuid}/mark_all_as_read", call: func(c *Client) (any, error) {
			return done(c.Chat.MarkRoomAsRead(ctx, roomUUID))
		}},
		{id: "GET /messages/unread_chat_rooms", in: "chat_rooms", call: func(c *Client) (any, error) {
			return c.Chat.UnreadRooms(ctx)
		}},
		{id: "GET " + messages, call: func(c *Client) (any, error) {
			return c.Chat.Messages(ctx, roomUUID, MessageWindowOptions{Anchor: 7, Older: 20, Newer: 20})
		}},
		{id: "POST " + messages, status: 202, answer: sent, call: func(c *Client) (any, error) {
			return c.Chat.Send(ctx, roomUUID, ChatMessageRequest{Body: text(), ParentMessageID: 7})
		}},
		{id: "GET " + messages + "/{id}", call: func(c *Client) (any, error) {
			return c.Chat.Message(ctx, roomUUID, 7)
		}},
		{id: "PUT " + messages + "/{id}", call: func(c *Client) (any, error) {
			return done(c.Chat.UpdateMessage(ctx, roomUUID, 7, text()))
		}},
		{id: "DELETE " + messages + "/{id}", status: 200, call: func(c *Client) (any, error) {
			return done(c.Chat.DeleteMessage(ctx, roomUUID, 7))
		}},
		{id: "GET " + participants, call: func(c *Client) (any, error) {
			return c.Chat.Participants(ctx, roomUUID, onPage)
		}},
		{id: "PUT " + participants + "/{id}", in: "chat_room", call: func(c *Client) (any, error) {
			return c.Chat.UpdateParticipant(ctx, roomUUID, 7, ChatParticipantRequest{Admin: &yes, Archived: &yes, Muted: &yes})
		}},
		{id: "POST /reactions", call: func(c *Client) (any, error) { return done(c.Chat.React(ctx, 7, "heart")) }},
		{id: "DELETE /reactions", call: func(c *Client) (any, error) { return done(c.Chat.Unreact(ctx, 7, "heart")) }},
		{id: "GET /chat_threads", call: func(c *Client) (any, error) { return c.Chat.Threads(ctx, onPage) }},
		{id: "GET /chat_threads/{id}", call: func(c *Client) (any, error) { return c.Chat.Thread(ctx, 7) }},
		{id: "GET /chat_threads/unread_chat_threads", in: "chat_thread_ids", call: func(c *Client) (any, error) {
			return c.Chat.UnreadThreads(ctx)
		}},
		{id: "POST /live_streams/rooms", call: func(c *Client) (any, error) {
			return c.Chat.CreateLiveRoom(ctx, LiveRoomRequest{
				Name: "Pruning", Description: "Live", Slug: "pruning",
				RoomType: "stream", ViewType: "grid_view", AccessType: "open",
				RecordingEnabled: &yes, MuteOnJoin: &yes, LimitURLSharing: &yes,
				Invited: &LiveInvited{Members: []int64{1}, Spaces: []int64{2}},
			})
		}},
	}
	for i, row := range rows {
		if method, path, _ := strings.Cut(row.id, " "); !strings.HasPrefix(path, authAPI) {
			rows[i].id = method + " " + memberAPI + path
		}
	}
	return rows
}

// TestOperations calls every method against a server that holds the request to the contract and answers with each of
// the contract's own examples, and compares what comes out with the example, value by value.
func TestOperations(t *testing.T) {
	c := contract.Load(t)
	seen := make(demonstrated)
	for _, op := range operations(t) {
		t.Run(op.id, func(t *testing.T) {
			tried := 0
			try := func(name string, status int, body string) {
				tried++
				serve := &oneAnswer{status: status, body: body}
				client := testClient(t, c.Middleware(t, serve))
				got, err := op.call(client)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				serve.wantRequest(t, op.id)
				if got != nil {
					compareExample(t, got, body, op, seen)
				}
			}
			for _, status := range []int{200, 201, 202, 204} {
				for _, example := range c.Examples(op.id, status) {
					body := string(example.Body)
					if len(example.Body) == 0 || body == "null" {
						body = op.answer
					}
					try(example.Name, status, body)
				}
			}
			if op.status != 0 {
				if tried > 0 {
					t.Error("the contract has an example: take the status off the row")
				}
				try("our own", op.status, op.answer)
			}
			if tried == 0 {
				t.Error("nothing was tried: the contract has no example, so the row needs a status")
			}
		})
	}
	seen.wantAll(t)
}

// oneAnswer answers and keeps the request.
type oneAnswer struct {
	status  int
	body    string
	request *http.Request
}

func (a *oneAnswer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.request = r
	body := a.body
	if a.status == http.StatusNoContent {
		w.WriteHeader(a.status)
		return
	}
	if body == "" {
		body = "{}"
	}
	say(a.status, "application/json; charset=utf-8", body)(w, r)
}

func (a *oneAnswer) wantRequest(t *testing.T, op string) {
	t.Helper()
	method, template, _ := strings.Cut(op, " ")
	pattern := regexp.MustCompile("^" + regexp.MustCompile(`\\\{[a-z_]+\\\}`).ReplaceAllString(regexp.QuoteMeta(template),
		`[^/]+`) + "$")
	if a.request == nil || a.request.Method != method || !pattern.MatchString(a.request.URL.Path) {
		t.Errorf("not a request of %s: %s", op, describe(a.request))
	}
}

func describe(r *http.Request) string {
	if r == nil {
		return "none was sent"
	}
	return r.Method + " " + r.URL.Path
}

// TestMarkers compares the markers in the source with the contract and the table above.
func TestMarkers(t *testing.T) {
	marked := markers(t)
	var rows []string
	for _, op := range operations(t) {
		if slices.Contains(rows, op.id) {
			t.Errorf("%s has two rows", op.id)
		}
		rows = append(rows, op.id)
		if marked[op.id] == "" {
			t.Errorf("%s has a row but no marker", op.id)
		}
	}
	for op, method := range marked {
		if !slices.Contains(rows, op) {
			t.Errorf("%s: %s has a marker but no row", method, op)
		}
	}
	official := make(map[string]bool)
	for _, op := range contract.Load(t).Operations() {
		official[op.ID] = true
		if marked[op.ID] == "" {
			t.Errorf("%s has no method", op.ID)
		}
	}
	for _, op := range rows {
		if !official[op] {
			t.Errorf("%s is not in the contract", op)
		}
	}
	if len(official) != 106 {
		t.Errorf("the contract has %d operations, want 106", len(official))
	}
}

// markers reads the //circle:op lines: which method calls which operation.
func markers(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	marked := make(map[string]string)
	files := token.NewFileSet()
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".go") || strings.HasSuffix(entry.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, entry.Name(), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Doc == nil {
				continue
			}
			for _, comment := range f.Doc.List {
				if op, ok := strings.CutPrefix(comment.Text, "//circle:op "); ok {
					if other := marked[op]; other != "" {
						t.Errorf("%s and %s are both marked %s", other, f.Name.Name, op)
					}
					marked[op] = f.Name.Name
				}
			}
		}
	}
	return marked
}
