package graph

import (
	"context"
	"strings"
	"sync/atomic"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
	"circlegraph/graph/transport"
)

// countsChanged gives the viewer's counts, the present ones first and then each change, until ctx ends. Of changes that
// come faster than they are taken only the last counts. Where only the count of all is selected, events are told as
// they are; the other counts must be read.
func (r *Resolver) countsChanged(ctx context.Context) (<-chan *circleclient.NotificationCounts, error) {
	full := !paging.SelectsOnly(ctx, "id", "notifications")
	f, err := r.live.Follow(ctx, live.Topic{Kind: live.Counts, Full: full}) // before reading, so that no change is missed
	if err != nil {
		return nil, err
	}
	counts, err := r.circle.Notifications.Counts(circleclient.With(ctx, circleclient.Fresh))
	if err != nil {
		f.Leave()
		return nil, err
	}
	visible := func(c circleclient.NotificationCounts) circleclient.NotificationCounts {
		if full {
			return c
		}
		return circleclient.NotificationCounts{NewNotifications: c.NewNotifications}
	}
	last := visible(*counts)
	return tell(ctx, f, []*circleclient.NotificationCounts{new(last)},
		func(events []live.Event) (told []*circleclient.NotificationCounts) {
			next := last
			for _, e := range events {
				next = visible(countsOf(e, next))
			}
			if next == last {
				return nil
			}
			last = next
			return []*circleclient.NotificationCounts{&next}
		}), nil
}

// countsOf are the counts after an event.
func countsOf(e live.Event, counts circleclient.NotificationCounts) circleclient.NotificationCounts {
	switch {
	case e.Counts != nil:
		return *e.Counts
	case e.NewNotifications != nil:
		counts.NewNotifications = *e.NewNotifications
	}
	return counts
}

// sawCounts tells the viewer's other devices of counts that were read.
func (r *Resolver) sawCounts(ctx context.Context, counts *circleclient.NotificationCounts) {
	if r.live.Hears(ctx, live.Counts) {
		r.live.Did(ctx, live.Event{Kind: live.CountsChanged, Counts: counts})
	}
}

// changedNotifications reads the counts again, if any of the viewer's devices listens. That they cannot be read is no
// failure of the change.
func (r *Resolver) changedNotifications(ctx context.Context) {
	if !r.live.Hears(ctx, live.Counts) {
		return
	}
	if counts, err := r.circle.Notifications.Counts(ctx); err == nil {
		r.sawCounts(ctx, counts)
	}
}

// subscribe follows topics and passes on what translate makes of their events; ok is false for what is of no interest.
func subscribe[T any](
	ctx context.Context, l *live.Live, translate func(live.Event) (told T, ok bool), topics ...live.Topic,
) (<-chan T, error) {
	f, err := l.Follow(ctx, topics...)
	if err != nil {
		return nil, err
	}
	return tell(ctx, f, nil, func(events []live.Event) (all []T) {
		for _, e := range events {
			if told, ok := translate(e); ok {
				all = append(all, told)
			}
		}
		return all
	}), nil
}

// tell passes on what translate makes of a follower's events, after what is first.
func tell[T any](ctx context.Context, f *live.Follower, first []T, translate func([]live.Event) []T) <-chan T {
	rest := transport.RestOf(ctx)
	rest.Announce(len(first))
	out := make(chan T, len(first))
	for _, told := range first {
		out <- told
	}
	f.Tell(func(events []live.Event) {
		if events == nil {
			rest.Announce(1)
			close(out)
			return
		}
		for _, told := range translate(events) {
			rest.Announce(1)
			select {
			case out <- told:
			case <-ctx.Done():
				return
			}
		}
	})
	return out
}

// eventOf is an event as the schema has it, if it is one of a union.
func eventOf[Union any](e live.Event) (told Union, ok bool) {
	told, ok = anyEvent(e).(Union)
	return told, ok
}

// anyEvent is an event of chat as the schema has it; nil for others.
func anyEvent(e live.Event) any {
	switch e.Kind {
	case live.MessageAdded:
		return &model.ChatMessageAdded{
			Edge:         model.ChatMessageEdge{Cursor: scalar.FormatRef(e.Message.NodeRef()), Node: e.Message},
			ChatRoom:     *chatRoom(e.Room),
			CreationUUID: unlessEmpty(e.CreationUUID), IdempotencyKey: unlessEmpty(e.IdempotencyKey),
		}
	case live.MessageUpdated:
		return &model.ChatMessageUpdated{ChatMessage: e.Message}
	case live.MessageDeleted:
		return &model.ChatMessageDeleted{
			DeletedChatMessageID: scalar.FormatRef(circleclient.ChatMessageRef(e.Room, e.MessageID)),
			ParentMessage:        e.Parent, ChatRoom: *chatRoom(e.Room),
		}
	case live.RoomAdded:
		// the first of the list, so what follows it is the rest
		return &model.ChatRoomAdded{Edge: model.ChatRoomEdge{
			Cursor: paging.Of("Viewer.chatRooms").At(1), Node: chatRoom(e.Room),
		}}
	case live.RoomUpdated:
		return &model.ChatRoomUpdated{ChatRoom: *chatRoom(e.Room)}
	case live.RoomDeleted:
		return &model.ChatRoomDeleted{DeletedChatRoomID: scalar.FormatRef(circleclient.ChatRoomRef(e.Room))}
	case live.ThreadUpdated:
		return &model.ChatThreadUpdated{ChatThread: *chatThread(e.ThreadID)}
	case live.Missed:
		missed := &model.EventsMissed{}
		if !e.Since.IsZero() {
			missed.Since = &e.Since
		}
		return missed
	}
	return nil
}

