package paging

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
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

// Parts returns the parts of a record that the fields beneath the present one read, by their @cost, whatever type of
// object the record is.
func Parts(ctx context.Context) (needs circleclient.Part) {
	variables := graphql.GetOperationContext(ctx).Variables
	var in func(ast.SelectionSet)
	in = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if IsIncluded(s.Directives, variables) && s.Definition != nil {
					for _, cost := range s.Definition.Directives.ForNames("cost") {
						if part := cost.Arguments.ForName("part"); part != nil {
							needs |= circleclient.PartOf(part.Value.Raw)
						}
					}
				}
			case *ast.InlineFragment:
				if IsIncluded(s.Directives, variables) {
					in(s.SelectionSet)
				}
			case *ast.FragmentSpread:
				if IsIncluded(s.Directives, variables) {
					in(s.Definition.SelectionSet)
				}
			}
		}
	}
	in(graphql.GetFieldContext(ctx).Field.Selections)
	return needs
}

// IsIncluded reports whether @skip and @include let a selection be carried out.
func IsIncluded(directives ast.DirectiveList, variables map[string]any) bool {
	for name, carriedOut := range map[string]bool{"skip": false, "include": true} {
		if d := directives.ForName(name); d != nil && d.ArgumentMap(variables)["if"] != carriedOut {
			return false
		}
	}
	return true
}
