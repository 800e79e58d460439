package scalar

import (
	"fmt"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"circlegraph/circleclient"
)

// words is an enum of the schema: its values, each with Circle's word for it. Circle's word is what the Go code holds.
type words [][2]string

// unknown is the value for words that Circle has and this server does not know.
const unknown = "UNKNOWN"

// marshal writes the schema's value for Circle's word. Words that are not in the table become UNKNOWN, never an error.
func (w words) marshal(word string) graphql.Marshaler {
	i := slices.IndexFunc(w, func(pair [2]string) bool { return pair[1] == word })
	if i < 0 {
		return graphql.MarshalString(unknown)
	}
	return graphql.MarshalString(w[i][0])
}

// unmarshal reads a value of the schema into Circle's word.
func (w words) unmarshal(v any) (string, error) {
	value, _ := v.(string)
	i := slices.IndexFunc(w, func(pair [2]string) bool { return pair[0] == value })
	if i < 0 {
		return "", &InputError{Message: fmt.Sprintf("%q is not one of %s.", clip(value), w.values())}
	}
	return w[i][1], nil
}

func (w words) values() string {
	values := make([]string, len(w))
	for i, pair := range w {
		values[i] = pair[0]
	}
	return strings.Join(values, ", ")
}

// enums are all enums of the schema whose words are Circle's.
var enums = struct {
	spaceType, postStatus, eventLocationType, eventRecurrence, rsvpStatus, bookmarkType, notificationType, notificationMedium, notificationStatus, notificationsOrder, spaceNotificationChoice, attachmentKind, reportReason, homeFeedOrder, spacePostsOrder, spacePostsStatus, commentsOrder, membersOrder, memberSearchOrder, memberStatus, memberSearchOperator, profileFieldsPage, lessonStatus, quizResult, quizQuestionType, chatRoomKind, chatEmoji, liveRoomType, liveRoomView, liveRoomAccess words
}{
	spaceType: words{
		{"BASIC", "basic"},
		{"CHAT", "chat"},
		{"EVENT", "event"},
		{"COURSE", "course"},
		{"MEMBERS", "members"},
		{"IMAGE", "image"},
	},
	postStatus: words{{"PUBLISHED", "published"}, {"DRAFT", "draft"}, {"SCHEDULED", "scheduled"}},
	eventLocationType: words{
		{"VIRTUAL", "virtual"},
		{"IN_PERSON", "in_person"},
		{"LIVE_STREAM", "live_stream"},
		{"LIVE_ROOM", "live_room"},
		{"TO_BE_DETERMINED", "tbd"},
	},
	eventRecurrence: words{{"SINGLE", "single"}, {"RECURRING", "recurring"}},
	rsvpStatus:      words{{"YES", "yes"}, {"NO", "no"}, {"MAYBE", "maybe"}, {"WAITLISTED", "waitlist"}},
	bookmarkType:    words{{"POST", "post"}, {"COMMENT", "comment"}, {"MESSAGE", "message"}},
	notificationType: words{
		{"POST_COMMENT", "post_comment"},
		{"COMMENT_REPLY", "comment_reply"},
		{"MENTION", "mention"},
		{"DIRECT_MESSAGES", "direct_messages"},
		{"POST_LIKE", "post_like"},
		{
			"COMMENT_LIKE",
			"comment_like",
		},
		{"NEW_COURSE_CONTENT", "new_course_content"},
	},
	notificationMedium:      words{{"IN_APP", "in_app"}, {"PUSH", "push"}, {"MOBILE", "mobile"}},
	notificationStatus:      words{{"READ", "read"}, {"UNREAD", "unread"}},
	notificationsOrder:      words{{"LATEST", "latest"}, {"OLDEST", "oldest"}},
	spaceNotificationChoice: words{{"ALL", "all"}, {"MENTION", "mention"}, {"NEVER", "never"}},
	attachmentKind:          words{{"IMAGE", "image"}, {"FILE", "file"}, {"EMBED", "embed"}},
	reportReason: words{
		{"HARASSMENT", "harassment"},
		{"SPAM", "spam"},
		{"WRONG_PLACE", "incorrect_location"},
		{"AGAINST_GUIDELINES", "against_guidelines"},
		{"OTHER", "other"},
	},
	homeFeedOrder: words{
		{"LATEST", "latest"},
		{"OLDEST", "oldest"},
		{"POPULAR", "popular"},
		{"LIKES", "likes"},
		{"ALPHABETICAL", "alphabetical"},
		{"NEW_ACTIVITY", "new_activity"},
	},
	spacePostsOrder: words{
		{"LATEST", "latest"},
		{"OLDEST", "oldest"},
		{"POPULAR", "popular"},
		{"LIKES", "likes"},
		{"ALPHABETICAL", "alphabetical"},
		{"NEW_ACTIVITY", "new_activity"},
	},
	spacePostsStatus: words{{"PUBLISHED", "published"}, {"DRAFT", "draft"}},
	commentsOrder: words{
		{"OLDEST", "oldest"},
		{"LATEST", "latest"},
		{"LIKES", "likes"},
		{"ALPHABETICAL", "alphabetical"},
		{"LATEST_UPDATED", "latest_updated"},
		{"OLDEST_UPDATED", "oldest_updated"},
	},
	membersOrder: words{{"ALPHABETICAL", "alphabetical"}, {"LATEST", "latest"}, {"OLDEST", "oldest"}},
	memberSearchOrder: words{
		{"ALPHABETICAL", "alphabetical"},
		{"LATEST", "latest"},
		{"OLDEST", "oldest"},
		{"ROLE", "role"},
	},
	memberStatus: words{{"ACTIVE", "active"}, {"INACTIVE", "inactive"}},
	memberSearchOperator: words{
		{"IS", "is"},
		{"IS_NOT", "is_not"},
		{"CONTAINS", "contains"},
		{"DOES_NOT_CONTAIN", "does_not_contain"},
		{"GREATER_THAN", "gt"},
		{"LESS_THAN", "lt"},
		{"EQUAL", "eq"},
	},
	profileFieldsPage: words{
		{"SIGNUP", "signup"},
		{"EDIT_PROFILE", "edit_profile"},
		{"PROFILE", "profile_view"},
		{"DIRECTORY", "community_view"},
	},
	lessonStatus:     words{{"INCOMPLETE", "incomplete"}, {"COMPLETED", "completed"}},
	quizResult:       words{{"PENDING", "pending"}, {"PASSED", "passed"}, {"FAILED", "failed"}},
	quizQuestionType: words{{"SINGLE_CHOICE", "single_choice"}, {"MULTIPLE_CHOICE", "multiple_choice"}},
	chatRoomKind:     words{{"DIRECT", circleclient.ChatRoomDirect}, {"GROUP_CHAT", circleclient.ChatRoomGroup}},
	chatEmoji: words{
		{"THUMBSUP", "thumbsup"},
		{"HEART", "heart"},
		{"JOY", "joy"},
		{"OPEN_MOUTH", "open_mouth"},
		{"CRY", "cry"},
		{"PRAY", "pray"},
		{"TADA", "tada"},
	},
	liveRoomType: words{{"STREAM", "stream"}, {"CONFERENCE", "conference"}},
	liveRoomView: words{
		{"SPEAKER", "speaker_view"},
		{"SPEAKER_VARIANT", "speaker_variant_view"},
		{"GRID", "grid_view"},
	},
	liveRoomAccess: words{{"OPEN", "open"}, {"SECRET", "secret"}, {"PUBLIC_STREAM", "public_stream"}},
}

