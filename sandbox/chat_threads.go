package sandbox

import (
	"cmp"
	"net/url"
	"slices"
)

func (s *Sandbox) chatThreadRoutes() []route {
	return []route{
		{"GET /chat_threads", s.listThreads},
		{"GET /chat_threads/{id}", s.getThread},
		{"GET /chat_threads/unread_chat_threads", s.listUnreadThreads},
	}
}

// threadJSON is a message with its replies.
type threadJSON struct {
	ID      int64          `json:"id"`
	Parent  messageJSON    `json:"parent_message"`
	Replies []messageJSON  `json:"replies"`
	Room    threadRoomJSON `json:"chat_room"`
}

// threadRoomJSON is the part of the room that a thread shows, without its UUID, which the messages have.
type threadRoomJSON struct {
	Kind   string             `json:"kind"`
	Name   string             `json:"name"`
	Space  *embeddedSpaceJSON `json:"embedded_space"` // of the room of a chat space
	Lesson *lessonRef         `json:"lesson"`         // of the room of a lesson
}

type embeddedSpaceJSON struct {
	ID             int64   `json:"id"`
	Slug           string  `json:"slug"`
	Emoji          *string `json:"emoji"`
	CustomEmoji    string  `json:"custom_emoji"`
	Host           string  `json:"host"`
	IncludeDefault bool    `json:"include_default"`
}

// repliesInList is how many replies, the newest, a thread in the list shows: at least three, as in the official
// example; the real limit is not known.
const repliesInList = 3

func (s *Sandbox) threadView(m *member, t *chatThread, replies []*message) threadJSON {
	room := t.parent.room
	v := threadJSON{
		ID: t.id, Parent: s.messageView(t.parent, messageOfThread), Replies: []messageJSON{},
		Room: threadRoomJSON{Kind: room.kind, Name: s.roomName(m, room), Lesson: room.lesson},
	}
	for _, r := range replies {
		v.Replies = append(v.Replies, s.messageView(r, messageBare))
	}
	if sp := s.store.spaceByID[room.spaceID]; sp != nil && room.lesson == nil {
		ref := s.spaceRefView(sp)
		v.Room.Space = &embeddedSpaceJSON{ref.ID, ref.Slug, ref.Emoji, ref.CustomEmojiURL, s.host(), false}
	}
	return v
}

// host is the community's own domain.
func (s *Sandbox) host() string {
	u, err := url.Parse(s.publicURL)
	if err != nil {
		return ""
	}
	return u.Host
}

// ownThreads lists the threads of the member, latest reply first.
func (s *Sandbox) ownThreads(m *member) []*chatThread {
	threads := filter(s.store.chatThreads, func(t *chatThread) bool {
		return t.concerns(m.id) && s.canRead(m, t.parent.room)
	})
	newest := func(t *chatThread) int64 { return t.replies[len(t.replies)-1].id }
	slices.SortFunc(threads, func(a, b *chatThread) int { return cmp.Compare(newest(b), newest(a)) })
	return threads
}

func (s *Sandbox) listThreads(q *request) answer {
	view := func(t *chatThread) threadJSON {
		return s.threadView(q.member, t, t.replies[max(0, len(t.replies)-repliesInList):])
	}
	return ok(listPage(q.paging(10), s.ownThreads(q.member), view).withPageCount())
}

// getThread shows any thread of a room that the member can read, with all its replies.
func (s *Sandbox) getThread(q *request) answer {
	t := find(s.store.chatThreads, func(t *chatThread) bool { return t.id == q.id("id") })
	if t == nil || !s.canRead(q.member, t.parent.room) {
		return missingRecord("chat_thread")
	}
	return ok(s.threadView(q.member, t, t.replies))
}

// listUnreadThreads answers only ids, all on one page.
func (s *Sandbox) listUnreadThreads(q *request) answer {
	ids := []int64{}
	for _, t := range s.ownThreads(q.member) {
		if t.unread(q.member.id) {
			ids = append(ids, t.id)
		}
	}
	return ok(struct {
		IDs []int64 `json:"chat_thread_ids"`
	}{ids})
}
