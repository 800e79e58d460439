package circleclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"

	"circlegraph/circleclient/lenient"
)

// A success of HTTP is not one of Circle: its answers also say no with 200, and leave out what they should give.

var (
	errNameless    = errors.New("the answer lacks what names the record")
	errUnconfirmed = errors.New("the answer to the write says nothing")
)

// emptyAnswers are the writes that Circle documents as answered with nothing, whatever the status.
func emptyAnswers() []string {
	return []string{
		"POST /api/headless/v1/invitation_links/{token}/join",
		"POST /api/headless/v1/messages/{uuid}/mark_all_as_read",
		"PUT /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages/{id}",
		"DELETE /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages/{id}",
		"POST /api/headless/v1/notifications/mark_all_as_read",
		"DELETE /api/headless/v1/bookmarks/{id}",
		"DELETE /api/headless/v1/reactions",
		"PUT /api/headless/v1/quizzes/{quiz_id}/attempts/{id}",
		"POST /api/v1/headless/access_token/revoke",
		"POST /api/v1/headless/refresh_token/revoke",
	}
}

// confirmedBy reports whether a success says that the write was carried out: 204 does, and an object with a value in
// it, whose `success`, if it has one, is true.
func (r *request) confirmedBy(got *answer) bool {
	if r.read || got.status == http.StatusNoContent || slices.Contains(emptyAnswers(), r.operation()) {
		return true
	}
	var said map[string]json.RawMessage
	if lenient.Decode(got.body, &said) != nil {
		return false
	}
	if success, ok := said["success"]; ok {
		var yes bool
		return lenient.Decode(success, &yes) == nil && yes
	}
	if !isSet(said["id"]) {
		delete(said, "id") // a record that was not made
	}
	return slices.ContainsFunc(slices.Collect(maps.Values(said)), saysSomething)
}

// saysSomething reports whether a value is neither null nor empty.
func saysSomething(value json.RawMessage) bool {
	switch string(value) {
	case "", "null", `""`, "{}", "[]":
		return false
	}
	return true
}

// isSet reports whether a value says something, and neither false nor zero.
func isSet(value json.RawMessage) bool {
	switch string(value) {
	case "false", "0", `"0"`, `"false"`:
		return false
	}
	return saysSomething(value)
}

// refuses reports whether a success is a refusal: `success` is false, or the answer to a write consists of what is
// wrong instead of a record.
func (a *answer) refuses(write bool) bool {
	const longest = 16 << 10 // a refusal is a sentence
	if len(a.body) > longest || !write && !bytes.Contains(a.body, []byte(`"success"`)) {
		return false
	}
	var reply struct {
		errorReply
		ID      json.RawMessage `json:"id"`
		Success *bool           `json:"success"`
		Status  string          `json:"status"`
	}
	if lenient.Decode(a.body, &reply) != nil {
		return false
	}
	if reply.Success != nil {
		return !*reply.Success
	}
	if !write || isSet(reply.ID) {
		return false
	}
	known, _ := memberSentences.find(reply.said())
	return isSet(reply.Error) || isSet(reply.Errors) || reply.Status == "error" ||
		errors.Is(known.kind, ErrForbidden) || errors.Is(known.kind, ErrNotFound)
}

// refused makes an error of a refusal with a status of success. What it says is what 422 would have said.
func (c *Client) refused(r *request, got *answer) *Error {
	e := c.classify(r, &answer{
		status: http.StatusUnprocessableEntity, contentType: got.contentType, header: got.header, body: got.body,
	})
	e.Status = got.status
	return e
}

// nameless reports whether v is a record without what names it.
func nameless(v any) bool {
	record, ok := v.(lenient.Named)
	return ok && !record.Named()
}

// A list is one only with its records, which an empty list has too. What else comes with 200 (an empty object, null, a
// text) says nothing about what there is, so it must not read as "nothing".

// Named reports whether the page has its records.
func (p *Page[T]) Named() bool { return p.Records != nil }

// Named reports whether the window has its messages.
func (w *MessageWindow) Named() bool { return w.Records != nil }

// Named reports whether the list is there.
func (u *unreadRooms) Named() bool { return u.Rooms != nil }

// Named reports whether the list is there.
func (u *unreadThreads) Named() bool { return u.IDs != nil }

// Named reports whether one of the lists is there.
func (p *NotificationPreferences) Named() bool {
	return p.NotificationPreferences != nil || p.SpacePreferences != nil
}

// Named reports whether the record has its number.
func (p *Post) Named() bool { return p.ID > 0 }

// Named reports whether the record has its number.
func (c *Comment) Named() bool { return c.ID > 0 }

// Named reports whether the record has its number.
func (s *Space) Named() bool { return s.ID > 0 }

// Named reports whether the record has its number.
func (l *Lesson) Named() bool { return l.ID > 0 }

// Named reports whether the record has its number.
func (s *CourseSection) Named() bool { return s.ID > 0 }

// Named reports whether the record has its number.
func (a *QuizAttempt) Named() bool { return a.ID > 0 }

// Named reports whether the record has its number.
func (b *Bookmark) Named() bool { return b.ID > 0 }

// Named reports whether the record has its number.
func (n *Notification) Named() bool { return n.ID > 0 }

// Named reports whether the record has its number.
func (m *ChatMessage) Named() bool { return m.ID > 0 }

// Named reports whether the record has its number.
func (t *ChatThread) Named() bool { return t.ID > 0 }

// Named reports whether the record has its UUID.
func (r *ChatRoom) Named() bool { return IsUUID(r.UUID) }

// Named reports whether the record has its number.
func (r *LiveRoom) Named() bool { return r.ID > 0 }

// Named reports whether the record has its number and the member's.
func (a *EventAttendee) Named() bool { return a.ID > 0 && a.CommunityMemberID > 0 }

// Named reports whether the record has its number and the member's.
func (p *ChatParticipant) Named() bool { return p.ID > 0 && p.CommunityMemberID > 0 }

// Named reports whether the record has the member's number.
func (p *Profile) Named() bool { return p.ID > 0 }

// Named reports whether the record has the member's number.
func (m *CurrentMember) Named() bool { return m.ID > 0 }

// Named reports whether the record has the member's number.
func (l *Liker) Named() bool { return l.CommunityMemberID > 0 }

// Named reports whether the record has the member's number.
func (m *DirectoryMember) Named() bool { return m.CommunityMemberID > 0 }

// Named reports whether the record has the member's number.
func (m *SearchedMember) Named() bool { return m.CommunityMemberID > 0 }

// Named reports whether the record has the space's number.
func (u *SpaceUnread) Named() bool { return u.SpaceID > 0 }

// Named reports whether the record has a name: the home space has no number.
func (s *homeSpace) Named() bool { return s.ID > 0 || s.Slug != "" || s.Name != "" }

// Named reports whether the record has the name of the sending.
func (m *SentChatMessage) Named() bool { return m.CreationUUID != "" }

// Named reports whether the record has a state.
func (p *LessonProgress) Named() bool { return p.Status != "" }

// Named reports whether the record has its signed id.
func (u *DirectUpload) Named() bool { return u.SignedID != "" }

// Named reports whether the answer says that the profile was changed.
func (r *profileReply) Named() bool { return r.Message != "" || r.CurrentCommunityMember.Named() }

// Named reports whether the room in it has its UUID.
func (w *wrappedRoom) Named() bool { return w.unwrapped().Named() }

// Named reports whether the lesson in it has its number.
func (w *wrappedLesson) Named() bool { return w.unwrapped().Named() }