// MarshalSpaceType writes Circle's word as a SpaceType.
func MarshalSpaceType(word string) graphql.Marshaler { return enums.spaceType.marshal(word) }

// UnmarshalSpaceType reads a SpaceType as Circle's word.
func UnmarshalSpaceType(v any) (string, error) { return enums.spaceType.unmarshal(v) }

// MarshalPostStatus writes Circle's word as a PostStatus.
func MarshalPostStatus(word string) graphql.Marshaler { return enums.postStatus.marshal(word) }

// UnmarshalPostStatus reads a PostStatus as Circle's word.
func UnmarshalPostStatus(v any) (string, error) { return enums.postStatus.unmarshal(v) }

// MarshalEventLocationType writes Circle's word as a EventLocationType.
func MarshalEventLocationType(word string) graphql.Marshaler {
	return enums.eventLocationType.marshal(word)
}

// UnmarshalEventLocationType reads a EventLocationType as Circle's word.
func UnmarshalEventLocationType(v any) (string, error) { return enums.eventLocationType.unmarshal(v) }

// MarshalEventRecurrence writes Circle's word as a EventRecurrence.
func MarshalEventRecurrence(word string) graphql.Marshaler {
	return enums.eventRecurrence.marshal(word)
}

// UnmarshalEventRecurrence reads a EventRecurrence as Circle's word.
func UnmarshalEventRecurrence(v any) (string, error) { return enums.eventRecurrence.unmarshal(v) }

// MarshalRsvpStatus writes Circle's word as a RsvpStatus.
func MarshalRsvpStatus(word string) graphql.Marshaler { return enums.rsvpStatus.marshal(word) }

// UnmarshalRsvpStatus reads a RsvpStatus as Circle's word.
func UnmarshalRsvpStatus(v any) (string, error) { return enums.rsvpStatus.unmarshal(v) }

// MarshalBookmarkType writes Circle's word as a BookmarkType.
func MarshalBookmarkType(word string) graphql.Marshaler { return enums.bookmarkType.marshal(word) }

