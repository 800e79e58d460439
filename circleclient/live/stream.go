package live

import (
	"cmp"
	"slices"
	"time"

	"circlegraph/circleclient"
)

const (
	// rest is how long messages wait for those that they have overtaken. Rails overtakes itself by 10 ms at most, AnyCable
	// does not.
	rest = 25 * time.Millisecond
	// hold is how long messages wait at most for the answer to a sending, which says which one is the member's own.
	hold = 2 * time.Second
	// maxSeen and maxGone are how many messages and deletions of a stream are remembered.
	maxSeen, maxGone = 256, 64
	// maxSends is how many sendings are remembered.
	maxSends = 64
)

// streamKey is a topic of a member that tells of messages.
type streamKey struct {
	kind TopicKind
	room string
}

// stream puts the messages of a topic in order and tells of each only once.
type stream struct {
	key  streamKey
	last int64 // the newest message that was told of

	// Of rooms. What is newer than base came after following began; what has come since from may be incomplete while it
	// is behind, which it is after the gaps until a reading.
	began      time.Time
	base, from int64
	behind     bool
	gaps       int

	seen    ring[version]
	gone    ring[struct{}]
	pending []Event
	timer   *time.Timer
}

// version is how much is known of a message.
type version struct {
	edited  time.Time
	replies int
	reply   bool
}

func versionOf(m *circleclient.ChatMessage) version {
	v := version{reply: m.ParentMessageID != nil}
	if m.RepliesCount != nil {
		v.replies = *m.RepliesCount
	}
	if m.EditedAt != nil {
		v.edited = *m.EditedAt
	}
	return v
}

// ring remembers the latest of many by their numbers.
type ring[V any] struct {
	most   int
	values map[int64]V
	order  []int64
}

func (r *ring[V]) get(id int64) (V, bool) {
	v, ok := r.values[id]
	return v, ok
}

func (r *ring[V]) set(id int64, v V) {
	if r.values == nil {
		r.values = map[int64]V{}
	}
	if _, ok := r.values[id]; !ok {
		if len(r.order) >= r.most {
			delete(r.values, r.order[0])
			r.order = slices.Delete(r.order, 0, 1)
		}
		r.order = append(r.order, id)
	}
	r.values[id] = v
}

func (r *ring[V]) drop(id int64) {
	if _, ok := r.values[id]; ok {
		delete(r.values, id)
		r.order = slices.DeleteFunc(r.order, func(other int64) bool { return other == id })
	}
}

// stream returns a stream, which it begins if need be.
func (m *member) stream(kind TopicKind, uuid string) *stream {
	key := streamKey{kind, uuid}
	if m.streams[key] == nil {
		m.streams[key] = &stream{key: key, seen: ring[version]{most: maxSeen}, gone: ring[struct{}]{most: maxGone}}
	}
	return m.streams[key]
}

// isReply reports whether a message that was told of is a reply, which windows of a room do not have.
func (s *stream) isReply(id int64) bool {
	v, _ := s.seen.get(id)
	return v.reply
}

// begin notes that a room is followed, of which a message was the last. Until it is read it may be incomplete.
func (s *stream) begin(last int64, now time.Time) {
	s.base, s.last, s.began = last, last, now
	s.fallBehind()
}

// fallBehind notes that messages may be missing from now on.
func (s *stream) fallBehind() {
	if s.gaps++; !s.behind {
		s.behind, s.from = true, s.last
	}
}

// since is the message from which on a reading must look.
func (s *stream) since() int64 {
	if s.behind {
		return s.from
	}
	return s.last
}

// isNew reports whether a message that was never told of came after following began, as far as that is remembered.
func (s *stream) isNew(id int64) bool {
	if s.began.IsZero() {
		return s.last != 0 && id > s.last
	}
	return id > s.base && (len(s.seen.order) < s.seen.most || id > s.seen.order[0])
}

func (s *stream) stop() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
}

// arrive takes a message of a topic.
func (m *member) arrive(kind TopicKind, uuid string, e Event) {
	if !m.followed(kind, uuid) {
		return
	}
	s := m.stream(kind, uuid)
	s.pending = append(s.pending, e)
	wait := time.Duration(0)
	if m.current != nil && m.current.conn.Session == "" {
		wait = rest
	}
	if m.sends.under[e.Room] > 0 {
		wait = hold
	}
	switch {
	case wait == 0 && s.timer == nil:
		m.flush(s)
	case s.timer == nil:
		s.timer = m.later(wait, func() { m.flush(s) })
	}
}

// flush tells of the messages that have waited, in order.
func (m *member) flush(s *stream) {
	s.stop()
	slices.SortStableFunc(s.pending, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.number(), b.number()), cmp.Compare(a.Kind, b.Kind))
	})
	pending := s.pending
	s.pending = nil
	for _, e := range pending {
		if s.accept(&e) {
			e.IdempotencyKey = m.sends.keys[e.CreationUUID]
			m.tell(s.key.kind, s.key.room, e)
		}
	}
}

// number is that of the event's message.
func (e Event) number() int64 {
	if e.Message != nil {
		return e.Message.ID
	}
	return e.MessageID
}

// accept reports whether an event is news.
func (s *stream) accept(e *Event) bool {
	id := e.number()
	if _, gone := s.gone.get(id); gone || id == 0 {
		return false
	}
	if e.Kind == MessageDeleted {
		s.gone.set(id, struct{}{})
		s.seen.drop(id)
		return true
	}
	had, seen := s.seen.get(id)
	has := versionOf(e.Message)
	switch {
	case e.Kind == MessageAdded && seen:
		return false
	case seen && !has.edited.After(had.edited) && has.replies == had.replies:
		return false
	case e.Kind == MessageUpdated && !seen && s.isNew(id):
		e.Kind = MessageAdded // the change has overtaken the message
	}
	s.seen.set(id, has)
	s.last = max(s.last, id)
	return true
}

// sends are the member's own sendings: those under way, by room, and what clients called those that have ended.
type sends struct {
	under map[string]int
	keys  map[string]string // by the sending's UUID
	order []string
}

// begin notes a sending to a room.
func (s *sends) begin(uuid string) {
	if s.under == nil {
		s.under, s.keys = map[string]int{}, map[string]string{}
	}
	s.under[uuid]++
}

// end notes that it is over.
func (s *sends) end(uuid, creation, key string) {
	if s.under[uuid]--; s.under[uuid] <= 0 {
		delete(s.under, uuid)
	}
	if creation == "" || key == "" {
		return
	}
	if len(s.order) >= maxSends {
		delete(s.keys, s.order[0])
		s.order = s.order[1:]
	}
	s.order = append(s.order, creation)
	s.keys[creation] = key
}
