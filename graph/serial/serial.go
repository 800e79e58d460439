// Package serial writes the lists and objects of an answer with less than gqlgen takes. The items of a list come one
// after the other if none of them waits for anything, all at once if they do: gqlgen starts a goroutine for every item
// of every list, whose stack has to grow before it has written anything.
package serial

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Waiting are the fields whose lists have items that may wait for Circle.
type Waiting map[*ast.Field]bool

const extension = "WaitingLists"

// Know tells [Marshal] about the lists of an operation. Without it all of them may wait.
func Know(oc *graphql.OperationContext, waiting Waiting) { oc.Stats.SetExtension(extension, waiting) }

// Marshal is called by the generated code in place of [graphql.MarshalSliceConcurrently], whose parameters it has.
func Marshal(
	ctx context.Context, length int, workers int64, letPanic bool, item func(context.Context, int) graphql.Marshaler,
) graphql.Array {
	if mayWait(ctx) {
		return graphql.MarshalSliceConcurrently(ctx, length, workers, letPanic, item)
	}
	list := make(graphql.Array, length)
	for i := range list {
		list[i] = marshal(graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &i}), i, letPanic, item)
	}
	return list
}

func mayWait(ctx context.Context) bool {
	waiting, ok := graphql.GetOperationContext(ctx).Stats.GetExtension(extension).(Waiting)
	if !ok {
		return true
	}
	fc := graphql.GetFieldContext(ctx)
	for fc.Index != nil && fc.Parent != nil { // of a list within a list
		fc = fc.Parent
	}
	return waiting[fc.Field.Field]
}

// marshal writes one item, which is null if that panics.
func marshal(
	ctx context.Context, i int, letPanic bool, item func(context.Context, int) graphql.Marshaler,
) (written graphql.Marshaler) {
	if !letPanic {
		defer func() {
			if p := recover(); p != nil {
				graphql.AddError(ctx, graphql.Recover(ctx, p))
				written = graphql.Null
			}
		}()
	}
	return item(ctx, i)
}