// UnmarshalBookmarkType reads a BookmarkType as Circle's word.
func UnmarshalBookmarkType(v any) (string, error) { return enums.bookmarkType.unmarshal(v) }

// MarshalNotificationType writes Circle's word as a NotificationType.
func MarshalNotificationType(word string) graphql.Marshaler {
	return enums.notificationType.marshal(word)
}

// UnmarshalNotificationType reads a NotificationType as Circle's word.
func UnmarshalNotificationType(v any) (string, error) { return enums.notificationType.unmarshal(v) }

// MarshalNotificationMedium writes Circle's word as a NotificationMedium.
func MarshalNotificationMedium(word string) graphql.Marshaler {
	return enums.notificationMedium.marshal(word)
}

// UnmarshalNotificationMedium reads a NotificationMedium as Circle's word.
func UnmarshalNotificationMedium(v any) (string, error) { return enums.notificationMedium.unmarshal(v) }

// MarshalNotificationStatus writes Circle's word as a NotificationStatus.
func MarshalNotificationStatus(word string) graphql.Marshaler {
	return enums.notificationStatus.marshal(word)
}

// UnmarshalNotificationStatus reads a NotificationStatus as Circle's word.
func UnmarshalNotificationStatus(v any) (string, error) { return enums.notificationStatus.unmarshal(v) }

// MarshalNotificationsOrder writes Circle's word as a NotificationsOrder.
func MarshalNotificationsOrder(word string) graphql.Marshaler {
	return enums.notificationsOrder.marshal(word)
}

// UnmarshalNotificationsOrder reads a NotificationsOrder as Circle's word.
func UnmarshalNotificationsOrder(v any) (string, error) { return enums.notificationsOrder.unmarshal(v) }

// MarshalSpaceNotificationChoice writes Circle's word as a SpaceNotificationChoice.
func MarshalSpaceNotificationChoice(word string) graphql.Marshaler {
	return enums.spaceNotificationChoice.marshal(word)
}

// UnmarshalSpaceNotificationChoice reads a SpaceNotificationChoice as Circle's word.
func UnmarshalSpaceNotificationChoice(v any) (string, error) {
	return enums.spaceNotificationChoice.unmarshal(v)
}

// MarshalAttachmentKind writes Circle's word as a AttachmentKind.
func MarshalAttachmentKind(word string) graphql.Marshaler { return enums.attachmentKind.marshal(word) }

// UnmarshalAttachmentKind reads a AttachmentKind as Circle's word.
func UnmarshalAttachmentKind(v any) (string, error) { return enums.attachmentKind.unmarshal(v) }

// MarshalReportReason writes Circle's word as a ReportReason.
func MarshalReportReason(word string) graphql.Marshaler { return enums.reportReason.marshal(word) }

// UnmarshalReportReason reads a ReportReason as Circle's word.
func UnmarshalReportReason(v any) (string, error) { return enums.reportReason.unmarshal(v) }

// MarshalHomeFeedOrder writes Circle's word as a HomeFeedOrder.
func MarshalHomeFeedOrder(word string) graphql.Marshaler { return enums.homeFeedOrder.marshal(word) }

// UnmarshalHomeFeedOrder reads a HomeFeedOrder as Circle's word.
func UnmarshalHomeFeedOrder(v any) (string, error) { return enums.homeFeedOrder.unmarshal(v) }

// MarshalSpacePostsOrder writes Circle's word as a SpacePostsOrder.
func MarshalSpacePostsOrder(word string) graphql.Marshaler {
	return enums.spacePostsOrder.marshal(word)
}

// UnmarshalSpacePostsOrder reads a SpacePostsOrder as Circle's word.
func UnmarshalSpacePostsOrder(v any) (string, error) { return enums.spacePostsOrder.unmarshal(v) }

// MarshalSpacePostsStatus writes Circle's word as a SpacePostsStatus.
func MarshalSpacePostsStatus(word string) graphql.Marshaler {
	return enums.spacePostsStatus.marshal(word)
}

// UnmarshalSpacePostsStatus reads a SpacePostsStatus as Circle's word.
func UnmarshalSpacePostsStatus(v any) (string, error) { return enums.spacePostsStatus.unmarshal(v) }

// MarshalCommentsOrder writes Circle's word as a CommentsOrder.
func MarshalCommentsOrder(word string) graphql.Marshaler { return enums.commentsOrder.marshal(word) }

// UnmarshalCommentsOrder reads a CommentsOrder as Circle's word.
func UnmarshalCommentsOrder(v any) (string, error) { return enums.commentsOrder.unmarshal(v) }

// MarshalMembersOrder writes Circle's word as a MembersOrder.
func MarshalMembersOrder(word string) graphql.Marshaler { return enums.membersOrder.marshal(word) }

// UnmarshalMembersOrder reads a MembersOrder as Circle's word.
func UnmarshalMembersOrder(v any) (string, error) { return enums.membersOrder.unmarshal(v) }

