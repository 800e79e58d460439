package circleclient

import (
	"net/url"
	"strconv"
	"strings"
)

// Link is what an address of the community's web pages names. Parts that it does not name are empty or 0; the zero Link
// is a page without a single subject.
type Link struct {
	// SpaceSlug and PostSlug are of /c/space/post.
	SpaceSlug, PostSlug string
	// CommentID is of /c/space/post#comment_wrapper_1; it may be a reply.
	CommentID int64
	// LessonID is of /c/course/sections/1/lessons/2; SpaceSlug is then the course.
	LessonID int64
	// MemberUID is of /u/15790c98: the member's public uid.
	MemberUID string
	// RoomUUID is of /messages/uuid, MessageID of a message_id in its query.
	RoomUUID  string
	MessageID int64
}

// ParseLink reads the address of a page, whatever its host.
func ParseLink(u *url.URL) Link {
	parts := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil || slug(plain).err != nil {
			return Link{}
		}
		parts[i] = plain
	}
	switch {
	case parts[0] == "c" && len(parts) == 2:
		return Link{SpaceSlug: parts[1]}
	case parts[0] == "c" && len(parts) == 3:
		return Link{SpaceSlug: parts[1], PostSlug: parts[2], CommentID: commentOfLink(u)}
	case parts[0] == "c" && len(parts) == 6 && parts[2] == "sections" && parts[4] == "lessons":
		if n := linkNumber(parts[5]); n != 0 {
			return Link{SpaceSlug: parts[1], LessonID: n}
		}
	case parts[0] == "u" && len(parts) == 2:
		return Link{MemberUID: parts[1]}
	case parts[0] == "messages" && len(parts) == 2 && uuid(parts[1]).err == nil:
		return Link{RoomUUID: strings.ToLower(parts[1]), MessageID: linkNumber(u.Query().Get("message_id"))}
	}
	return Link{}
}

func commentOfLink(u *url.URL) int64 {
	if n, ok := strings.CutPrefix(u.Fragment, "comment_wrapper_"); ok {
		return linkNumber(n)
	}
	return linkNumber(u.Query().Get("comment_id"))
}

// linkNumber returns a number in an address; 0 if it is not a number.
func linkNumber(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