// unlessEmpty is a text, nil if there is none.
func unlessEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// roomChanged tells of a room, from a message on if there is one.
func (r *Resolver) roomChanged(
	ctx context.Context, chatRoomID string, after *string,
) (<-chan model.ChatRoomEvent, error) {
	ref, err := scalar.ParseRefOf(circleclient.RefChatRoom, chatRoomID)
	if err != nil {
		return nil, err
	}
	anchor, err := messageAnchor(ref.Room, after)
	if err != nil {
		return nil, err
	}
	return subscribe(ctx, r.live, eventOf[model.ChatRoomEvent],
		live.Topic{Kind: live.Room, Room: ref.Room, After: anchor})
}

// toldMessage is a message that an event tells of. It is read if the event lacks what is selected.
func toldMessage(ctx context.Context, m *circleclient.ChatMessage) (*circleclient.ChatMessage, error) {
	switch {
	case m == nil:
		return nil, nil //nolint:nilnil // no reply, or Circle does not say
	case m.Source == circleclient.SourceUnknown && !paging.SelectsOnly(ctx, "id", "circleId"),
		m.Source == circleclient.SourceCableUpdated &&
			(paging.Selects(ctx, "reactions") || paging.Selects(ctx, "viewerBookmarkId")):
		return loaders.From(ctx).ChatMessage.Load(ctx, m.NodeRef())
	}
	return m, nil
}

// newNotifications is how many notifications an event shows at most.
const newNotifications = 20

// notificationsReceived tells of new notifications. Those that come faster than they are taken are told of once.
func (r *Resolver) notificationsReceived(ctx context.Context) (<-chan *model.NotificationsReceived, error) {
	told := &model.NotificationsReceived{}
	if paging.Selects(ctx, "edges") {
		page, err := r.circle.Notifications.List(circleclient.With(ctx, circleclient.Fresh),
			circleclient.NotificationListOptions{PageOptions: circleclient.PageOptions{Page: 1, PerPage: 1}})
		if err != nil {
			return nil, err
		}
		told.Last = &atomic.Int64{}
		for _, n := range page.Records {
			told.Last.Store(n.ID)
		}
	}
	return subscribe(ctx, r.live, func(e live.Event) (*model.NotificationsReceived, bool) {
		return told, e.Kind == live.Notified || e.Kind == live.Missed
	}, live.Topic{Kind: live.Notifications})
}

// notificationsSince reads the notifications that the subscription has not told of yet, the newest first.
func (r *Resolver) notificationsSince(
	ctx context.Context, told *model.NotificationsReceived,
) ([]*model.NotificationEdge, error) {
	const order = "latest" // as the field has it by default
	page, err := r.circle.Notifications.List(ctx, circleclient.NotificationListOptions{
		PageOptions: circleclient.PageOptions{Page: 1, PerPage: newNotifications}, Sort: order,
	})
	if err != nil {
		return nil, err
	}
	last, list, edges := told.Last.Load(), paging.Of("Viewer.notifications", order, ""), []*model.NotificationEdge{}
	for i, n := range page.Records {
		if n.ID > last {
			edges = append(edges, &model.NotificationEdge{Cursor: list.At(i + 1), Node: n})
			told.Last.Store(max(told.Last.Load(), n.ID))
		}
	}
	return edges, nil
}

// statusOf is a status as the schema has it.
func statusOf(s live.Status) *model.LiveStatus {
	status := &model.LiveStatus{
		ID: "liveStatus", Mode: model.LiveMode(strings.ToUpper(string(s.Mode))), PollSeconds: s.PollSeconds,
		IsUpToDate: s.UpToDate, Since: s.Since,
	}
	if s.Reason != "" {
		status.Reason = new(model.LiveReason(strings.ToUpper(string(s.Reason))))
	}
	return status
}

// statusChanged serves how updates reach the viewer, whenever that changes.
func (r *Resolver) statusChanged(ctx context.Context) (<-chan *model.LiveStatus, error) {
	return subscribe(ctx, r.live, func(e live.Event) (*model.LiveStatus, bool) {
		return statusOf(e.Status), e.Kind == live.StatusChanged
	}, live.Topic{Kind: live.StatusOf})
}

// liveStatus is how the viewer is told at the moment.
func (r *Resolver) liveStatus(ctx context.Context) (*model.LiveStatus, error) {
	status, err := r.live.Status(ctx)
	if err != nil {
		return nil, err
	}
	return statusOf(status), nil
}

// did tells the viewer's devices of a change that was not refused.
func (r *Resolver) did(ctx context.Context, err error, problems []*model.UserError, e live.Event) {
	if err == nil && len(problems) == 0 {
		r.live.Did(ctx, e)
	}
}

// didToMessage tells them of a change to a message of which Circle says nothing but that it is done.
func (r *Resolver) didToMessage(ctx context.Context, err error, p model.ChatMessagePayload, kind live.EventKind) {
	if ref := p.MessageRef; !ref.IsZero() {
		r.did(ctx, err, p.UserErrors, live.Event{
			Kind: kind, Room: ref.Room, Message: &circleclient.ChatMessage{ChatRoomUUID: ref.Room, ID: ref.ID},
		})
	}
}
