package serial

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Scales weigh the values of an answer.
type Scales interface {
	// TakeAnswer takes a value, whose text has so many bytes, from what the answer may have. It returns an error if the
	// answer may have no more.
	TakeAnswer(size int) error
}

type scalesKey struct{}

// WithScales has the values of an answer weighed.
func WithScales(ctx context.Context, scales Scales) context.Context {
	return context.WithValue(ctx, scalesKey{}, scales)
}

// ScalesFrom returns what weighs the values of an answer; nil for nothing.
func ScalesFrom(ctx context.Context) Scales {
	scales, _ := ctx.Value(scalesKey{}).(Scales)
	return scales
}

// Plain is called by the generated code for a value that is there already, before [graphql.ResolveField]: describing a
// field in a context takes longer than writing such a value. It returns nil if the value is for that function after
// all, which makes an error of what is wrong: reading it panics, or the answer may not have it.
func Plain[T any](
	ctx context.Context, read func() T, write func(context.Context, ast.SelectionSet, T) graphql.Marshaler,
) (written graphql.Marshaler) {
	defer func() {
		if recover() != nil {
			written = nil
		}
	}()
	value, size := read(), 0
	switch v := any(value).(type) {
	case string:
		size = len(v)
	case *string:
		if v != nil {
			size = len(*v)
		}
	}
	if scales := ScalesFrom(ctx); scales != nil && scales.TakeAnswer(size) != nil {
		return nil
	}
	return write(ctx, nil, value)
}
