package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (s *Sandbox) notificationRoutes() []route {
	return []route{
		{"GET /notifications", s.listNotifications},
		{"GET /notifications/new_notifications_count", s.countNewNotifications},
		{"POST /notifications/reset_new_notifications_count", s.resetNewNotificationsCount},
		{"POST /notifications/mark_all_as_read", s.markAllNotificationsAsRead},
		{"POST /notifications/{id}/mark_as_read", found(s.ownNotification, s.markNotificationAsRead)},
		{"POST /notifications/{id}/archive", found(s.ownNotification, s.archiveNotification)},
		{"DELETE /notifications/{id}", found(s.ownNotification, s.deleteNotification)},
		{"GET /notification_preferences/{medium}", s.listPreferences},
		{"PUT /notification_preferences/{medium}", s.updatePreference},
		{"PUT /notification_preferences/{notification_preference_medium}/spaces", s.updateAllSpacePreferences},
		{"PUT /notification_preferences/{notification_preference_medium}/spaces/{id}", s.updateSpacePreference},
		{"GET /notification_preferences/space_members/{id}", s.spaceMemberPreferences},
	}
}

// communityName is the actor of notifications without a member.
const communityName = "Thornbury Lane Allotments"

// actionDeleted marks what the member has deleted. It is kept so that a reminder is not sent again.
const actionDeleted = "deleted"

// notify adds a notification, unless the member does not want it, may not see its subject, or did it themselves.
func (s *Sandbox) notify(n notification) {
	m := s.store.memberByID[n.memberID]
	if m == nil || !m.active || n.memberID == n.actorID || !s.wants(m, n) {
		return
	}
	if sp := s.store.spaceByID[n.spaceID]; sp != nil && !s.canView(m, sp) {
		return
	}
	n.createdAt = s.clock.Now()
	if !n.createdAt.After(m.countResetAt) {
		// A clock that stands still must not hide what came after the reset.
		n.createdAt = m.countResetAt.Add(time.Millisecond)
	}
	s.store.addNotification(&n)
	s.emit(notificationStream(m.id), "newNotification", nil)
	s.tellCount(m, "updateNewNotificationCount")
}

// wants looks up the switches of a notification: new posts follow the choice for their space, the rest follow the
// action.
func (s *Sandbox) wants(m *member, n notification) bool {
	choice := m.spaceChoice(mediumInApp, n.spaceID)
	switch {
	case n.action == "mention":
		return choice != choiceNever && m.enabled(mediumInApp, "mention")
	case n.action == "reply":
		return m.enabled(mediumInApp, "comment_reply")
	case n.action == "like" && n.subjectKind == "Comment":
		return m.enabled(mediumInApp, "comment_like")
	case n.action == "like":
		return m.enabled(mediumInApp, "post_like")
	case n.action == "add" && n.subjectKind == "Comment":
		c := s.store.comments[n.subjectID]
		return s.store.postByID[c.postID].authorID != m.id || m.enabled(mediumInApp, "post_comment")
	case n.action == "add":
		return choice == choiceAll
	}
	return true
}

// reminderLead is how long before an event its reminder comes.
const reminderLead = time.Hour

// remind adds the reminders that have come due. It runs before each read, as nothing in the sandbox runs in the
// background.
func (s *Sandbox) remind(q *request) {
	list := s.store.notification[q.member.id]
	for _, p := range s.store.posts {
		if p.event == nil || !p.event.startsAt.After(q.now) || p.event.startsAt.Add(-reminderLead).After(q.now) {
			continue
		}
		sent := func(n *notification) bool { return n.kindOfReminder() && n.subjectID == p.id }
		if p.event.going(q.member.id) && !slices.ContainsFunc(list, sent) {
			n := s.postNotification(p, q.member.id, 0)
			n.action, n.displayAction = "reminder", "starts soon"
			s.notify(n)
		}
	}
}

// kindOfReminder reports whether it is a reminder, also if deleted.
func (n *notification) kindOfReminder() bool {
	return n.action == "reminder" || (n.action == actionDeleted && n.subjectKind == "Event" && n.actorID == 0)
}

