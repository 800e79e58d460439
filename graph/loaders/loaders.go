// Package loaders answers many fields with few requests: the same key in the same response is asked once, and what
// Circle can answer for many keys at once is asked together. Loaders live as long as one response, or one step of a
// mutation.
package loaders

import (
	"context"
	"errors"
	"sync"

	"circlegraph/circleclient"
)

// Loaders are all loaders of a response. The key of a loader of struct{} means nothing.
type Loaders struct {
	// Profile reads public profiles by community member id.
	Profile *Loader[int64, *circleclient.Profile]
	// CurrentMember reads the viewer's own record.
	CurrentMember *Loader[struct{}, *circleclient.CurrentMember]
	// ViewerID is the community member id of the viewer, see [Loaders.Meet].
	ViewerID *Loader[struct{}, int64]
	// Spaces reads the list of all spaces.
	Spaces *Loader[struct{}, []*circleclient.Space]
	// NewSpaces reads that list again, for a space that is missing from it; see [circleclient.SpacesService.ListAnew].
	NewSpaces *Loader[struct{}, []*circleclient.Space]
	// Space reads spaces by number. The rows of its list lack the room of a chat space.
	Space *Loader[int64, *circleclient.Space]
	// Unread reads unread counts by number of the space. Circle leaves out spaces in which nothing is unread.
	Unread *Loader[int64, *circleclient.SpaceUnread]
	// SpacePreferences reads what a space notifies of, by the number of the viewer's membership.
	SpacePreferences *Loader[int64, *circleclient.SpaceMemberPreferences]
	// Post reads whole posts by ref, those of one space together.
	Post *Loader[circleclient.Ref, *circleclient.Post]
	// SlugPosts reads the first posts of a space of which only the slug is known.
	SlugPosts *Loader[SlugPosts, *circleclient.Page[*circleclient.Post]]
	// Comment reads comments and replies by ref, those of one post together. The replies of its list lack their policies.
	Comment *Loader[circleclient.Ref, *circleclient.Comment]
	// Sections reads the outline of a course by its number.
	Sections *Loader[int64, []*circleclient.CourseSection]
	// Lesson reads whole lessons by ref.
	Lesson *Loader[circleclient.Ref, *circleclient.Lesson]
	// QuizAttempt reads whole attempts at quizzes.
	QuizAttempt *Loader[AttemptKey, *circleclient.QuizAttempt]
	// ChatRoom reads chat rooms by UUID. The rows of its list lack the first unread message.
	ChatRoom *Loader[string, *circleclient.ChatRoom]
	// ChatMessage reads chat messages by ref.
	ChatMessage *Loader[circleclient.Ref, *circleclient.ChatMessage]
	// ChatThread reads threads by number. The rows of its list may lack some replies.
	ChatThread *Loader[int64, *circleclient.ChatThread]

	// Circle asks for what has no key, such as a page of a list.
	Circle *circleclient.Client

	ctx     context.Context // the operation's, see [New]
	expect  func(context.Context, any)
	observe Observer
	named   *Loader[string, any] // see [Shared]
}

// Observer is called before each batch is read: what it reads, such as "posts", and how many keys. A key that is
// read by itself is a batch of one. ctx is the operation's, asked is that of the field, or of the batch, that asked
// first. It returns the context to read with, which is ctx and what the observer adds, and what is called with how it
// ended.
type Observer func(ctx, asked context.Context, batch string, keys int) (context.Context, func(error))

// AttemptKey is an attempt at a quiz, with or without what only its reviewers need.
type AttemptKey struct {
	Ref    circleclient.Ref
	Review bool
}

// Announce tells the loaders what the fields of a list's nodes may ask for. Whoever makes a list calls it.
func Announce[N any](ctx context.Context, nodes []N) {
	l := From(ctx)
	if l.expect == nil {
		return
	}
	for _, n := range nodes {
		l.expect(ctx, n)
	}
}

