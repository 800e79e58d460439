package loaders

import (
	"context"

	"circlegraph/circleclient"
)

// addChat makes the loaders of chat.
func (l *Loaders) addChat(ctx context.Context, circle *circleclient.Client) {
	l.ViewerID = each(ctx, func(ctx context.Context, none struct{}) (int64, error) {
		current, err := l.CurrentMember.Load(ctx, none)()
		if err != nil {
			return 0, err
		}
		return current.MemberID(), nil
	})
	l.ChatRoomAlone = each(ctx, func(ctx context.Context, uuid string) (*circleclient.ChatRoom, error) {
		room, err := circle.Chat.Room(ctx, uuid)
		if err == nil {
			l.Meet(ctx, room)
		}
		return room, err
	})
	l.ChatRoom = newBatch(ctx, together, listed(
		func(ctx context.Context) (*circleclient.Page[*circleclient.ChatRoom], error) {
			page, err := circle.Chat.Rooms(ctx, circleclient.PageOptions{PerPage: circleclient.MaxPerPage})
			if err == nil {
				l.Meet(ctx, page.Records...)
			}
			return page, err
		},
		func(r *circleclient.ChatRoom) string { return r.UUID },
		func(ctx context.Context, uuid string) (*circleclient.ChatRoom, error) {
			return l.ChatRoomAlone.Load(ctx, uuid)()
		},
	))
	l.ChatMessage = each(ctx, func(ctx context.Context, r circleclient.Ref) (*circleclient.ChatMessage, error) {
		return circle.Chat.Message(ctx, r.Room, r.ID)
	})
	l.ChatThreadAlone = each(ctx, circle.Chat.Thread)
	l.ChatThread = newBatch(ctx, together, listed(
		func(ctx context.Context) (*circleclient.Page[*circleclient.ChatThread], error) {
			return circle.Chat.Threads(ctx, circleclient.PageOptions{PerPage: circleclient.MaxPerPage})
		},
		func(t *circleclient.ChatThread) int64 { return t.ID },
		func(ctx context.Context, id int64) (*circleclient.ChatThread, error) {
			return l.ChatThreadAlone.Load(ctx, id)()
		},
	))
}

// Meet takes from rooms who the one asking is, which saves asking for it.
func (l *Loaders) Meet(ctx context.Context, rooms ...*circleclient.ChatRoom) {
	for _, room := range rooms {
		if p := room.CurrentParticipant; p != nil && p.MemberID() != 0 {
			l.ViewerID.Prime(ctx, struct{}{}, p.MemberID())
			return
		}
	}
}

// listed reads one thing by itself. Of several it looks first at the beginning of the list in which the newest stand,
// and reads those by themselves that are not there.
func listed[K comparable, V any](
	list func(context.Context) (*circleclient.Page[V], error), key func(V) K, fetch func(context.Context, K) (V, error),
) func(context.Context, []K) map[K]Result[V] {
	return func(ctx context.Context, keys []K) map[K]Result[V] {
		results := make(map[K]Result[V], len(keys))
		if len(keys) > 1 {
			page, err := list(ctx)
			if err != nil {
				return answered(keys, nil, key, err)
			}
			results = answered(keys, page.Records, key, nil)
		}
		alone(ctx, keys, results, fetch)
		return results
	}
}
