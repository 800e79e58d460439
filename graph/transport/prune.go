package transport

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/vektah/gqlparser/v2/ast"
)

// withoutDeferred takes out of the first part of an answer the fields that later parts bring. gqlgen gives them as
// null, which a client would show until then. A field that some type of object has at once stays, so that no true null
// is lost.
func withoutDeferred(data []byte, doc *ast.QueryDocument, set ast.SelectionSet) []byte {
	var out bytes.Buffer
	p := &pruner{
		doc, jsontext.NewDecoder(bytes.NewReader(data)),
		jsontext.NewEncoder(&out, jsontext.AllowInvalidUTF8(true)),
	}
	if p.value(set) != nil {
		return data
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// pruner copies JSON along a selection.
type pruner struct {
	doc *ast.QueryDocument
	in  *jsontext.Decoder
	out *jsontext.Encoder
}

// value copies the next value, which the fields of set were selected from.
func (p *pruner) value(set ast.SelectionSet) error {
	switch p.in.PeekKind() {
	case '[':
		return p.inside(']', func() error { return p.value(set) })
	case '{':
		fields := &selected{doc: p.doc, now: map[string]ast.SelectionSet{}, later: map[string]bool{}}
		fields.collect(set, false, map[string]bool{})
		return p.inside('}', func() error { return p.member(fields) })
	}
	v, err := p.in.ReadValue()
	if err != nil {
		return err
	}
	return p.out.WriteValue(v)
}

// inside copies what stands between two brackets.
func (p *pruner) inside(end jsontext.Kind, each func() error) error {
	if err := p.token(); err != nil {
		return err
	}
	for p.in.PeekKind() != end {
		if err := each(); err != nil {
			return err
		}
	}
	return p.token()
}

func (p *pruner) token() error {
	t, err := p.in.ReadToken()
	if err != nil {
		return err
	}
	return p.out.WriteToken(t)
}

// member copies one field of an object, unless it comes later.
func (p *pruner) member(fields *selected) error {
	t, err := p.in.ReadToken()
	if err != nil {
		return err
	}
	key := t.String()
	inner, now := fields.now[key]
	if !now && fields.later[key] && p.in.PeekKind() == 'n' {
		return p.in.SkipValue()
	}
	if err := p.out.WriteToken(jsontext.String(key)); err != nil {
		return err
	}
	return p.value(inner)
}

// selected are the fields of an object by their keys: those given at once, with what is selected within, and the
// deferred.
type selected struct {
	doc   *ast.QueryDocument
	now   map[string]ast.SelectionSet
	later map[string]bool
}

func (s *selected) collect(set ast.SelectionSet, deferred bool, within map[string]bool) {
	for _, selection := range set {
		switch f := selection.(type) {
		case *ast.Field:
			if deferred {
				s.later[f.Alias] = true
			} else {
				s.now[f.Alias] = append(s.now[f.Alias], f.SelectionSet...)
			}
		case *ast.InlineFragment:
			s.collect(f.SelectionSet, deferred || f.Directives.ForName("defer") != nil, within)
		case *ast.FragmentSpread:
			if fragment := s.doc.Fragments.ForName(f.Name); fragment != nil && !within[f.Name] {
				within[f.Name] = true
				s.collect(fragment.SelectionSet, deferred || f.Directives.ForName("defer") != nil, within)
				delete(within, f.Name) // it may come again, deferred or not
			}
		}
	}
}
