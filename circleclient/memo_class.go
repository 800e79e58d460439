package circleclient

import (
	"net/http"
	"strings"
	"time"
)

// class is what an answer is about. What changes one class leaves answers of the others as they are.
type class uint8

const (
	classBrief  class = iota
	classLong         // what [livesLong]
	classSeldom       // and of that, what [changesSeldom]
	classChat
	classNotifications
	classes
)

// lives is how long answers of a class are given.
func (m *memo) lives(c class) time.Duration {
	switch {
	case c == classSeldom && m.config.Seldom > 0:
		return max(m.config.Seldom, m.config.Long)
	case c == classSeldom, c == classLong:
		return m.config.Long
	}
	return m.config.Brief
}

// classOf returns what an operation reads.
func classOf(template string) class {
	path := strings.TrimPrefix(template, memberAPI)
	switch {
	case changesSeldom(template):
		return classSeldom
	case livesLong(template):
		return classLong
	case strings.HasPrefix(path, "/messages"), strings.HasPrefix(path, "/chat_threads"):
		return classChat
	case strings.HasPrefix(path, "/notifications"):
		return classNotifications
	}
	return classBrief
}

// livesLong reports whether what an operation reads changes seldom.
func livesLong(template string) bool {
	switch strings.TrimPrefix(template, memberAPI) {
	case "/spaces", "/spaces/home", "/spaces/{id}", "/spaces/{space_id}/topics", "/community_links", "/community_member",
		"/page_profile_fields", "/course_topics":
		return true
	}
	return false
}

// changesSeldom reports whether an operation reads what lives longest.
func changesSeldom(template string) bool {
	switch strings.TrimPrefix(template, memberAPI) {
	case "/spaces", "/spaces/home", "/spaces/{id}", "/community_member":
		return true
	}
	return false
}

// leavesLongLived reports whether a write certainly does not touch what [livesLong]. Most do: the own profile counts
// posts, comments, bookmarks and spaces.
func leavesLongLived(template string) bool {
	path := strings.TrimPrefix(template, memberAPI)
	return strings.HasSuffix(path, "/user_likes") || strings.HasSuffix(path, "/mark_as_read") ||
		strings.HasSuffix(path, "/mark_all_as_read") ||
		strings.HasPrefix(path, "/notifications/") || strings.Contains(path, "/chat_room_messages") || path == "/reactions"
}

// leavesAll reports whether a write touches nothing that is read: signing in, and opening a session on the web pages.
func leavesAll(r *request) bool {
	return r.route.auth || r.method == http.MethodPost && r.route.template == memberAPI+"/cookies"
}
