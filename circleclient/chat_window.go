package circleclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
)

// MessageWindow is a part of a room's history around one message, the anchor, and includes it. It has no replies.
type MessageWindow struct {
	// ID is the anchor.
	ID int64 `json:"id"`
	// FirstID and LastID are the ends of the window; 0 in an empty room.
	FirstID int64 `json:"first_id"`
	LastID  int64 `json:"last_id"`
	// HasPreviousPage and HasNextPage report whether there are older and newer messages.
	HasPreviousPage bool `json:"has_previous_page"`
	HasNextPage     bool `json:"has_next_page"`
	// TotalCount is the number of messages in the room; nil if Circle does not say.
	TotalCount *int `json:"total_count"`
	// Records are the messages, oldest first, never nil.
	Records []*ChatMessage `json:"records"`
}

// MessageWindowOptions choose a window.
type MessageWindowOptions struct {
	// Anchor is a message of the room; 0 is the newest.
	Anchor int64
	// Older and Newer are how many messages to read on either side of the anchor, 0 to [MaxPerPage].
	Older, Newer int
}

// Messages reads a window of a room's messages. A deleted anchor is [ErrNotFound].
//
//circle:op GET /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages
func (s *ChatService) Messages(ctx context.Context, roomUUID string, o MessageWindowOptions) (*MessageWindow, error) {
	// Zero sizes are sent too: Circle reads 20 without one.
	q := query{}.num("id", o.Anchor).str("previous_per_page", strconv.Itoa(min(o.Older, MaxPerPage))).str("next_per_page",
		strconv.Itoa(min(o.Newer, MaxPerPage)))
	w, err := get[MessageWindow](ctx, s.client, member("/messages/{chat_room_uuid}/chat_room_messages", uuid(roomUUID)), q)
	if err != nil {
		return nil, err
	}
	w.sort()
	for _, m := range w.Records {
		m.setSource(SourceChatMessages)
	}
	return w, nil
}

// readInParts reads a window that is too large by smaller ones: one around the anchor, and one on either side of it,
// which may be read in parts themselves. A message that is too large beside its neighbour cannot be left out, because
// only Circle knows which message is next to it. ok is false then.
func (w *MessageWindow) readInParts(ctx context.Context, c *Client, r *request) (ok bool, err error) {
	older, newer := r.asked("previous_per_page"), r.asked("next_per_page")
	if older+newer <= 1 {
		return false, nil
	}
	read := func(anchor int64, older, newer int) (*MessageWindow, error) {
		q := maps.Clone(r.query)
		url.Values(q).Del("id")
		q = q.num("id", anchor)
		q["previous_per_page"], q["next_per_page"] = []string{strconv.Itoa(older)}, []string{strconv.Itoa(newer)}
		part, err := get[MessageWindow](ctx, c, r.route, q)
		if err == nil {
			part.sort()
		}
		return part, err
	}
	whole, err := read(int64(r.asked("id")), older/2, newer/2)
	if err != nil {
		return true, err
	}
	if older > 0 && whole.HasPreviousPage && len(whole.Records) > 0 {
		part, err := read(whole.Records[0].ID, older-older/2, 0)
		if err != nil {
			return true, err
		}
		whole.Records, whole.HasPreviousPage = slices.Concat(part.Records, whole.Records), part.HasPreviousPage
	}
	if newer > 0 && whole.HasNextPage && len(whole.Records) > 0 {
		part, err := read(whole.Records[len(whole.Records)-1].ID, 0, newer-newer/2)
		if err != nil {
			return true, err
		}
		whole.Records, whole.HasNextPage = slices.Concat(whole.Records, part.Records), part.HasNextPage
	}
	if n := len(whole.Records); n > 0 {
		whole.FirstID, whole.LastID = whole.Records[0].ID, whole.Records[n-1].ID
	}
	*w = *whole
	return true, nil
}

// sort orders the messages, each once.
func (w *MessageWindow) sort() {
	slices.SortStableFunc(w.Records, func(a, b *ChatMessage) int { return cmp.Compare(a.ID, b.ID) })
	w.Records = slices.CompactFunc(w.Records, func(a, b *ChatMessage) bool { return a.ID == b.ID })
}

// ErrAnchorGone is an anchor that was deleted and whose neighbours are not among the newest messages. Its error also
// matches [ErrNotFound].
var ErrAnchorGone = errors.New("the message to go on from is gone")

// MessagesBefore returns the last n messages older than a message, or the newest n if before is 0. The window has only
// these messages. It takes one request, and one more if before was deleted.
func (s *ChatService) MessagesBefore(
	ctx context.Context, roomUUID string, before int64, n int,
) (*MessageWindow, error) {
	w, err := s.windowAt(ctx, roomUUID, MessageWindowOptions{Anchor: before, Older: n})
	if err != nil {
		return nil, err
	}
	end := len(w.Records)
	if before != 0 {
		end = w.until(before)
	}
	w.cut(max(end-n, 0), end)
	return w, nil
}

// MessagesAfter returns the first n messages newer than a message, as [ChatService.MessagesBefore] returns older ones.
func (s *ChatService) MessagesAfter(ctx context.Context, roomUUID string, after int64, n int) (*MessageWindow, error) {
	w, err := s.windowAt(ctx, roomUUID, MessageWindowOptions{Anchor: after, Newer: n})
	if err != nil {
		return nil, err
	}
	start := w.until(after + 1)
	w.cut(start, min(start+n, len(w.Records)))
	return w, nil
}

// windowAt reads a window that holds the neighbours of the anchor. Circle does not find a deleted anchor, but unless it
// is old, its neighbours are among the newest messages.
func (s *ChatService) windowAt(ctx context.Context, roomUUID string, o MessageWindowOptions) (*MessageWindow, error) {
	w, err := s.Messages(ctx, roomUUID, o)
	if o.Anchor == 0 || err == nil && w.holds(o.Anchor) || err != nil && !errors.Is(err, ErrNotFound) {
		return w, err
	}
	w, err = s.Messages(ctx, roomUUID, MessageWindowOptions{Older: MaxPerPage})
	if err == nil && !w.holds(o.Anchor) {
		return nil, fmt.Errorf("%w: %w", ErrNotFound, ErrAnchorGone)
	}
	return w, err
}

// holds reports whether the neighbours of a message, deleted or not, are in the window.
func (w *MessageWindow) holds(messageID int64) bool {
	older := slices.ContainsFunc(w.Records, func(m *ChatMessage) bool { return m.ID <= messageID })
	newer := slices.ContainsFunc(w.Records, func(m *ChatMessage) bool { return m.ID >= messageID })
	return w.ID == messageID || (older || !w.HasPreviousPage) && (newer || !w.HasNextPage)
}

// until counts the messages at the start of the window that are older than a message.
func (w *MessageWindow) until(messageID int64) int {
	newer := slices.IndexFunc(w.Records, func(m *ChatMessage) bool { return m.ID >= messageID })
	if newer < 0 {
		return len(w.Records)
	}
	return newer
}

// cut shortens the window to some of its messages.
func (w *MessageWindow) cut(from, to int) {
	w.HasPreviousPage = w.HasPreviousPage || from > 0
	w.HasNextPage = w.HasNextPage || to < len(w.Records)
	w.Records = w.Records[from:to]
	w.FirstID, w.LastID = 0, 0
	if len(w.Records) > 0 {
		w.FirstID, w.LastID = w.Records[0].ID, w.Records[len(w.Records)-1].ID
	}
}