// notificationJSON is a notification. The pointers are what some operations, or some kinds, leave out.
type notificationJSON struct {
	ID            int64    `json:"id"`
	CreatedAt     stamp    `json:"created_at"`
	ReadAt        stamp    `json:"read_at"`
	Action        string   `json:"action"`
	SubjectID     int64    `json:"notifiable_id"`
	SpaceTitle    string   `json:"space_title,omitempty"`
	DisplayAction string   `json:"display_action"`
	SpaceID       int64    `json:"space_id,omitempty"`
	TextStructure []string `json:"notification_text_structure"`
	ActorName     string   `json:"actor_name"`
	Title         string   `json:"notifiable_title"`
	ActorImage    *string  `json:"actor_image"`
	*secondActor
	SubjectKind string          `json:"notifiable_type"`
	URL         string          `json:"action_web_url"`
	Subject     *notifiableJSON `json:"notifiable,omitempty"` // missing when it is gone
}

// secondActor is missing in what archiving and deleting answer.
type secondActor struct {
	Image *string `json:"second_actor_image"`
	Name  *string `json:"second_actor_name"`
}

// notifiableJSON locates the subject of a notification.
type notifiableJSON struct {
	ID int64 `json:"id"`
	*notifiableComment
	CommunityID int64 `json:"community_id"`
	SpaceID     int64 `json:"space_id,omitempty"`
}

type notifiableComment struct {
	PostID   int64  `json:"post_id"`
	ParentID *int64 `json:"parent_comment_id"`
}

func (s *Sandbox) notificationView(n *notification) notificationJSON {
	v := notificationJSON{
		ID: n.id, CreatedAt: stamp(n.createdAt), ReadAt: stamp(n.readAt), Action: n.action, SubjectID: n.subjectID,
		DisplayAction: n.displayAction, TextStructure: []string{"actor_name", "display_action", "notifiable_title"},
		ActorName: communityName, Title: n.title, SubjectKind: n.subjectKind, URL: s.publicURL, secondActor: &secondActor{},
	}
	if sp := s.store.spaceByID[n.spaceID]; sp != nil {
		v.SpaceID, v.SpaceTitle = sp.id, sp.name
	}
	if m := s.store.memberByID[n.actorID]; m != nil {
		v.ActorName, v.ActorImage = m.name(), orNull(m.avatarURL)
	}
	if m := s.store.memberByID[n.secondActorID]; m != nil {
		v.Name, v.Image = new(m.name()), orNull(m.avatarURL)
	}
	subject := &notifiableJSON{ID: n.subjectID, CommunityID: communityID, SpaceID: n.spaceID}
	switch n.subjectKind {
	case "Post", "Event":
		if p := s.store.postByID[n.subjectID]; p != nil {
			v.Subject, v.URL = subject, s.postURL(p)
		}
	case "Comment":
		if c := s.store.comments[n.subjectID]; c != nil {
			subject.notifiableComment = &notifiableComment{c.postID, idOrNull(c.parentID)}
			v.Subject, v.URL = subject, s.commentURL(c)
		}
	case "ChatRoomMessage":
		if m := s.store.messages[n.subjectID]; m != nil {
			v.Subject, v.URL = subject, s.publicURL+"/messages/"+m.room.uuid
		}
	case "CommunityMember":
		if m := s.store.memberByID[n.subjectID]; m != nil {
			v.Subject, v.URL = subject, s.publicURL+"/u/"+m.publicUID
		}
	}
	return v
}

// inbox lists the notifications that the member sees, oldest first: not those archived or deleted, nor of spaces that
// are closed to them.
func (s *Sandbox) inbox(q *request) []*notification {
	s.remind(q)
	return s.inboxOf(q.member)
}

func (s *Sandbox) inboxOf(m *member) []*notification {
	list := filter(s.store.notification[m.id], func(n *notification) bool {
		sp := s.store.spaceByID[n.spaceID]
		return !n.archived && (sp == nil || s.canView(m, sp))
	})
	slices.SortStableFunc(list, func(a, b *notification) int { return a.createdAt.Compare(b.createdAt) })
	return list
}

func (s *Sandbox) listNotifications(q *request) answer {
	if !positive(q, "page") {
		return failure(http.StatusBadRequest, "Invalid page parameter. Page must be a positive integer.")
	}
	if !positive(q, "per_page") {
		return failure(http.StatusBadRequest, "Invalid per_page parameter. Per page must be a positive integer.")
	}
	list := s.inbox(q)
	switch q.param("status") { // any other word is taken for "all"
	case "read":
		list = slices.DeleteFunc(list, func(n *notification) bool { return n.readAt.IsZero() })
	case "unread":
		list = slices.DeleteFunc(list, func(n *notification) bool { return !n.readAt.IsZero() })
	}
	if q.param("sort") != "oldest" {
		slices.Reverse(list)
	}
	return ok(pagesCounted(listPage(q.paging(20), list, s.notificationView)))
}

