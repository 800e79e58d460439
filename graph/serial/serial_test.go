package serial

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// inList is a context in which the executor marshals a list.
func inList(t *testing.T, waiting Waiting, field *ast.Field) context.Context {
	t.Helper()
	oc := &graphql.OperationContext{}
	if waiting != nil {
		Know(oc, waiting)
	}
	ctx := graphql.WithOperationContext(t.Context(), oc)
	ctx = graphql.WithResponseContext(ctx,
		func(_ context.Context, err error) *gqlerror.Error { return gqlerror.Wrap(err) },
		func(_ context.Context, p any) error { return fmt.Errorf("panic: %v", p) })
	return graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: graphql.CollectedField{Field: field}})
}

func written(list graphql.Array) string {
	var text strings.Builder
	list.MarshalGQL(&text)
	return text.String()
}

// Each item waits for the one that comes after it, which only works where all are written at the same time.
func TestItemsThatWait(t *testing.T) {
	field := &ast.Field{Alias: "nodes"}
	for name, waiting := range map[string]Waiting{"known to wait": {field: true}, "not known": nil} {
		t.Run(name, func(t *testing.T) {
			begun := []chan struct{}{make(chan struct{}), make(chan struct{}), make(chan struct{})}
			list := Marshal(inList(t, waiting, field), 3, 0, false, func(_ context.Context, i int) graphql.Marshaler {
				close(begun[i])
				<-begun[min(i+1, 2)]
				return graphql.MarshalInt(i)
			})
			if got := written(list); got != "[0,1,2]" {
				t.Errorf("written %s", got)
			}
		})
	}
}

func TestItemsThatDoNotWait(t *testing.T) {
	var order []int
	list := Marshal(inList(t, Waiting{}, &ast.Field{Alias: "nodes"}), 3, 0, false,
		func(ctx context.Context, i int) graphql.Marshaler {
			order = append(order, *graphql.GetFieldContext(ctx).Index)
			return graphql.MarshalInt(i)
		})
	if got := written(list); got != "[0,1,2]" || !slices.Equal(order, []int{0, 1, 2}) {
		t.Errorf("written %s in the order %v", got, order)
	}
}

func TestPanicOfAnItem(t *testing.T) {
	ctx := inList(t, Waiting{}, &ast.Field{Alias: "nodes"})
	list := Marshal(ctx, 2, 0, false, func(_ context.Context, i int) graphql.Marshaler {
		if i == 0 {
			panic("made up")
		}
		return graphql.MarshalInt(i)
	})
	errs := graphql.GetErrors(ctx)
	if got := written(list); got != "[null,1]" || len(errs) != 1 || !strings.Contains(errs[0].Message, "panic: made up") {
		t.Errorf("written %s with errors %v", got, errs)
	}
}

// A list within a list belongs to the same field.
func TestListOfLists(t *testing.T) {
	field := &ast.Field{Alias: "rows"}
	ctx := inList(t, Waiting{field: true}, field)
	index := 0
	if inner := graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &index}); !mayWait(inner) {
		t.Error("the inner list is not known to wait")
	}
}
