package transport

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// deferSpec is the form of incremental answers that gqlgen produces and that Apollo's clients ask for: each later part
// has a list `incremental` whose members say where in the first part they belong.
const deferSpec = "20220824"

// deferred answers an operation with @defer in parts. gqlgen defers in queries only: what a mutation defers would never
// be sent, nor end.
func (x *exchange) deferred(ctx context.Context, oc *graphql.OperationContext) {
	if oc.Operation.Operation != ast.Query {
		withoutDefer(oc)
	}
	// gqlgen waits for every deferred part, and for ever where a cancelled context has kept one from being sent. So this
	// runs to its end, also where the client has gone, and what it waits for is to end with [Waiting].
	ctx = context.WithValue(context.WithoutCancel(ctx), waitingKey{}, ctx)
	next, ctx := x.exec.DispatchOperation(ctx, oc)
	m := x.multipart("deferSpec=" + deferSpec)
	for first := true; ; first = false {
		response := next(ctx)
		if response == nil {
			break
		}
		if response.HasNext == nil {
			response.HasNext = new(bool) // nothing was deferred after all
		}
		body := encodeIncrement
		if first {
			response.Data = withoutDeferred(response.Data, oc.Doc, oc.Operation.SelectionSet)
			body = encode
		}
		after := m.delimiter
		if !*response.HasNext {
			after += closing
		}
		_ = m.send(slices.Concat([]byte(partHead), body(response), []byte(after)))
	}
}

type waitingKey struct{}

// Waiting returns the context that ends when nobody waits for an operation any more: that of an operation itself,
// unless it is answered in parts, which must be carried out to the end.
func Waiting(ctx context.Context) context.Context {
	if waiting, ok := ctx.Value(waitingKey{}).(context.Context); ok {
		return waiting
	}
	return ctx
}

// encodeIncrement writes a later part of an incremental answer.
func encodeIncrement(r *graphql.Response) []byte {
	type increment struct {
		Errors gqlerror.List   `json:"errors,omitempty"`
		Data   json.RawMessage `json:"data"`
		Label  string          `json:"label,omitempty"`
		Path   ast.Path        `json:"path"`
	}
	path := r.Path
	if path == nil {
		path = ast.Path{} // at the root
	}
	return marshal(struct {
		Incremental []increment `json:"incremental"`
		HasNext     bool        `json:"hasNext"`
	}{[]increment{{r.Errors, r.Data, r.Label, path}}, *r.HasNext})
}

// defers reports whether an operation may be answered in parts.
func defers(oc *graphql.OperationContext) bool {
	found := hasDefer(oc.Operation.SelectionSet)
	for _, fragment := range oc.Doc.Fragments {
		found = found || hasDefer(fragment.SelectionSet)
	}
	return found
}

func hasDefer(set ast.SelectionSet) bool {
	for _, selection := range set {
		var directives ast.DirectiveList
		var inner ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			inner = s.SelectionSet
		case *ast.InlineFragment:
			directives, inner = s.Directives, s.SelectionSet
		case *ast.FragmentSpread:
			directives = s.Directives
		}
		if directives.ForName("defer") != nil || hasDefer(inner) {
			return true
		}
	}
	return false
}

// withoutDefer makes an operation answer in one piece, as the specification lets a server do, for a client that cannot
// read parts. The document is shared with other requests, so it is copied.
func withoutDefer(oc *graphql.OperationContext) {
	if !defers(oc) {
		return
	}
	operation, doc := *oc.Operation, *oc.Doc
	operation.SelectionSet = undeferred(operation.SelectionSet)
	doc.Operations = ast.OperationList{&operation}
	doc.Fragments = make(ast.FragmentDefinitionList, len(oc.Doc.Fragments))
	for i, fragment := range oc.Doc.Fragments {
		whole := *fragment
		whole.SelectionSet = undeferred(fragment.SelectionSet)
		doc.Fragments[i] = &whole
	}
	oc.Operation, oc.Doc = &operation, &doc
}

func undeferred(set ast.SelectionSet) ast.SelectionSet {
	whole := make(ast.SelectionSet, len(set))
	for i, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			field := *s
			field.SelectionSet = undeferred(s.SelectionSet)
			whole[i] = &field
		case *ast.InlineFragment:
			fragment := *s
			fragment.Directives, fragment.SelectionSet = notDefer(s.Directives), undeferred(s.SelectionSet)
			whole[i] = &fragment
		case *ast.FragmentSpread:
			spread := *s
			spread.Directives = notDefer(s.Directives)
			whole[i] = &spread
		}
	}
	return whole
}

func notDefer(directives ast.DirectiveList) ast.DirectiveList {
	var others ast.DirectiveList
	for _, d := range directives {
		if d.Name != "defer" {
			others = append(others, d)
		}
	}
	return others
}

// multipart is an answer of several parts, as multipart/mixed.
type multipart struct {
	*stream

	delimiter string
}

const (
	// partHead stands before each part. Apollo iOS knows the name of the header only in small letters.
	partHead = "\r\ncontent-type: application/json\r\n\r\n"
	// closing follows the last delimiter, in the same write: Apollo iOS takes bytes without a delimiter for a fault.
	closing = "--\r\n"
)

// multipart begins an answer of parts. Each is sent with the delimiter behind it, on which clients read it.
// spec is a parameter without quotes, which Apollo iOS does not take off.
func (x *exchange) multipart(spec string) *multipart {
	boundary := rand.Text() // not to be guessed: some clients look for it everywhere, in what members have written too
	m := &multipart{x.stream(mediaMultipart + `;boundary="` + boundary + `";` + spec), "\r\n--" + boundary}
	_ = m.send([]byte(m.delimiter)) // here and above: a peer that has gone needs no answer
	return m
}
