package guard

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"circlegraph/internal/memory"
)

const (
	// maxIntrospection is how many bytes what is read of the schema may have. GraphiQL's own query gets a third of it.
	maxIntrospection = 2 << 20
	// introspectionWeight is how many times its bytes such an answer takes while it is made.
	introspectionWeight = 10

	codeRateLimited = "RATE_LIMITED"
)

// introspection bounds answers about the schema, which cost no request to Circle and can be thousands of times as long
// as their query. It measures them along the schema before any of them is made.
type introspection struct{ schema *ast.Schema }

var (
	_ graphql.HandlerExtension        = (*introspection)(nil)
	_ graphql.OperationContextMutator = (*introspection)(nil)
)

// ExtensionName names the extension in gqlgen's messages.
func (*introspection) ExtensionName() string { return "IntrospectionSize" }

// Validate keeps the schema.
func (i *introspection) Validate(s graphql.ExecutableSchema) error {
	i.schema = s.Schema()
	return nil
}

// MutateOperationContext refuses an operation that would read too much of the schema, or for which there is no memory.
func (i *introspection) MutateOperationContext(ctx context.Context, oc *graphql.OperationContext) *gqlerror.Error {
	if oc.Operation == nil || oc.DisableIntrospection {
		return nil
	}
	m := &schemaMeasure{schema: i.schema, left: maxIntrospection}
	m.root(oc.Operation.SelectionSet, oc.Variables)
	switch {
	case m.left < 0:
		return beyond("introspection", maxIntrospection,
			"The operation would read too much of the schema: at most %d bytes are allowed. /schema.graphql has all of it.",
			maxIntrospection)
	case !memory.From(ctx).Add((maxIntrospection - m.left) * introspectionWeight):
		return busy()
	}
	return nil
}

// schemaMeasure walks a selection along the schema as the executor would, until too much has been read.
type schemaMeasure struct {
	schema *ast.Schema
	left   int64 // bytes
}

// reading is a field as it is in the answer, however often it is written.
type reading struct {
	field *ast.Field
	sets  []ast.SelectionSet
	inner []*reading // what is selected of it, once collected
	known bool
}

// root measures the fields of an operation that read the schema.
func (m *schemaMeasure) root(set ast.SelectionSet, variables map[string]any) {
	for _, f := range m.fields(&reading{sets: []ast.SelectionSet{set}}) {
		switch f.field.Name {
		case "__schema":
			m.schemaFields(f)
		case "__type":
			if name := f.field.Arguments.ForName("name"); name != nil {
				value, _ := name.Value.Value(variables) // validation has read it already
				text, _ := value.(string)
				m.definition(f, m.schema.Types[text])
			}
		}
	}
}

// fields are what is selected of a field, with what its fragments select, each name in the answer once.
func (m *schemaMeasure) fields(of *reading) []*reading {
	if of.known {
		return of.inner
	}
	of.known = true
	byAlias := map[string]*reading{}
	visited := map[*ast.FragmentDefinition]bool{}
	var collect func(ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, selection := range set {
			m.left--
			switch s := selection.(type) {
			case *ast.Field:
				f := byAlias[s.Alias]
				if f == nil {
					f = &reading{field: s}
					byAlias[s.Alias] = f
					of.inner = append(of.inner, f)
				}
				f.sets = append(f.sets, s.SelectionSet)
			case *ast.InlineFragment:
				collect(s.SelectionSet)
			case *ast.FragmentSpread:
				if s.Definition != nil && !visited[s.Definition] {
					visited[s.Definition] = true
					collect(s.Definition.SelectionSet)
				}
			}
		}
	}
	for _, set := range of.sets {
		collect(set)
	}
	return of.inner
}

// item measures one object of the answer.
func (m *schemaMeasure) item(of *reading, field func(*reading) int) {
	m.left -= 2 // its brackets
	for _, f := range m.fields(of) {
		if m.left < 0 {
			return
		}
		m.left -= int64(len(f.field.Alias) + field(f) + 4)
	}
}

// scalar is about what a name, a word or a boolean takes.
const scalar = 12

func (m *schemaMeasure) schemaFields(of *reading) {
	m.item(of, func(f *reading) int {
		switch f.field.Name {
		case "types":
			for _, def := range m.schema.Types {
				m.definition(f, def)
			}
		case "queryType":
			m.definition(f, m.schema.Query)
		case "mutationType":
			m.definition(f, m.schema.Mutation)
		case "subscriptionType":
			m.definition(f, m.schema.Subscription)
		case "directives":
			for _, directive := range m.schema.Directives {
				m.described(f, directive.Description, directive.Arguments, nil)
			}
		}
		return scalar
	})
}

func (m *schemaMeasure) definition(of *reading, def *ast.Definition) {
	if def == nil {
		return
	}
	m.item(of, func(f *reading) int {
		switch f.field.Name {
		case "description":
			return len(def.Description)
		case "fields":
			if def.Kind != ast.InputObject {
				m.definitions(f, def.Fields)
			}
		case "inputFields":
			if def.Kind == ast.InputObject {
				m.definitions(f, def.Fields)
			}
		case "interfaces":
			for _, name := range def.Interfaces {
				m.definition(f, m.schema.Types[name])
			}
		case "possibleTypes":
			if def.IsAbstractType() {
				for _, possible := range m.schema.GetPossibleTypes(def) {
					m.definition(f, possible)
				}
			}
		case "enumValues":
			for _, value := range def.EnumValues {
				m.described(f, value.Description, nil, nil)
			}
		}
		return scalar
	})
}

func (m *schemaMeasure) definitions(f *reading, fields ast.FieldList) {
	for _, field := range fields {
		m.described(f, field.Description, field.Arguments, field.Type)
	}
}

// described measures a field, an argument, a value or a directive.
func (m *schemaMeasure) described(of *reading, description string, args ast.ArgumentDefinitionList, t *ast.Type) {
	m.item(of, func(f *reading) int {
		switch f.field.Name {
		case "description":
			return len(description)
		case "args":
			for _, arg := range args {
				m.described(f, arg.Description, nil, arg.Type)
			}
		case "type":
			m.typ(f, t)
		case "locations":
			return 4 * scalar
		}
		return scalar
	})
}

// typ measures a type as a field has it, with its wrappers.
func (m *schemaMeasure) typ(of *reading, t *ast.Type) {
	switch {
	case t == nil:
	case t.NonNull:
		inner := *t
		inner.NonNull = false
		m.wrapper(of, &inner)
	case t.Elem != nil:
		m.wrapper(of, t.Elem)
	default:
		m.definition(of, m.schema.Types[t.NamedType])
	}
}

func (m *schemaMeasure) wrapper(of *reading, inner *ast.Type) {
	m.item(of, func(f *reading) int {
		if f.field.Name == "ofType" {
			m.typ(f, inner)
		}
		return scalar
	})
}
