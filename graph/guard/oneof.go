package guard

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// oneOf holds variables to `@oneOf`: gqlgen checks literals only, so `login(input: $input)` with two keys would pass,
// and which of them counted would be chance.
type oneOf struct{ schema *ast.Schema }

var (
	_ graphql.HandlerExtension        = (*oneOf)(nil)
	_ graphql.OperationContextMutator = (*oneOf)(nil)
)

// ExtensionName names the extension in gqlgen's messages.
func (*oneOf) ExtensionName() string { return "OneOf" }

// Validate keeps the schema.
func (o *oneOf) Validate(s graphql.ExecutableSchema) error {
	o.schema = s.Schema()
	return nil
}

// MutateOperationContext refuses an operation with a variable that is no one of.
func (o *oneOf) MutateOperationContext(_ context.Context, oc *graphql.OperationContext) *gqlerror.Error {
	if oc.Operation == nil {
		return nil
	}
	for _, v := range oc.Operation.VariableDefinitions {
		if value, ok := oc.Variables[v.Variable]; ok {
			if err := o.check(v.Type, value, ast.Path{ast.PathName("variable"), ast.PathName(v.Variable)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// check walks a value along its type.
func (o *oneOf) check(t *ast.Type, value any, path ast.Path) *gqlerror.Error {
	if value == nil {
		return nil
	}
	if t.Elem != nil {
		items, ok := value.([]any)
		if !ok {
			return o.check(t.Elem, value, path) // a single value for a list of one
		}
		for i, item := range items {
			if err := o.check(t.Elem, item, append(slices.Clip(path), ast.PathIndex(i))); err != nil {
				return err
			}
		}
		return nil
	}
	def, fields := o.schema.Types[t.NamedType], asMap(value)
	if def == nil || def.Kind != ast.InputObject || fields == nil {
		return nil
	}
	if def.Directives.ForName("oneOf") != nil && !exactlyOne(fields) {
		err := gqlerror.ErrorPathf(path, "Exactly one key of %s must be given, and it must not be null.", t.NamedType)
		errcode.Set(err, codeBadUserInput)
		return err
	}
	for _, field := range def.Fields {
		if v, ok := fields[field.Name]; ok {
			if err := o.check(field.Type, v, append(slices.Clip(path), ast.PathName(field.Name))); err != nil {
				return err
			}
		}
	}
	return nil
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func exactlyOne(fields map[string]any) bool {
	if len(fields) != 1 {
		return false
	}
	for _, v := range fields {
		return v != nil
	}
	return false
}
