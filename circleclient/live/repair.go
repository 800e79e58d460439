package live

import (
	"context"
	"errors"
	"time"

	"circlegraph/circleclient"
)

const (
	// olderInWindow and newerInWindow are how far a reading of a room looks back and ahead.
	olderInWindow, newerInWindow = 20, 80
	// attempts is how often a repair is tried.
	attempts = 3
	// firstReading is how long after following began a room may be read for the first time and nothing be missed.
	firstReading = 5 * time.Second
	// longGap is when a gap is too long to find all edits and deletions.
	longGap = 5 * time.Minute
	// skew is how far Circle's clock may be from ours.
	skew = time.Minute
	// maxThreads is how many threads a repair tells of.
	maxThreads = 20
	// settling is how long an event may be on its way before a reading, while the cable stands, takes it for lost.
	settling = 15 * time.Second
)

// repair reads what the followers may have missed, in the background. Until it is done the member is not up to date.
func (m *member) repair() {
	since := m.lostAt
	m.lostAt = time.Time{}
	m.repairing, m.readAt, m.looks = true, m.live.options.Now(), 0
	m.start(func(ctx context.Context) {
		err := m.catchUp(ctx, since)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.repairing = false
		if err != nil || !since.IsZero() && m.live.options.Now().Sub(since) > longGap {
			m.missed(since)
		}
		m.report(len(m.wanted()) > 0, true)
	})
}

// missed tells all who follow chat or notifications that something may be lost.
func (m *member) missed(since time.Time) {
	for f := range m.followers {
		if !f.follows(StatusOf, "") {
			f.put(Event{Kind: Missed, Since: since})
		}
	}
}

// followedKinds are the topics that are followed, rooms apart. The mutex is held.
func (m *member) followedKinds() (kinds [topicKinds]bool, rooms []string) {
	for f := range m.followers {
		for _, topic := range f.topics {
			kinds[topic.Kind] = true
		}
	}
	for uuid := range m.rooms {
		rooms = append(rooms, uuid)
	}
	return kinds, rooms
}

// catchUp reads everything that is followed. since is when the gap began, zero if nothing was followed before.
func (m *member) catchUp(ctx context.Context, since time.Time) error {
	m.mu.Lock()
	kinds, rooms := m.followedKinds()
	m.mu.Unlock()
	var errs []error
	again := !since.IsZero()
	if kinds[Counts] || kinds[Notifications] {
		errs = append(errs, m.try(ctx, m.catchUpCounts))
	}
	for _, uuid := range rooms {
		errs = append(errs, m.try(ctx, func(ctx context.Context) error { return m.catchUpRoom(ctx, uuid, false) }))
	}
	if kinds[Inbox] {
		errs = append(errs, m.try(ctx, func(ctx context.Context) error { return m.catchUpInbox(ctx, since) }))
	}
	if kinds[Threads] && again {
		errs = append(errs, m.try(ctx, m.catchUpThreads))
	}
	return errors.Join(errs...)
}

// try reads, some times if need be.
func (m *member) try(ctx context.Context, read func(context.Context) error) (err error) {
	for n := range attempts {
		if err = read(ctx); err == nil || ctx.Err() != nil || errors.Is(err, circleclient.ErrNoToken) {
			return err
		}
		pause := time.NewTimer(time.Second << n)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
		}
	}
	return err
}

func (m *member) catchUpCounts(ctx context.Context) error {
	counts, err := m.live.options.Client.Notifications.Counts(ctx)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tell(Counts, "", Event{Kind: CountsChanged, Counts: counts})
	if m.count != nil && counts.NewNotifications > *m.count {
		m.tell(Notifications, "", Event{Kind: Notified})
	}
	m.count = &counts.NewNotifications
	return nil
}

