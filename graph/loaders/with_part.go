package loaders

import (
	"context"
	"fmt"

	"circlegraph/circleclient"
)

// Record is a record of Circle's that knows which of its parts it carries.
type Record interface {
	Carries(part circleclient.Part) bool
}

// WithPart returns the record with the part: itself if it carries the part, else what is read in its place.
func WithPart[R Record](ctx context.Context, r R, part circleclient.Part) (R, error) {
	if r.Carries(part) {
		return r, nil
	}
	read, err := readAgain(ctx, r, part)
	if err != nil {
		var none R
		return none, err
	}
	return read.(R), nil
}

// OfPart returns what read takes from a part of the record, as [WithPart] returns it.
func OfPart[R Record, T any](ctx context.Context, r R, part circleclient.Part, read func(R) T) (T, error) {
	whole, err := WithPart(ctx, r, part)
	if err != nil {
		var none T
		return none, err
	}
	return read(whole), nil
}

// readAgain reads a record by the operation that fills the part.
func readAgain(ctx context.Context, r any, part circleclient.Part) (any, error) {
	l := From(ctx)
	switch r := r.(type) {
	case *circleclient.Post:
		return l.Post.LoadPart(ctx, r.NodeRef(), part)
	case *circleclient.Comment:
		if ref := r.NodeRef(); ref.Parent != 0 { // the list that would have others with it lacks the same
			return l.Comment.LoadFull(ctx, ref)
		}
		return l.Comment.LoadPart(ctx, r.NodeRef(), part)
	case *circleclient.Space:
		if part == circleclient.SpaceChatRoom {
			return l.Space.LoadFull(ctx, r.ID)
		}
		return l.Space.LoadPart(ctx, r.ID, part)
	case *circleclient.Lesson:
		return l.Lesson.LoadPart(ctx, r.NodeRef(), part)
	case *circleclient.QuizAttempt:
		return l.QuizAttempt.Load(ctx, AttemptKey{Ref: r.NodeRef(), Review: part == circleclient.AttemptReview})
	case *circleclient.ChatRoom:
		if part == circleclient.ChatRoomFirstUnread {
			return l.ChatRoom.LoadFull(ctx, r.UUID)
		}
		return l.ChatRoom.LoadPart(ctx, r.UUID, part)
	case *circleclient.ChatMessage:
		return l.ChatMessage.Load(ctx, r.NodeRef())
	case *circleclient.ChatThread:
		return l.ChatThread.Load(ctx, r.ID)
	}
	panic(fmt.Sprintf("loaders: %T cannot be read again", r))
}
