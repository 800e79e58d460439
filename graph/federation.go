package graph

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"

	"circlegraph/circleclient"
	"circlegraph/graph/model"
	"circlegraph/graph/scalar"
)

// federationTypes are the types that only a router reads.
func federationTypes() []string { return []string{"_Any", "_Entity", "_Service"} }

// withoutFederation removes from a schema what only a router asks for.
func withoutFederation(schema *ast.Schema) {
	for _, name := range federationTypes() {
		delete(schema.Types, name)
	}
	query := *schema.Query
	query.Fields = slices.DeleteFunc(slices.Clone(query.Fields), func(f *ast.FieldDefinition) bool {
		return f.Name == "_service" || f.Name == "_entities"
	})
	schema.Query = &query
	schema.Types[query.Name] = &query
}

// FederationSDL is the schema as a subgraph of Apollo Federation 2 has it: every Node is an entity by its `id`, and
// `node` and `nodes` are hidden, because only this graph understands its ids.
var FederationSDL = sync.OnceValue(func() string {
	document, err := parser.ParseSchema(&ast.Source{Name: "schema.graphql", Input: printedSchema})
	if err != nil {
		panic(err) // the printed schema is part of this program, and tests read it
	}
	for _, def := range document.Definitions {
		switch {
		case def.Kind == ast.Object && slices.Contains(def.Interfaces, "Node"):
			def.Directives = append(def.Directives, directive("key", &ast.Argument{
				Name: "fields", Value: &ast.Value{Raw: "id", Kind: ast.StringValue},
			}))
		case def.Name == "PageInfo":
			def.Directives = append(def.Directives, directive("shareable"))
		case def.Name == "Query":
			for _, name := range []string{"node", "nodes"} {
				field := def.Fields.ForName(name)
				field.Directives = append(field.Directives, directive("inaccessible"))
			}
		}
	}
	out := bytes.NewBufferString(`extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@inaccessible", "@key", "@shareable"])

`)
	formatter.NewFormatter(out, formatter.WithIndent("  ")).FormatSchemaDocument(document)
	return out.String()
})

func directive(name string, arguments ...*ast.Argument) *ast.Directive {
	return &ast.Directive{Name: name, Arguments: arguments}
}

// ServiceSDL answers `_service`.
func (r *Resolver) ServiceSDL() string { return FederationSDL() }

// Entities answers `_entities`.
func (r *Resolver) Entities(ctx context.Context, representations []map[string]any) []model.Node {
	ids, names := make([]string, len(representations)), make([]string, len(representations))
	for i, representation := range representations {
		ids[i], _ = representation["id"].(string) // none is no id either, and refused as such
		names[i], _ = representation["__typename"].(string)
	}
	entities, err := loadNodes(ctx, ids, func(i int, ref circleclient.Ref) error {
		if !slices.Contains(typesOf(ref.Type), names[i]) {
			return misnamed(names[i])
		}
		return nil
	})
	if err != nil {
		addError(ctx, err, nil)
		return make([]model.Node, len(representations))
	}
	for i, entity := range entities {
		if post, ok := entity.(model.Post); ok && kindOf(post) != names[i] { // which only the post itself says
			entities[i] = nil
			addError(ctx, misnamed(names[i]), ast.PathIndex(i))
		}
	}
	return entities
}

// misnamed refuses a representation whose id is of another type.
func misnamed(name string) error {
	return &scalar.InputError{Message: fmt.Sprintf("%q is no `__typename` of what the `id` names.", name)}
}

// typesOf are the types of the schema that an id of a kind may be of.
func typesOf(kind circleclient.RefType) []string {
	if kind == circleclient.RefPost {
		return []string{"BasicPost", "Event", "ImagePost"}
	}
	return []string{string(kind)}
}

// kindOf is the type of the schema that a post is of.
func kindOf(p model.Post) string {
	switch p.(type) {
	case *model.ImagePost:
		return "ImagePost"
	case *model.Event:
		return "Event"
	default:
		return "BasicPost"
	}
}