// repairRoom reads one room, in the background.
func (m *member) repairRoom(uuid string) {
	m.start(func(ctx context.Context) {
		if m.try(ctx, func(ctx context.Context) error { return m.catchUpRoom(ctx, uuid, false) }) != nil {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.tell(Room, uuid, Event{Kind: Missed})
		}
	})
}

// catchUpRoom reads a room from where it may be incomplete, and tells of what has changed. If it is only checking, it
// reads the newest messages, and leaves what is on its way to the cable.
func (m *member) catchUpRoom(ctx context.Context, uuid string, checking bool) error {
	m.mu.Lock()
	from, last, gaps := int64(0), int64(0), 0
	if s := m.streams[streamKey{Room, uuid}]; s != nil {
		from, last, gaps = s.since(), s.last, s.gaps
		checking = checking && !s.behind
	}
	until := time.Time{}
	if checking {
		from, until = 0, m.live.options.Now().Add(-settling)
	}
	m.mu.Unlock()
	w, err := m.window(ctx, uuid, from)
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case errors.Is(err, circleclient.ErrNotFound) || errors.Is(err, circleclient.ErrForbidden):
		m.tell(Room, uuid, Event{Kind: RoomDeleted, Room: uuid}) // gone, or no longer theirs
		return nil
	case err != nil:
		return err
	case !m.followed(Room, uuid):
		return nil
	}
	s := m.stream(Room, uuid)
	first := len(s.seen.order) == 0 && !checking
	m.compare(s, w, last, until)
	m.flush(s)
	if s.gaps == gaps { // else the cable was lost meanwhile
		s.behind = false
	}
	late := first && m.live.options.Now().Sub(s.began) > firstReading // what was deleted meanwhile cannot be found
	short := w.HasNextPage || from != 0 && w.FirstID > from && w.HasPreviousPage
	if late || short {
		m.tell(Room, uuid, Event{Kind: Missed, Since: s.began})
	}
	return nil
}

// window reads a room around a message, which may be gone.
func (m *member) window(ctx context.Context, uuid string, last int64) (*circleclient.MessageWindow, error) {
	chat := m.live.options.Client.Chat
	newest := circleclient.MessageWindowOptions{Older: circleclient.MaxPerPage - 1}
	if last == 0 {
		return chat.Messages(ctx, uuid, newest)
	}
	w, err := chat.Messages(ctx, uuid,
		circleclient.MessageWindowOptions{Anchor: last, Older: olderInWindow, Newer: newerInWindow})
	if errors.Is(err, circleclient.ErrNotFound) {
		return chat.Messages(ctx, uuid, newest)
	}
	return w, err
}

// compare finds what has changed in a room; last was the newest message that had been told of before it was read. What
// was sent after until is left out, unless that is zero.
func (m *member) compare(s *stream, w *circleclient.MessageWindow, last int64, until time.Time) {
	there := map[int64]bool{}
	for _, message := range w.Records {
		there[message.ID] = true
		e := Event{Kind: MessageUpdated, Room: s.key.room, Message: message}
		_, seen := s.seen.get(message.ID)
		switch {
		case seen:
		case !until.IsZero() && message.SentAt.After(until):
			continue
		case s.isNew(message.ID):
			e.Kind = MessageAdded
		case message.EditedAt == nil || message.EditedAt.Before(s.began.Add(-skew)): // as it was when following began
			s.seen.set(message.ID, versionOf(message))
			continue
		}
		s.pending = append(s.pending, e)
	}
	for _, id := range s.seen.order {
		if !there[id] && id >= w.FirstID && id <= last && !s.isReply(id) { // later ones may have come after the reading
			s.pending = append(s.pending, Event{Kind: MessageDeleted, Room: s.key.room, MessageID: id})
		}
	}
}

// inboxPage is how much of the inbox is looked at.
func inboxPage() circleclient.PageOptions { return circleclient.PageOptions{Page: 1, PerPage: 20} }