// MarshalMemberSearchOrder writes Circle's word as a MemberSearchOrder.
func MarshalMemberSearchOrder(word string) graphql.Marshaler {
	return enums.memberSearchOrder.marshal(word)
}

// UnmarshalMemberSearchOrder reads a MemberSearchOrder as Circle's word.
func UnmarshalMemberSearchOrder(v any) (string, error) { return enums.memberSearchOrder.unmarshal(v) }

// MarshalMemberStatus writes Circle's word as a MemberStatus.
func MarshalMemberStatus(word string) graphql.Marshaler { return enums.memberStatus.marshal(word) }

// UnmarshalMemberStatus reads a MemberStatus as Circle's word.
func UnmarshalMemberStatus(v any) (string, error) { return enums.memberStatus.unmarshal(v) }

// MarshalMemberSearchOperator writes Circle's word as a MemberSearchOperator.
func MarshalMemberSearchOperator(word string) graphql.Marshaler {
	return enums.memberSearchOperator.marshal(word)
}

// UnmarshalMemberSearchOperator reads a MemberSearchOperator as Circle's word.
func UnmarshalMemberSearchOperator(v any) (string, error) {
	return enums.memberSearchOperator.unmarshal(v)
}

// MarshalProfileFieldsPage writes Circle's word as a ProfileFieldsPage.
func MarshalProfileFieldsPage(word string) graphql.Marshaler {
	return enums.profileFieldsPage.marshal(word)
}

// UnmarshalProfileFieldsPage reads a ProfileFieldsPage as Circle's word.
func UnmarshalProfileFieldsPage(v any) (string, error) { return enums.profileFieldsPage.unmarshal(v) }

// MarshalLessonStatus writes Circle's word as a LessonStatus.
func MarshalLessonStatus(word string) graphql.Marshaler { return enums.lessonStatus.marshal(word) }

// UnmarshalLessonStatus reads a LessonStatus as Circle's word.
func UnmarshalLessonStatus(v any) (string, error) { return enums.lessonStatus.unmarshal(v) }

// MarshalQuizResult writes Circle's word as a QuizResult.
func MarshalQuizResult(word string) graphql.Marshaler { return enums.quizResult.marshal(word) }

// UnmarshalQuizResult reads a QuizResult as Circle's word.
func UnmarshalQuizResult(v any) (string, error) { return enums.quizResult.unmarshal(v) }

// MarshalQuizQuestionType writes Circle's word as a QuizQuestionType.
func MarshalQuizQuestionType(word string) graphql.Marshaler {
	return enums.quizQuestionType.marshal(word)
}

// UnmarshalQuizQuestionType reads a QuizQuestionType as Circle's word.
func UnmarshalQuizQuestionType(v any) (string, error) { return enums.quizQuestionType.unmarshal(v) }

// MarshalChatRoomKind writes Circle's word as a ChatRoomKind.
func MarshalChatRoomKind(word string) graphql.Marshaler { return enums.chatRoomKind.marshal(word) }

// UnmarshalChatRoomKind reads a ChatRoomKind as Circle's word.
func UnmarshalChatRoomKind(v any) (string, error) { return enums.chatRoomKind.unmarshal(v) }

// MarshalChatEmoji writes Circle's word as a ChatEmoji.
func MarshalChatEmoji(word string) graphql.Marshaler { return enums.chatEmoji.marshal(word) }

// UnmarshalChatEmoji reads a ChatEmoji as Circle's word.
func UnmarshalChatEmoji(v any) (string, error) { return enums.chatEmoji.unmarshal(v) }

// MarshalLiveRoomType writes Circle's word as a LiveRoomType.
func MarshalLiveRoomType(word string) graphql.Marshaler { return enums.liveRoomType.marshal(word) }

// UnmarshalLiveRoomType reads a LiveRoomType as Circle's word.
func UnmarshalLiveRoomType(v any) (string, error) { return enums.liveRoomType.unmarshal(v) }

// MarshalLiveRoomView writes Circle's word as a LiveRoomView.
func MarshalLiveRoomView(word string) graphql.Marshaler { return enums.liveRoomView.marshal(word) }

// UnmarshalLiveRoomView reads a LiveRoomView as Circle's word.
func UnmarshalLiveRoomView(v any) (string, error) { return enums.liveRoomView.unmarshal(v) }

// MarshalLiveRoomAccess writes Circle's word as a LiveRoomAccess.
func MarshalLiveRoomAccess(word string) graphql.Marshaler { return enums.liveRoomAccess.marshal(word) }

// UnmarshalLiveRoomAccess reads a LiveRoomAccess as Circle's word.
func UnmarshalLiveRoomAccess(v any) (string, error) { return enums.liveRoomAccess.unmarshal(v) }
