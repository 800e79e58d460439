package guard

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// nulls refuses variables that are null for an argument that has a default and takes no null. GraphQL allows the
// document, since the variable could have been left out, and gqlgen would go on with zero.
type nulls struct{}

var (
	_ graphql.HandlerExtension        = nulls{}
	_ graphql.OperationContextMutator = nulls{}
)

// ExtensionName names the extension in gqlgen's messages.
func (nulls) ExtensionName() string { return "Nulls" }

// Validate has nothing to check.
func (nulls) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext refuses an operation that gives null for what has a default.
func (nulls) MutateOperationContext(_ context.Context, oc *graphql.OperationContext) *gqlerror.Error {
	if oc.Operation == nil {
		return nil
	}
	w := &nullWalk{variables: map[string]bool{}, seen: map[*ast.FragmentDefinition]bool{}}
	for name, value := range oc.Variables {
		if value == nil {
			w.variables[name] = true
		}
	}
	if len(w.variables) == 0 {
		return nil
	}
	return w.selection(oc.Operation.SelectionSet)
}

// nullWalk looks for variables that are null.
type nullWalk struct {
	variables map[string]bool
	seen      map[*ast.FragmentDefinition]bool
}

func (w *nullWalk) selection(set ast.SelectionSet) (err *gqlerror.Error) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			for _, arg := range s.Arguments {
				if err == nil && s.Definition != nil {
					err = w.argument(s, arg)
				}
			}
			if err == nil {
				err = w.selection(s.SelectionSet)
			}
		case *ast.InlineFragment:
			err = w.selection(s.SelectionSet)
		case *ast.FragmentSpread:
			if s.Definition != nil && !w.seen[s.Definition] {
				w.seen[s.Definition] = true
				err = w.selection(s.Definition.SelectionSet)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *nullWalk) argument(of *ast.Field, arg *ast.Argument) *gqlerror.Error {
	def := of.Definition.Arguments.ForName(arg.Name)
	if def == nil || arg.Value.Kind != ast.Variable || !w.variables[arg.Value.Raw] || !def.Type.NonNull ||
		def.DefaultValue == nil {
		return nil
	}
	err := gqlerror.ErrorPosf(arg.Position, "`%s` of `%s` cannot be null, which the variable $%s is. Leave the variable "+
		"out to get the default, %s.", arg.Name, of.Name, arg.Value.Raw, def.DefaultValue)
	errcode.Set(err, codeBadUserInput)
	return err
}