// positive reports whether a parameter is missing or a positive integer. Only the list of notifications checks this.
func positive(q *request, name string) bool {
	if !q.URL.Query().Has(name) {
		return true
	}
	n, err := strconv.Atoi(q.param(name))
	return err == nil && n > 0
}

// pagesCounted adds page_count, which only here counts pages: the official examples have two notifications on one page.
func pagesCounted[T any](l listing[T]) listing[T] {
	l.PageCount = new(max(1, (l.Count+l.PerPage-1)/l.PerPage))
	return l
}

// countsJSON counts new notifications: unread, and added since the count was last reset. Content is what is new in
// spaces, inbox what concerns the member in person.
type countsJSON struct {
	All        int `json:"new_notifications_count"`
	Mentions   int `json:"new_mentions_count"`
	Inbox      int `json:"new_inbox_count"`
	Content    int `json:"new_content_count"`
	Moderation int `json:"new_moderation_count"` // the sandbox notifies nobody of reports
}

func (s *Sandbox) countNewNotifications(q *request) answer {
	s.remind(q)
	return ok(s.countNew(q.member))
}

func (s *Sandbox) countNew(m *member) (counts countsJSON) {
	for _, n := range s.inboxOf(m) {
		if !n.readAt.IsZero() || !n.createdAt.After(m.countResetAt) {
			continue
		}
		counts.All++
		switch {
		case n.action == "add" && n.subjectKind != "Comment":
			counts.Content++
			continue
		case n.action == "mention":
			counts.Mentions++
		}
		counts.Inbox++
	}
	return counts
}

func (s *Sandbox) resetNewNotificationsCount(q *request) answer {
	s.remind(q) // reminders that are due by now are no longer new
	q.member.countResetAt = q.now
	for _, n := range s.store.notification[q.member.id] {
		if n.createdAt.After(q.member.countResetAt) {
			q.member.countResetAt = n.createdAt // see notify
		}
	}
	s.tellCount(q.member, "resetNewNotificationCount")
	return ok(struct {
		Count int `json:"new_notifications_count"`
	}{0})
}

// markAllNotificationsAsRead marks all notifications, or those of one space, post with comments, or comment.
func (s *Sandbox) markAllNotificationsAsRead(q *request) answer {
	var in struct {
		Parent *struct {
			Type string `json:"type"`
			ID   int64  `json:"id"`
		} `json:"parent_notifiable"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	for _, n := range s.inbox(q) {
		if n.readAt.IsZero() && (in.Parent == nil || s.hangsOn(n, in.Parent.Type, in.Parent.ID)) {
			n.readAt = q.now
		}
	}
	event := "resetNewNotificationCount"
	if in.Parent != nil {
		event = "updateNewNotificationCount"
	}
	s.tellCount(q.member, event)
	return answer{status: http.StatusOK} // with no body at all
}

func (s *Sandbox) hangsOn(n *notification, kind string, id int64) bool {
	if kind == "Space" {
		return n.spaceID == id
	}
	if n.subjectKind == kind && n.subjectID == id {
		return true
	}
	c := s.store.comments[n.subjectID]
	return n.subjectKind == "Comment" && c != nil && kind != "Comment" && c.postID == id
}

// ownNotification finds the path's notification among the member's own.
func (s *Sandbox) ownNotification(q *request) (*notification, answer) {
	return foundRecord("notification", s.store.notification[q.member.id], func(n *notification) bool {
		return n.id == q.id("id") && n.action != actionDeleted
	})
}

func (s *Sandbox) markNotificationAsRead(q *request, n *notification) answer {
	if n.readAt.IsZero() {
		n.readAt = q.now
	}
	s.tellCount(q.member, "updateNewNotificationCount")
	return ok(s.notificationView(n))
}

func (s *Sandbox) archiveNotification(q *request, n *notification) answer {
	n.archived = true
	s.tellCount(q.member, "updateNewNotificationCount")
	v := s.notificationView(n)
	v.secondActor = nil
	return ok(v)
}

func (s *Sandbox) deleteNotification(q *request, n *notification) answer {
	v := s.notificationView(n)
	v.secondActor = nil
	n.action, n.archived = actionDeleted, true
	s.tellCount(q.member, "updateNewNotificationCount")
	return ok(v)
}
