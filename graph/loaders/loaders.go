// Package loaders answers many fields with few requests: the same key in the same response is asked once, and what
// Circle can answer for many keys at once is asked together. Loaders live as long as one response, or one step of a
// mutation.
package loaders

import (
	"context"
	"errors"

	"github.com/graph-gophers/dataloader/v7"

	"circlegraph/circleclient"
)

// Loaders are all loaders of a response.
type Loaders struct {
	// Profile reads public profiles by community member id.
	Profile *dataloader.Loader[int64, *circleclient.Profile]
	// CurrentMember reads the member asking; the key means nothing.
	CurrentMember *dataloader.Loader[struct{}, *circleclient.CurrentMember]
	// Spaces reads the list of all spaces; the key means nothing.
	Spaces *dataloader.Loader[struct{}, []*circleclient.Space]
	// SpaceAlone reads a space by itself, which tells the room of a chat space.
	SpaceAlone *dataloader.Loader[int64, *circleclient.Space]
	// Space reads spaces by number: one by itself, several through the list.
	Space *Batch[int64, *circleclient.Space]
	// Unread reads unread counts by number of the space, all in one request.
	Unread *Batch[int64, *circleclient.SpaceUnread]
	// Post reads whole posts by ref, those of one space in one request.
	Post *Batch[circleclient.Ref, *circleclient.Post]
	// Comment reads comments and replies by ref: one by itself, several of one post through the list of its latest, whose
	// replies lack their policies.
	Comment *Batch[circleclient.Ref, *circleclient.Comment]
	// CommentAlone reads a comment or reply by itself.
	CommentAlone *dataloader.Loader[circleclient.Ref, *circleclient.Comment]
	// SpacePreferences reads what a space notifies of, by the number of the viewer's membership.
	SpacePreferences *dataloader.Loader[int64, *circleclient.SpaceMemberPreferences]
	// Sections reads the outline of a course by its number.
	Sections *dataloader.Loader[int64, []*circleclient.CourseSection]
	// Lesson reads whole lessons by ref.
	Lesson *dataloader.Loader[circleclient.Ref, *circleclient.Lesson]
	// QuizAttempt reads whole attempts at quizzes.
	QuizAttempt *dataloader.Loader[AttemptKey, *circleclient.QuizAttempt]
	// ViewerID is the community member id of the one asking, see [Loaders.Meet]; the key means nothing.
	ViewerID *dataloader.Loader[struct{}, int64]
	// ChatRoom reads chat rooms by UUID: one by itself, several through the inbox, whose rows lack the first unread
	// message.
	ChatRoom *Batch[string, *circleclient.ChatRoom]
	// ChatRoomAlone reads a chat room by itself.
	ChatRoomAlone *dataloader.Loader[string, *circleclient.ChatRoom]
	// ChatMessage reads chat messages by ref.
	ChatMessage *dataloader.Loader[circleclient.Ref, *circleclient.ChatMessage]
	// ChatThread reads threads by number: one by itself, several through their list, which may lack some replies.
	ChatThread *Batch[int64, *circleclient.ChatThread]
	// ChatThreadAlone reads a thread by itself, with all its replies.
	ChatThreadAlone *dataloader.Loader[int64, *circleclient.ChatThread]

	shared shared // what has no loader, see [Shared]
}

// AttemptKey is an attempt at a quiz, with or without what only its reviewers need.
type AttemptKey struct {
	Ref    circleclient.Ref
	Review bool
}

// New makes the loaders of one response. They run with ctx, the context of the operation and not of a field: a batch
// under its first field's deadline would fail the others with it.
func New(ctx context.Context, circle *circleclient.Client) *Loaders {
	l := &Loaders{shared: shared{reads: map[string]*sharedRead{}}}
	l.Profile = each(ctx, circle.Members.Profile)
	l.CurrentMember = each(ctx, func(ctx context.Context, _ struct{}) (*circleclient.CurrentMember, error) {
		return circle.Members.Current(ctx)
	})
	l.Spaces = each(ctx, func(
		ctx context.Context, _ struct{},
	) ([]*circleclient.Space, error) {
		return circle.Spaces.List(ctx)
	})
	l.SpaceAlone = each(ctx, func(ctx context.Context, id int64) (*circleclient.Space, error) {
		if id == 0 { // the home space has no number
			return circle.Spaces.Home(ctx)
		}
		return circle.Spaces.Get(ctx, id)
	})
	l.Space = newBatch(ctx, homeApart, func(ctx context.Context, ids []int64) map[int64]Result[*circleclient.Space] {
		spaces, err := l.spaces(ctx, ids)
		return answered(ids, spaces, func(s *circleclient.Space) int64 { return s.ID }, err)
	})
	l.Unread = newBatch(ctx, together, func(ctx context.Context, ids []int64) map[int64]Result[*circleclient.SpaceUnread] {
		counts, err := circle.Spaces.NotificationDetails(ctx, ids)
		return answered(ids, counts, func(u *circleclient.SpaceUnread) int64 { return u.SpaceID }, err)
	})
	l.Post = newBatch(ctx, func(r circleclient.Ref) int64 { return r.Space }, posts(circle))
	l.SpacePreferences = each(ctx, circle.Notifications.SpaceMemberPreferences)
	l.Sections = each(ctx, circle.Courses.Sections)
	l.Lesson = each(ctx, func(ctx context.Context, r circleclient.Ref) (*circleclient.Lesson, error) {
		return circle.Courses.Lesson(ctx, r.Space, r.ID)
	})
	l.QuizAttempt = each(ctx, func(ctx context.Context, k AttemptKey) (*circleclient.QuizAttempt, error) {
		return circle.Quizzes.Attempt(ctx, k.Ref.Quiz, k.Ref.ID, k.Review)
	})
	l.addComments(ctx, circle)
	l.addChat(ctx, circle)
	return l
}

// spaces reads spaces: Circle answers one by its number and any more only through the list, which the response may have
// read already.
func (l *Loaders) spaces(ctx context.Context, ids []int64) ([]*circleclient.Space, error) {
	if len(ids) > 1 {
		return l.Spaces.Load(ctx, struct{}{})()
	}
	space, err := l.SpaceAlone.Load(ctx, ids[0])()
	return []*circleclient.Space{space}, err
}

// each makes a loader that asks for every key by itself: a memo for the response, without any wait.
func each[K comparable, V any](
	ctx context.Context, fetch func(context.Context, K) (V, error),
) *dataloader.Loader[K, V] {
	return dataloader.NewBatchedLoader(func(_ context.Context, keys []K) []*dataloader.Result[V] {
		v, err := safely(ctx, keys[0], fetch)
		return []*dataloader.Result[V]{{Data: v, Error: err}}
	}, dataloader.WithBatchCapacity[K, V](1))
}

// safely is fetch, in goroutines of loaders.
func safely[K comparable, V any](
	ctx context.Context, key K, fetch func(context.Context, K) (V, error),
) (_ V, err error) {
	defer circleclient.Recover(&err)
	return fetch(ctx, key)
}

type contextKey struct{}

// With puts loaders into the context.
func With(ctx context.Context, l *Loaders) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// From gives the loaders of the response. It panics where there are none, which is a mistake in the wiring.
func From(ctx context.Context) *Loaders {
	l, ok := ctx.Value(contextKey{}).(*Loaders)
	if !ok {
		panic(errors.New("loaders: none in the context"))
	}
	return l
}
