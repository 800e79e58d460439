package serial

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// most are scales for an answer of so many bytes.
type most struct{ left int }

func (m *most) TakeAnswer(size int) error {
	if m.left -= size; m.left < 0 {
		return errors.New("too much")
	}
	return nil
}

func writeText(_ context.Context, _ ast.SelectionSet, text string) graphql.Marshaler {
	return graphql.MarshalString(text)
}

func TestPlainValues(t *testing.T) {
	var text strings.Builder
	Plain(t.Context(), func() string { return "there" }, writeText).MarshalGQL(&text)
	if text.String() != `"there"` {
		t.Errorf("written %s", &text)
	}
	var nobody *struct{ Name string }
	if Plain(t.Context(), func() string { return nobody.Name }, writeText) != nil {
		t.Error("a value is written that cannot be read")
	}
}

func TestPlainValuesAreWeighed(t *testing.T) {
	scales := &most{left: 10}
	ctx, text := WithScales(t.Context(), scales), "there"
	Plain(ctx, func() *string { return nil }, func(context.Context, ast.SelectionSet, *string) graphql.Marshaler {
		return graphql.Null
	})
	Plain(ctx, func() *string { return &text }, func(context.Context, ast.SelectionSet, *string) graphql.Marshaler {
		return graphql.Null
	})
	Plain(ctx, func() int { return 7 }, func(context.Context, ast.SelectionSet, int) graphql.Marshaler {
		return graphql.MarshalInt(7)
	})
	if scales.left != 5 {
		t.Errorf("%d bytes are left, want 5", scales.left)
	}
	for i, fits := range []bool{true, false} {
		if written := Plain(ctx, func() string { return text }, writeText); (written != nil) != fits {
			t.Errorf("text %d is written: %t", i, !fits)
		}
	}
}

// Beside what writes it, a plain value takes no memory.
func TestPlainValuesAllocateNothing(t *testing.T) {
	ctx, member := WithScales(t.Context(), &most{left: 1 << 20}), &struct{ Name string }{"there"}
	if n := testing.AllocsPerRun(100, func() {
		Plain(ctx, func() string { return member.Name }, func(context.Context, ast.SelectionSet, string) graphql.Marshaler {
			return graphql.Null
		})
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
