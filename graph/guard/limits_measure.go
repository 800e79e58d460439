package guard

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// measure looks at a document that has been parsed and not validated: fragments may be missing, and may go in circles.
type measure struct {
	doc                 *ast.QueryDocument
	aliases, directives int
	depths              map[string]int // of fragments; 0 while one is being measured, which ends a circle
}

// check finds the first limit that the document is beyond.
func (m *measure) check() *gqlerror.Error {
	if n := len(m.doc.Operations); n > maxOperations {
		return beyond("operations", maxOperations, "The document has too many operations: %d, of at most %d.", n,
			maxOperations)
	}
	m.depths = map[string]int{}
	depth := 0
	for _, operation := range m.doc.Operations {
		if err := m.checkRoot(operation); err != nil {
			return err
		}
		m.directives += len(operation.Directives)
		depth = max(depth, m.depth(operation.SelectionSet))
		if err := m.checkSet(operation.SelectionSet); err != nil {
			return err
		}
	}
	for _, fragment := range m.doc.Fragments {
		m.directives += len(fragment.Directives)
		if err := m.checkSet(fragment.SelectionSet); err != nil {
			return err
		}
	}
	switch {
	case depth > maxDepth:
		return beyond("depth", maxDepth, "The document is nested too deeply: %d fields within each other, of at most %d.",
			depth, maxDepth)
	case m.aliases > maxAliases:
		return beyond("aliases", maxAliases, "The document has too many aliases: %d, of at most %d.", m.aliases, maxAliases)
	case m.directives > maxDirectives:
		return beyond("directives", maxDirectives, "The document has too many directives: %d, of at most %d.", m.directives,
			maxDirectives)
	}
	return nil
}

// checkRoot looks at the fields of the root, each of which is a question of its own.
func (m *measure) checkRoot(operation *ast.OperationDefinition) *gqlerror.Error {
	fields := m.fields(operation.SelectionSet)
	if len(fields) > maxRootFields {
		return beyond("rootFields", maxRootFields, "The operation has more than %d fields at its root.", maxRootFields)
	}
	for _, name := range onceOnly {
		keys := map[string]bool{}
		for _, field := range fields {
			if field.Name == name {
				keys[field.Alias] = true
			}
		}
		if len(keys) > 1 {
			return beyond("onceOnly", 1, "The field `%s` may be in an operation only once.", name)
		}
	}
	return nil
}

// checkSet looks at a selection and at those within it, counting aliases and directives on the way.
func (m *measure) checkSet(set ast.SelectionSet) *gqlerror.Error {
	fields := m.fields(set)
	if len(fields) > maxFields {
		return beyond("fields", maxFields, "A selection has more than %d fields.", maxFields)
	}
	repeats := map[string]int{}
	for _, field := range fields {
		if repeats[field.Alias]++; repeats[field.Alias] > maxRepeats {
			return beyond("repeats", maxRepeats, "A selection has the field `%s` more than %d times.", field.Alias, maxRepeats)
		}
	}
	for _, selection := range set {
		var inner ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			m.directives += len(s.Directives)
			if s.Alias != s.Name {
				m.aliases++
			}
			inner = s.SelectionSet
		case *ast.InlineFragment:
			m.directives += len(s.Directives)
			inner = s.SelectionSet
		case *ast.FragmentSpread:
			m.directives += len(s.Directives)
		}
		if len(inner) > 0 {
			if err := m.checkSet(inner); err != nil {
				return err
			}
		}
	}
	return nil
}

// fields are those of a selection with those of its fragments, each fragment once, up to one more than any limit
// allows.
func (m *measure) fields(set ast.SelectionSet) []*ast.Field {
	var fields []*ast.Field
	visited := map[string]bool{}
	var collect func(ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, selection := range set {
			if len(fields) > maxFields {
				return
			}
			switch s := selection.(type) {
			case *ast.Field:
				fields = append(fields, s)
			case *ast.InlineFragment:
				collect(s.SelectionSet)
			case *ast.FragmentSpread:
				if fragment := m.doc.Fragments.ForName(s.Name); fragment != nil && !visited[s.Name] {
					visited[s.Name] = true
					collect(fragment.SelectionSet)
				}
			}
		}
	}
	collect(set)
	return fields
}

// readSchema are fields that lead into the schema, whose depth the validator looks at.
var readSchema = []string{"__schema", "__type"}

// depth is how many fields are within each other at most.
func (m *measure) depth(set ast.SelectionSet) int {
	deepest := 0
	for _, selection := range set {
		depth := 0
		switch s := selection.(type) {
		case *ast.Field:
			if !slices.Contains(readSchema, s.Name) {
				depth = 1 + m.depth(s.SelectionSet)
			}
		case *ast.InlineFragment:
			depth = m.depth(s.SelectionSet)
		case *ast.FragmentSpread:
			depth = m.fragmentDepth(s.Name)
		}
		deepest = max(deepest, depth)
	}
	return deepest
}

func (m *measure) fragmentDepth(name string) int {
	fragment := m.doc.Fragments.ForName(name)
	if fragment == nil {
		return 0
	}
	if depth, ok := m.depths[name]; ok {
		return depth
	}
	m.depths[name] = 0
	m.depths[name] = m.depth(fragment.SelectionSet)
	return m.depths[name]
}