// catchUpInbox tells of the rooms in which something was written or read since they were looked at, or else since a
// time unless that is zero.
func (m *member) catchUpInbox(ctx context.Context, since time.Time) error {
	page, err := m.live.options.Client.Chat.Rooms(ctx, inboxPage())
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	changed := 0
	for _, room := range page.Records {
		m.uuids[room.ID] = room.UUID
		now := inboxRoom{}
		if room.UnreadMessagesCount != nil {
			now.unread = *room.UnreadMessagesCount
		}
		newer := false
		if room.LastMessage != nil {
			now.last = room.LastMessage.ID
			newer = !since.IsZero() && room.LastMessage.SentAt.After(since.Add(-skew))
		}
		before, known := m.inbox[room.UUID]
		m.inbox[room.UUID] = now
		if known && now != before || !known && newer {
			changed++
			m.tell(Inbox, "", Event{Kind: RoomUpdated, Room: room.UUID})
		}
	}
	if changed > 0 && changed == len(page.Records) && page.HasNextPage {
		m.tell(Inbox, "", Event{Kind: Missed, Since: since})
	}
	return nil
}

// catchUpThreads tells of the threads in which something is unread.
func (m *member) catchUpThreads(ctx context.Context) error {
	ids, err := m.live.options.Client.Chat.UnreadThreads(ctx)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(ids) > maxThreads {
		m.tell(Threads, "", Event{Kind: Missed})
		return nil
	}
	for _, id := range ids {
		m.tell(Threads, "", Event{Kind: ThreadUpdated, ThreadID: id})
	}
	return nil
}

// replay reads what a follower has missed since the last message that it has. What happens meanwhile waits.
func (m *member) replay(ctx context.Context, f *Follower, topic Topic) {
	ctx = context.WithoutCancel(ctx)
	read := func(context.Context) error {
		w, err := m.window(circleclient.With(ctx, circleclient.Fresh), topic.Room, topic.After)
		m.mu.Lock()
		defer m.mu.Unlock()
		if err != nil {
			return err
		}
		m.replayed(f, w, topic)
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.start(func(context.Context) {
		if m.try(m.ctx, read) != nil {
			m.mu.Lock()
			defer m.mu.Unlock()
			f.release(nil, Event{Kind: Missed})
		}
	})
}

// replayed tells a follower of what a window has that it lacks, then of what has waited.
func (m *member) replayed(f *Follower, w *circleclient.MessageWindow, topic Topic) {
	var news []Event
	anchor := time.Time{}
	for _, message := range w.Records {
		if message.ID == topic.After {
			anchor = message.SentAt
		}
	}
	if anchor.IsZero() && topic.After != 0 {
		news = append(news, Event{Kind: MessageDeleted, Room: topic.Room, MessageID: topic.After})
	}
	replayed := map[int64]version{}
	for _, message := range w.Records {
		switch {
		case message.ID > topic.After:
			replayed[message.ID] = versionOf(message)
			news = append(news, Event{Kind: MessageAdded, Room: topic.Room, Message: message})
		case !anchor.IsZero() && message.EditedAt != nil && message.EditedAt.After(anchor):
			news = append(news, Event{Kind: MessageUpdated, Room: topic.Room, Message: message})
		}
	}
	if w.HasNextPage || len(w.Records) > 0 && anchor.IsZero() && w.FirstID > topic.After && w.HasPreviousPage {
		news = append(news, Event{Kind: Missed})
	}
	f.release(replayed, news...)
}

// release ends the replay of a follower, who is told of what was replayed and then of what has waited.
func (f *Follower) release(replayed map[int64]version, news ...Event) {
	if f.closed {
		return
	}
	held := f.held
	f.replaying, f.held = false, nil
	if len(news)+len(held) > mailbox {
		f.put(Event{Kind: Missed})
		return
	}
	for _, e := range news {
		f.put(e)
	}
	f.replayed = replayed
	for _, e := range held {
		f.put(e)
	}
}
