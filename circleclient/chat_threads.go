package circleclient

import (
	"context"
)

// ChatThread is a message with its replies.
type ChatThread struct {
	// ID is Circle's number of the thread.
	ID int64 `json:"id"`
	// ParentMessage is what was replied to.
	ParentMessage *ChatMessage `json:"parent_message"`
	// Replies are all replies, oldest first; only some of them in the list of threads.
	Replies []*ChatMessage `json:"replies"`
	// Room is the part of the room that comes with a thread.
	Room *ThreadRoom `json:"chat_room"`
}

// ThreadRoom is the room of a thread. The thread's messages have its UUID.
type ThreadRoom struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	// EmbeddedSpace and Lesson are where the room is embedded; both nil for rooms of the inbox.
	EmbeddedSpace *SpaceRef       `json:"embedded_space"`
	Lesson        *EmbeddedLesson `json:"lesson"`
}

// ChatRoom returns the room of the thread, of which only UUID, kind, name and place are known; nil without a UUID.
func (t *ChatThread) ChatRoom() *ChatRoom {
	if t.ParentMessage == nil || t.ParentMessage.ChatRoomUUID == "" {
		return nil
	}
	room := &ChatRoom{UUID: t.ParentMessage.ChatRoomUUID}
	if r := t.Room; r != nil {
		room.Source, room.Kind, room.Name = SourceThreadRoom, r.Kind, r.Name
		room.EmbeddedSpace, room.EmbeddedLesson = r.EmbeddedSpace, r.Lesson
	}
	return room
}

// Carries reports whether the record has [ChatThreadDetails], which every operation sends.
func (t *ChatThread) Carries(Part) bool { return t.ParentMessage != nil }

func (t *ChatThread) setSource(Source) {
	if t.ParentMessage != nil {
		t.ParentMessage.setSource(SourceThreadParent)
	}
	for _, m := range t.Replies {
		m.setSource(SourceThreadReply)
	}
}

// Threads reads the threads that the viewer takes part in, those with the newest replies first.
//
//circle:op GET /api/headless/v1/chat_threads
func (s *ChatService) Threads(ctx context.Context, o PageOptions) (*Page[*ChatThread], error) {
	page, err := get[Page[*ChatThread]](ctx, s.client, member("/chat_threads"), o.query())
	return filledBy(page, err, SourceChatThreads)
}

// Thread reads one thread with all its replies.
//
//circle:op GET /api/headless/v1/chat_threads/{id}
func (s *ChatService) Thread(ctx context.Context, threadID int64) (*ChatThread, error) {
	t, err := get[ChatThread](ctx, s.client, member("/chat_threads/{id}", id(threadID)), nil)
	return filled(t, err, SourceChatThread)
}

type unreadThreads struct {
	IDs []int64 `json:"chat_thread_ids"`
}

// UnreadThreads reads the numbers of all threads that have unread replies.
//
//circle:op GET /api/headless/v1/chat_threads/unread_chat_threads
func (s *ChatService) UnreadThreads(ctx context.Context) ([]int64, error) {
	unread, err := get[unreadThreads](ctx, s.client, member("/chat_threads/unread_chat_threads"), nil)
	if err != nil {
		return nil, err
	}
	return unread.IDs, nil
}
