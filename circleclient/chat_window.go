package circleclient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// MessageWindow is a piece of a room's history around one message, the anchor, which is in it. Replies are no part of
// it.
type MessageWindow struct {
	// ID is the anchor.
	ID int64 `json:"id"`
	// FirstID and LastID are the ends of the window; 0 in an empty room.
	FirstID int64 `json:"first_id"`
	LastID  int64 `json:"last_id"`
	// HasPreviousPage and HasNextPage tell whether older and newer messages lie outside.
	HasPreviousPage bool `json:"has_previous_page"`
	HasNextPage     bool `json:"has_next_page"`
	// TotalCount is the number of messages in the room.
	TotalCount int `json:"total_count"`
	// Records are the messages, oldest first, none of them nil.
	Records []*ChatMessage `json:"records"`
}

// MessageWindowOptions choose a window.
type MessageWindowOptions struct {
	// Anchor is a message of the room; the newest if it is 0.
	Anchor int64
	// Older and Newer are how many messages come on either side of the anchor, 0 to [MaxPerPage].
	Older, Newer int
}

// Messages reads a window of a room's messages. [ErrNotFound] is also an anchor that was deleted.
//
//circle:op GET /api/headless/v1/messages/{chat_room_uuid}/chat_room_messages
func (s *ChatService) Messages(ctx context.Context, roomUUID string, o MessageWindowOptions) (*MessageWindow, error) {
	// Both sizes are sent, zero too: left out they mean 20.
	q := query{}.num("id", o.Anchor).str("previous_per_page", strconv.Itoa(min(o.Older, MaxPerPage))).str("next_per_page",
		strconv.Itoa(min(o.Newer, MaxPerPage)))
	w, err := get[MessageWindow](ctx, s.client, member("/messages/{chat_room_uuid}/chat_room_messages", uuid(roomUUID)), q)
	if err != nil {
		return nil, err
	}
	for _, m := range w.Records {
		m.setSource(SourceChatMessages)
	}
	return w, nil
}

// ErrAnchorGone is a message to page from that was deleted, where its neighbours cannot be told from the newest
// messages. It comes inside of an error that matches [ErrNotFound].
var ErrAnchorGone = errors.New("the message to go on from is gone")

// MessagesBefore returns the last n messages that are older than a message, or the newest n where before is 0. The
// window has those messages alone, and its ends tell whether the room goes on beyond them. It takes one request; one
// more where before was deleted.
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

// MessagesAfter returns the first n messages that are newer than a message, as [ChatService.MessagesBefore] gives older
// ones.
func (s *ChatService) MessagesAfter(ctx context.Context, roomUUID string, after int64, n int) (*MessageWindow, error) {
	w, err := s.windowAt(ctx, roomUUID, MessageWindowOptions{Anchor: after, Newer: n})
	if err != nil {
		return nil, err
	}
	start := w.until(after + 1)
	w.cut(start, min(start+n, len(w.Records)))
	return w, nil
}

// windowAt reads a window that the neighbours of the anchor are in. Circle does not find an anchor that was deleted;
// the newest messages tell its neighbours all the same, unless it was an old one.
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

// holds reports whether the neighbours of a message, there or deleted, are in the window.
func (w *MessageWindow) holds(messageID int64) bool {
	older := slices.ContainsFunc(w.Records, func(m *ChatMessage) bool { return m.ID <= messageID })
	newer := slices.ContainsFunc(w.Records, func(m *ChatMessage) bool { return m.ID >= messageID })
	return w.ID == messageID || (older || !w.HasPreviousPage) && (newer || !w.HasNextPage)
}

// until counts the messages at the beginning of the window that are older than a message.
func (w *MessageWindow) until(messageID int64) int {
	newer := slices.IndexFunc(w.Records, func(m *ChatMessage) bool { return m.ID >= messageID })
	if newer < 0 {
		return len(w.Records)
	}
	return newer
}

// cut leaves messages of the window out at its ends.
func (w *MessageWindow) cut(from, to int) {
	w.HasPreviousPage = w.HasPreviousPage || from > 0
	w.HasNextPage = w.HasNextPage || to < len(w.Records)
	w.Records = w.Records[from:to]
	w.FirstID, w.LastID = 0, 0
	if len(w.Records) > 0 {
		w.FirstID, w.LastID = w.Records[0].ID, w.Records[len(w.Records)-1].ID
	}
}
