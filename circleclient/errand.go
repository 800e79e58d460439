package circleclient

import "context"

// errand is what several calls are made for: one is worth little without the others.
type errand struct {
	begun bool // whether one of them has been sent; guarded by the budget
}

type errandKey struct{}

// Together returns a context whose calls belong together, such as those for one screen. Where the budget does not suffice
// for everybody, what has been begun is finished before anything else is begun.
func Together(ctx context.Context) context.Context {
	return context.WithValue(ctx, errandKey{}, &errand{})
}

func errandFrom(ctx context.Context) *errand {
	e, _ := ctx.Value(errandKey{}).(*errand)
	return e
}
