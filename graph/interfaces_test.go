package graph_test

import (
	"reflect"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
	"circlegraph/graph/generated"
	"circlegraph/graph/model"
)

// The executor asks a value's Go type for the interfaces it has, so a type must satisfy those that the schema gives it
// and no other: else `node` fails for it.
func TestNodesSatisfyTheirInterfacesAlone(t *testing.T) {
	types := map[string]model.Node{
		"Member": &model.Member{}, "Space": &circleclient.Space{}, "BasicPost": &model.BasicPost{},
		"ImagePost": &model.ImagePost{},
		"Event":     &model.Event{}, "Comment": &circleclient.Comment{}, "ChatRoom": &circleclient.ChatRoom{},
		"ChatMessage": &circleclient.ChatMessage{}, "ChatThread": &circleclient.ChatThread{},
		"Lesson":      &circleclient.Lesson{},
		"QuizAttempt": &circleclient.QuizAttempt{},
	}
	interfaces := map[string]reflect.Type{
		"Likeable": reflect.TypeFor[model.Likeable](), "Commentable": reflect.TypeFor[model.Commentable](),
		"Bookmarkable": reflect.TypeFor[model.Bookmarkable](), "Followable": reflect.TypeFor[model.Followable](),
		"Reportable": reflect.TypeFor[model.Reportable](), "Updatable": reflect.TypeFor[model.Updatable](),
		"Deletable": reflect.TypeFor[model.Deletable](), "Post": reflect.TypeFor[model.Post](),
	}
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, def := range schema.GetPossibleTypes(schema.Types["Node"]) {
		if def.Kind != ast.Object {
			continue
		}
		node := types[def.Name]
		if node == nil {
			t.Errorf("%s is a Node that this test does not know: add it", def.Name)
			continue
		}
		declared := map[string]bool{}
		for _, i := range def.Interfaces {
			declared[i] = true
		}
		for name, i := range interfaces {
			if has := reflect.TypeOf(node).Implements(i); has != declared[name] {
				t.Errorf("%T satisfies %s: %t, and the schema says %t", node, name, has, declared[name])
			}
		}
	}
}
