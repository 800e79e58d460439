package graph

import (
	"context"
	"fmt"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
	"circlegraph/internal/panics"
)

// maxNodes is how many objects `nodes` fetches at once.
const maxNodes = 100

// loadNode fetches an object again, whatever its type.
func loadNode(ctx context.Context, ref circleclient.Ref) (_ model.Node, err error) {
	defer panics.Recover(&err)
	switch ref.Type {
	case circleclient.RefMember:
		return orNil(loadMember(ctx, ref.ID, paging.Parts(ctx)))
	case circleclient.RefSpace:
		return orNil(loadSpace(ctx, ref.ID))
	case circleclient.RefPost:
		return loadPost(ctx, ref)
	case circleclient.RefLesson:
		return orNil(loadLesson(ctx, ref))
	case circleclient.RefQuizAttempt:
		return orNil(loadAttempt(ctx, ref))
	case circleclient.RefChatRoom:
		return orNil(loadChatRoom(ctx, ref.Room))
	case circleclient.RefChatMessage:
		return orNil(loaders.From(ctx).ChatMessage.Load(ctx, ref))
	case circleclient.RefChatThread:
		return orNil(loaders.From(ctx).ChatThread.Load(ctx, ref.ID))
	default:
		return orNil(loadComment(ctx, ref))
	}
}

// orNil keeps a nil pointer from becoming an interface that is not nil.
func orNil[T model.Node](n T, err error) (model.Node, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}

// loadNodes fetches many objects side by side; what cannot be fetched, or is not allowed, is null with an error at its
// place.
func loadNodes(
	ctx context.Context, ids []string, allow func(int, circleclient.Ref) error,
) ([]model.Node, error) {
	if len(ids) > maxNodes {
		return nil, &scalar.InputError{Message: fmt.Sprintf("Up to %d objects are fetched at once, not %d.", maxNodes,
			len(ids))}
	}
	nodes := make([]model.Node, len(ids))
	refs := make([]circleclient.Ref, len(ids))
	for i, id := range ids {
		ref, err := scalar.ParseRef(id)
		if err == nil {
			err = allow(i, ref)
		}
		if err != nil {
			addError(ctx, err, ast.PathIndex(i))
			continue
		}
		refs[i] = ref
	}
	loaders.Announce(ctx, refs)
	var wait sync.WaitGroup
	for i, ref := range refs {
		if ref.IsZero() {
			continue
		}
		wait.Go(func() {
			var err error
			nodes[i], err = loadNode(ctx, ref)
			if err != nil {
				addError(ctx, err, ast.PathIndex(i))
			}
		})
	}
	wait.Wait()
	return nodes, nil
}

// addError reports what failed beneath the field without failing it.
func addError(ctx context.Context, err error, place ast.PathElement) {
	field := graphql.GetFieldContext(ctx)
	child := &graphql.FieldContext{Parent: field}
	switch p := place.(type) {
	case ast.PathIndex:
		i := int(p)
		child.Index = &i
	case ast.PathName:
		child.Field = graphql.CollectedField{Field: &ast.Field{Alias: string(p), Name: string(p)}}
	}
	graphql.AddError(graphql.WithFieldContext(ctx, child), err)
}

// numbersOf reads the ids of several objects of one type as Circle's own numbers.
func numbersOf(of circleclient.RefType, ids []string) ([]int64, error) {
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		ref, err := scalar.ParseRefOf(of, id)
		if err != nil {
			return nil, err
		}
		numbers[i] = ref.ID
	}
	return numbers, nil
}

// refUnless is the id of what went, unless it was refused.
func refUnless(problems []*model.UserError, ref circleclient.Ref) *string {
	return idUnless(problems, scalar.FormatRef(ref))
}

// idUnless is the id of what went, unless it was refused.
func idUnless(problems []*model.UserError, id string) *string {
	if len(problems) > 0 {
		return nil
	}
	return &id
}