// New makes the loaders of one response. They run with ctx, the context of the operation and not of a field: a batch
// under its first field's deadline would fail the others with it. [Announce] calls expect, if there is any, with each
// node. observe may be nil.
func New(
	ctx context.Context, circle *circleclient.Client, expect func(ctx context.Context, node any), observe Observer,
) *Loaders {
	l := &Loaders{Circle: circle, ctx: ctx, expect: expect, observe: observe}
	l.Profile = one(l, "profiles", circle.Members.Profile)
	l.CurrentMember = one(l, "current member", keyless(circle.Members.Current))
	l.ViewerID = one(l, "", l.viewerID)
	l.Spaces = one(l, "all spaces", keyless(circle.Spaces.List))
	l.NewSpaces = one(l, "new spaces", keyless(circle.Spaces.ListAnew))
	l.Space = many(l, "spaces", l.spaces, isSpace, l.space).by(homeOrNot).
		or(circle.Spaces.Listed, circleclient.SpaceDetails)
	l.Unread = many(l, "unread counts", l.unreads, isUnread, l.unread)
	l.SpacePreferences = one(l, "space preferences", circle.Notifications.SpaceMemberPreferences)
	l.Post = many(l, "posts", l.posts, isPost, l.post).by(spaceOf).atMost(circleclient.MaxPerPage).
		or(l.listedPost, circleclient.PostParts)
	l.SlugPosts = one(l, "posts by slug", l.slugPosts)
	l.Comment = many(l, "comments", l.comments, isComment, l.comment).by(postOf).
		or(circle.Comments.Listed, circleclient.CommentAuthor|circleclient.CommentPolicies)
	l.Sections = one(l, "course sections", circle.Courses.Sections)
	l.Lesson = one(l, "lessons", l.lesson).or(circle.Courses.Listed, circleclient.LessonDetails)
	l.QuizAttempt = one(l, "quiz attempts", l.attempt)
	l.ChatRoom = many(l, "chat rooms", l.rooms, isRoom, l.room).
		or(l.listedRoom, circleclient.ChatRoomName|circleclient.ChatRoomDetails|circleclient.ChatRoomPlace)
	l.ChatMessage = one(l, "chat messages", l.message)
	l.ChatThread = many(l, "chat threads", l.threads, isThread, circle.Chat.Thread)
	l.named = one[string, any](l, "", nil)
	return l
}

// keyless is a read that takes no key.
func keyless[V any](fetch func(context.Context) (V, error)) func(context.Context, struct{}) (V, error) {
	return func(ctx context.Context, _ struct{}) (V, error) { return fetch(ctx) }
}

func (l *Loaders) lesson(ctx context.Context, r circleclient.Ref) (*circleclient.Lesson, error) {
	return l.Circle.Courses.Lesson(ctx, r.Space, r.ID)
}

func (l *Loaders) attempt(ctx context.Context, k AttemptKey) (*circleclient.QuizAttempt, error) {
	return l.Circle.Quizzes.Attempt(ctx, k.Ref.Quiz, k.Ref.ID, k.Review)
}

// Shared reads what the name stands for, such as a page of a list, once in a response: whoever asks for it again, at
// the same time or later, gets the same. A name stands for one type of value.
func Shared[T any](ctx context.Context, name string, read func() (T, error)) (T, error) {
	v, err := From(ctx).named.itself(ctx, name, func(context.Context, string) (any, error) { return read() })()
	value, _ := v.(T) // nil if it failed
	return value, err
}

// errMissing is a key that Circle did not answer.
func errMissing() error {
	return &circleclient.Error{Kind: circleclient.ErrNotFound, Operation: "batch"}
}

type contextKey struct{}

// With puts loaders into the context.
func With(ctx context.Context, l *Loaders) context.Context {
	return context.WithValue(ctx, contextKey{}, func() *Loaders { return l })
}

// WithNew is [With] for those of [New], made once somebody asks for them: a subscription to which nothing happens needs
// none.
func WithNew(
	ctx context.Context, circle *circleclient.Client, expect func(context.Context, any), observe Observer,
) context.Context {
	return context.WithValue(ctx, contextKey{}, sync.OnceValue(func() *Loaders {
		return New(ctx, circle, expect, observe)
	}))
}

// From gives the loaders of the response. It panics if there are none, which is a mistake in the wiring.
func From(ctx context.Context) *Loaders {
	loaders, ok := ctx.Value(contextKey{}).(func() *Loaders)
	if !ok {
		panic(errors.New("loaders: none in the context"))
	}
	return loaders()
}
