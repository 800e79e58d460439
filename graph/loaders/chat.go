package loaders

import (
	"context"

	"circlegraph/circleclient"
)

// largest is the largest page, which begins a list: the newest stand there.
func largest() circleclient.PageOptions {
	return circleclient.PageOptions{PerPage: circleclient.MaxPerPage}
}

func isRoom(uuid string, r *circleclient.ChatRoom) bool { return r.UUID == uuid }

func (l *Loaders) room(ctx context.Context, uuid string) (*circleclient.ChatRoom, error) {
	room, err := l.Circle.Chat.Room(ctx, uuid)
	if err == nil {
		l.Meet(ctx, room)
	}
	return room, err
}

func (l *Loaders) listedRoom(
	ctx context.Context, uuid string, needs circleclient.Part,
) (*circleclient.ChatRoom, bool) {
	room, ok := l.Circle.Chat.Listed(ctx, uuid, needs)
	if ok {
		l.Meet(ctx, room)
	}
	return room, ok
}

func (l *Loaders) rooms(ctx context.Context, _ []string) ([]*circleclient.ChatRoom, error) {
	page, err := l.Circle.Chat.Rooms(ctx, largest())
	l.Meet(ctx, records(page)...)
	return records(page), err
}

func (l *Loaders) viewerID(ctx context.Context, none struct{}) (int64, error) {
	current, err := l.CurrentMember.Load(ctx, none)
	if err != nil {
		return 0, err
	}
	return current.MemberID(), nil
}

// Meet learns the viewer's id from rooms, which saves a request.
func (l *Loaders) Meet(ctx context.Context, rooms ...*circleclient.ChatRoom) {
	for _, room := range rooms {
		if p := room.CurrentParticipant; p != nil && p.MemberID() != 0 {
			l.ViewerID.Prime(struct{}{}, p.MemberID())
			return
		}
	}
}

func (l *Loaders) message(ctx context.Context, r circleclient.Ref) (*circleclient.ChatMessage, error) {
	return l.Circle.Chat.Message(ctx, r.Room, r.ID)
}

func isThread(id int64, t *circleclient.ChatThread) bool { return t.ID == id }

func (l *Loaders) threads(ctx context.Context, _ []int64) ([]*circleclient.ChatThread, error) {
	page, err := l.Circle.Chat.Threads(ctx, largest())
	return records(page), err
}

// records are those of a page that may have failed.
func records[V any](page *circleclient.Page[V]) []V {
	if page == nil {
		return nil
	}
	return page.Records
}
