package live

import (
	"time"

	"circlegraph/circleclient"
)

// TopicKind is what can be followed.
type TopicKind uint8

// The topics.
const (
	// Counts is how many notifications are new.
	Counts TopicKind = iota
	// Notifications is that there are new ones.
	Notifications
	// Inbox is the member's rooms, without embedded ones, and the new messages in them.
	Inbox
	// Room is the messages of one room.
	Room
	// Threads is the threads that the member takes part in.
	Threads
	// StatusOf is how the member is told. It opens no cable.
	StatusOf
	topicKinds
)

// Topic is what a follower wants to be told.
type Topic struct {
	Kind TopicKind
	// Room is the UUID of the room, for [Room].
	Room string
	// After is the last message that the follower has, for [Room]; 0 for none. Newer ones come first.
	After int64
	// Full asks for all counts, for [Counts]: events have only that of all notifications.
	Full bool
}

// EventKind is what has happened.
type EventKind uint8

// The events.
const (
	// CountsChanged has Counts, or only NewNotifications.
	CountsChanged EventKind = iota
	// Notified says that there are new notifications.
	Notified
	// MessageAdded has Message, CreationUUID and IdempotencyKey.
	MessageAdded
	// MessageUpdated has Message; if its source is unknown, it must be read.
	MessageUpdated
	// MessageDeleted has MessageID, and Parent if it was a reply.
	MessageDeleted
	// RoomAdded, RoomUpdated and RoomDeleted have Room.
	RoomAdded
	RoomUpdated
	RoomDeleted
	// ThreadUpdated has ThreadID.
	ThreadUpdated
	// Missed says that events since Since may be lost: what is shown must be read again.
	Missed
	// StatusChanged has Status.
	StatusChanged
	// MessageReacted is for [Live.Did] only: a message of which the reactions have changed. It is told as MessageUpdated.
	MessageReacted
)

// Event is something that has happened.
type Event struct {
	Kind EventKind
	// Room is the UUID of the room.
	Room string
	// Message is a message as the cable or Circle's REST API sends it, see [circleclient.ChatMessage.Source].
	Message *circleclient.ChatMessage
	// Parent is the message that a deleted reply answered; nil if it is not known.
	Parent    *circleclient.ChatMessage
	MessageID int64
	ThreadID  int64
	// CreationUUID names the sending, as the answer to it did.
	CreationUUID string
	// IdempotencyKey is what the member's own client gave with the sending; empty if it did not pass this process.
	IdempotencyKey string
	// NewNotifications is the count of the event, Counts are all counts; nil if they are not known.
	NewNotifications *int
	Counts           *circleclient.NotificationCounts
	// Since is when the gap began; zero if that is not known.
	Since  time.Time
	Status Status
}

// mailbox is how many events may wait for a follower.
const mailbox = 64

// Follower is one subscription.
type Follower struct {
	source circleclient.TokenSource
	topics []Topic
	member *member

	// Guarded by the member.
	replaying bool
	held      []Event           // while it replays
	replayed  map[int64]version // the messages that a replay has told it of, until they are told of otherwise too
	closed    bool
	waiting   []Event       // to be told
	told      func([]Event) // see Tell
	telling   bool          // a goroutine is at it
}

func newFollower(source circleclient.TokenSource, topics []Topic) *Follower {
	f := &Follower{source: source, topics: topics}
	for _, topic := range topics {
		f.replaying = f.replaying || topic.After != 0
	}
	return f
}

// Tell has told called with what happens, one call after the other, each with all that waits by then, and at last, when
// the follower's context has ended, with nothing. While nothing happens no goroutine is needed. A follower that does
// not return from told loses what waits and gets a single [Missed] instead.
func (f *Follower) Tell(told func([]Event)) {
	f.member.mu.Lock()
	defer f.member.mu.Unlock()
	f.told = told
	f.wake()
}

// Leave ends the follower before its context does.
func (f *Follower) Leave() { f.member.leave(f) }

// wake begins to tell, if there is something to be told and nobody is at it. The member's mutex is held.
func (f *Follower) wake() {
	if f.told != nil && !f.telling && (f.closed || len(f.waiting) > 0) {
		f.telling = true
		go f.tell()
	}
}

// tell hands on what waits.
func (f *Follower) tell() {
	for {
		f.member.mu.Lock()
		waiting, closed := f.waiting, f.closed
		f.waiting = nil
		f.telling = len(waiting) > 0 || closed // after the end nothing more is told
		f.member.mu.Unlock()
		if !closed && len(waiting) == 0 {
			return
		}
		if closed {
			waiting = nil
		}
		f.told(waiting)
		if closed {
			return
		}
	}
}

// close ends it. The member's mutex is held.
func (f *Follower) close() {
	if !f.closed {
		f.closed = true
		f.wake()
	}
}

// follows reports whether it wants to be told of a topic.
func (f *Follower) follows(kind TopicKind, room string) bool {
	for _, topic := range f.topics {
		if topic.Kind == kind && topic.Room == room {
			return true
		}
	}
	return false
}

// full reports whether it wants all counts.
func (f *Follower) full() bool {
	for _, topic := range f.topics {
		if topic.Kind == Counts && topic.Full {
			return true
		}
	}
	return false
}

// repeats reports whether an event says nothing but what a replay has said. A message that has changed since is told of
// as changed.
func (f *Follower) repeats(e *Event) bool {
	if e.Kind != MessageAdded {
		return false
	}
	had, told := f.replayed[e.Message.ID]
	if !told {
		return false
	}
	delete(f.replayed, e.Message.ID)
	has := versionOf(e.Message)
	e.Kind = MessageUpdated
	return !has.edited.After(had.edited) && has.replies == had.replies
}

// put hands an event over. The member's mutex is held.
func (f *Follower) put(e Event) (missed bool) {
	switch {
	case f.closed, f.repeats(&e):
		return false
	case f.replaying && len(f.held) < mailbox:
		f.held = append(f.held, e)
		return false
	case f.replaying:
		f.held = []Event{{Kind: Missed}}
		return true
	}
	if len(f.waiting) < mailbox {
		f.waiting = append(f.waiting, e)
		f.wake()
		return false
	}
	if e.Kind == StatusChanged || e.Kind == CountsChanged { // the latest says all
		f.waiting = []Event{e}
		return false
	}
	f.waiting = []Event{{Kind: Missed}}
	return true
}
