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

// deferred answers an operation with @defer in parts.
func (x *exchange) deferred(ctx context.Context, oc *graphql.OperationContext) {
	// gqlgen waits for every deferred part, and for ever where a cancelled context has kept one from being sent: this runs
	// to its end, also where the client has gone. Each call to Circle has its own limit of time.
	next, ctx := x.exec.DispatchOperation(context.WithoutCancel(ctx), oc)
	m := x.multipart("deferSpec=" + deferSpec)
	for first := true; ; first = false {
		response := next(ctx)
		if response == nil {
			break
		}
		if response.HasNext == nil {
			response.HasNext = new(bool) // nothing was deferred after all
		}
		if first {
			response.Data = withoutDeferred(response.Data, oc.Doc, oc.Operation.SelectionSet)
			m.part(encode(response))
		} else {
			m.part(encodeIncrement(response))
		}
	}
	m.end()
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

// Defers reports whether an operation may be answered in parts.
func Defers(oc *graphql.OperationContext) bool {
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
	if !Defers(oc) {
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

func (x *exchange) multipart(spec string) *multipart {
	boundary := rand.Text() // not to be guessed: some clients look for it everywhere, in what members have written too
	m := &multipart{x.stream(mediaMultipart + `;boundary="` + boundary + `";` + spec), "\r\n--" + boundary}
	_ = m.send([]byte(m.delimiter)) // here and below: a peer that has gone needs no answer
	return m
}

// part sends one part with the delimiter behind it: clients read a part when they see the delimiter.
func (m *multipart) part(body []byte) {
	_ = m.send(slices.Concat([]byte("\r\nContent-Type: application/json\r\n\r\n"), body, []byte(m.delimiter)))
}

func (m *multipart) end() { _ = m.send([]byte("--\r\n")) }
