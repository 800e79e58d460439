package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"circlegraph/graph/generated"
)

// allFields is the field that stands for all fields of a type in the operations of these tests.
const allFields = "EVERYTHING"

// arguments are given wherever a field requires some.
var arguments = map[string]string{
	"Viewer.notificationPreferences": "(medium: IN_APP)",
}

// depth is how many objects beneath an [allFields] are opened too; payloads and pages of lists count as one with what
// they hold.
const depth = 3

// expand writes all fields of a type in place of each [allFields] in an operation. Lists that come in pages are opened
// only on that type itself: further below they are other operations' affair.
func expand(t *testing.T, operation string) string {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: operation})
	if err != nil {
		t.Fatalf("%s\n%v", operation, err)
	}
	e := expander{schema: generated.NewExecutableSchema(generated.Config{}).Schema()}
	op := doc.Operations[0]
	root := e.schema.Query
	if op.Operation == ast.Mutation {
		root = e.schema.Mutation
	}
	// The rest of the operation stays as it was written.
	e.out.WriteString(string(op.Operation))
	e.selection(root, op.SelectionSet)
	return e.out.String()
}

type expander struct {
	schema *ast.Schema
	out    strings.Builder
}

func (e *expander) selection(on *ast.Definition, set ast.SelectionSet) {
	e.out.WriteString(" {")
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if s.Name == allFields {
				e.all(on, depth, []string{on.Name}, "")
				continue
			}
			fmt.Fprintf(&e.out, " %s", s.Name)
			for i, arg := range s.Arguments {
				fmt.Fprintf(&e.out, "%s%s: %s", [...]string{"(", ", "}[min(i, 1)], arg.Name, arg.Value)
			}
			if len(s.Arguments) > 0 {
				e.out.WriteByte(')')
			}
			if len(s.SelectionSet) > 0 {
				e.selection(e.schema.Types[on.Fields.ForName(s.Name).Type.Name()], s.SelectionSet)
			}
		case *ast.InlineFragment:
			fmt.Fprintf(&e.out, " ... on %s", s.TypeCondition)
			e.selection(e.schema.Types[s.TypeCondition], s.SelectionSet)
		}
	}
	e.out.WriteString(" }")
}

// all writes every field of a type, and of the types beneath it down to a depth. Types that are being written already
// are not opened again. Fields in fragments get aliases, since types may disagree on what a field of one name is.
func (e *expander) all(on *ast.Definition, left int, within []string, prefix string) {
	e.out.WriteString(" __typename")
	if on.IsAbstractType() {
		for _, possible := range e.schema.GetPossibleTypes(on) {
			fmt.Fprintf(&e.out, " ... on %s {", possible.Name)
			e.all(possible, left, append(within, possible.Name), possible.Name+"_")
			e.out.WriteString(" }")
		}
		return
	}
	for _, f := range on.Fields {
		if strings.HasPrefix(f.Name, "__") || f.Name == "nodes" { // which are the nodes of the edges
			continue
		}
		args, known := arguments[on.Name+"."+f.Name]
		if !known && requires(f) {
			continue
		}
		child := e.schema.Types[f.Type.Name()]
		field := fmt.Sprintf(" %s%s%s", alias(prefix, f.Name), f.Name, args)
		if child.IsLeafType() {
			e.out.WriteString(field)
			continue
		}
		below := left - 1
		if strings.HasSuffix(on.Name, "Connection") || strings.HasSuffix(on.Name, "Edge") ||
			strings.HasSuffix(on.Name, "Payload") {
			below = left
		}
		paged := strings.HasSuffix(child.Name, "Connection")
		if below == 0 || paged && left < depth || e.beingWritten(child, within) {
			continue
		}
		e.out.WriteString(field + " {")
		e.all(child, below, append(within, child.Name), "")
		e.out.WriteString(" }")
	}
}

// beingWritten reports whether a type, or one that it may be, is among those above.
func (e *expander) beingWritten(def *ast.Definition, within []string) bool {
	for _, name := range within {
		if name == def.Name {
			return true
		}
		for _, possible := range e.schema.GetPossibleTypes(def) {
			if possible.Name == name {
				return true
			}
		}
	}
	return false
}

func alias(prefix, name string) string {
	if prefix == "" {
		return ""
	}
	return prefix + name + ": "
}

func requires(f *ast.FieldDefinition) bool {
	for _, arg := range f.Arguments {
		if arg.Type.NonNull && arg.DefaultValue == nil {
			return true
		}
	}
	return false
}
