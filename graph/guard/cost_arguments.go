package guard

import (
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
)

// argument is what an argument, or a key within it, is given or defaults to; nil if it is null or absent.
func (e *estimator) argument(field *ast.Field, path ...string) any {
	var value any
	if given := field.Arguments.ForName(path[0]); given != nil {
		value, _ = given.Value.Value(e.variables) // validation has read it already
	}
	if value == nil {
		if def := field.Definition.Arguments.ForName(path[0]); def != nil && def.DefaultValue != nil {
			value, _ = def.DefaultValue.Value(nil)
		}
	}
	for _, key := range path[1:] {
		value = asMap(value)[key]
	}
	return value
}

// size is how many items a field gives at most, for each object that has it.
func (e *estimator) size(f *fieldCost, field *ast.Field) int64 {
	if f.page == nil && !f.isList {
		return 1
	}
	for _, name := range []string{"ids", "representations"} {
		if named, ok := e.argument(field, name).([]any); ok {
			return int64(len(named))
		}
	}
	for _, name := range []string{"first", "last"} {
		if value := e.argument(field, name); value != nil {
			first, _ := graphql.UnmarshalInt64(value)
			if first < 1 || first > circleclient.MaxPerPage {
				return 0 // the field refuses it
			}
			return first
		}
	}
	return f.items
}

// extraPage is the second request of a page that does not begin where one of Circle's does, or from an item that is
// gone.
func (e *estimator) extraPage(c cost, field *ast.Field) int64 {
	if c.load == "" && (e.argument(field, "after") != nil || e.argument(field, "before") != nil) {
		return c.calls
	}
	return 0
}

// applies reports whether the conditions of a cost hold for objects from these operations.
func (e *estimator) applies(c cost, field *ast.Field, from circleclient.Sources) bool {
	return (c.when == condition{} || e.holds(c.when, field, from)) && !e.holds(c.unless, field, from)
}

func (e *estimator) holds(c condition, field *ast.Field, from circleclient.Sources) bool {
	if c.argument != "" {
		return e.argument(field, strings.Split(c.argument, ".")...) != nil
	}
	return c.source != circleclient.SourceUnknown && from&c.source.Of() != 0
}

// includes reports what @skip and @include say.
func (e *estimator) includes(directives ast.DirectiveList) bool {
	for _, d := range directives {
		if d.Name != "skip" && d.Name != "include" {
			continue
		}
		value, _ := d.Arguments.ForName("if").Value.Value(e.variables)
		if yes, _ := value.(bool); yes == (d.Name == "skip") {
			return false
		}
	}
	return true
}
