package paging

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Selects reports whether a field beneath the present one was asked for.
func Selects(ctx context.Context, field string) bool {
	return slices.Contains(graphql.CollectAllFields(ctx), field)
}

// SelectsOnly reports whether nothing but these fields was asked for beneath the present one.
func SelectsOnly(ctx context.Context, fields ...string) bool {
	return !slices.ContainsFunc(graphql.CollectAllFields(ctx), func(field string) bool {
		return field != "__typename" && !slices.Contains(fields, field)
	})
}

// SelectsBeneath reports whether a field of one of these names was asked for anywhere beneath the present one.
func SelectsBeneath(ctx context.Context, fields ...string) bool {
	var in func(ast.SelectionSet) bool
	in = func(set ast.SelectionSet) bool {
		return slices.ContainsFunc(set, func(s ast.Selection) bool {
			switch s := s.(type) {
			case *ast.Field:
				return slices.Contains(fields, s.Name) || in(s.SelectionSet)
			case *ast.InlineFragment:
				return in(s.SelectionSet)
			case *ast.FragmentSpread:
				return in(s.Definition.SelectionSet)
			}
			return false
		})
	}
	return in(graphql.GetFieldContext(ctx).Field.Selections)
}
