package frontpage

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/yuin/goldmark"
)

// mostHits is how many hits of a search are shown.
const mostHits = 100

// typePage is a type of the schema, for its page.
type typePage struct {
	Name, Kind string
	About      template.HTML
	// Of are the interfaces that it has, Possible what an interface or union can be, and In the fields that give it or
	// take it.
	Of, Possible, In []string
	Fields           []fieldRow
}

// fieldRow is a field, a key of an input or a value of an enum.
type fieldRow struct {
	Name       string
	Type, Base string // as it is written, and the type to link to
	About      template.HTML
	Default    string
	Arguments  []fieldRow
	Deprecated string
	// Costs are sentences about requests to Circle, and Operations those of Circle that fill what the field gives.
	Costs, Operations []string
}

// hit is what a search has found.
type hit struct{ Type, Field, About string }

// schemaPages are the pages of all types.
type schemaPages struct {
	types map[string]*typePage
	kinds []schemaKind
	hits  []hit // all that can be found, types first
}

// schemaKind is a group of types.
type schemaKind struct {
	Title string
	Names []string
}

// kindTitles are the groups in their order.
var kindTitles = []struct {
	kind  ast.DefinitionKind
	title string
}{
	{ast.Object, "Types"},
	{ast.Interface, "Interfaces"},
	{ast.Union, "Unions"},
	{ast.Enum, "Enums"},
	{ast.InputObject, "Inputs"},
	{ast.Scalar, "Scalars"},
}

// readSchema makes the pages of a schema whose fields still say what they cost. Operation names the operation of Circle
// that the SDL has a word for.
func readSchema(schema *ast.Schema, operation func(word string) string) *schemaPages {
	s := &schemaPages{types: map[string]*typePage{}}
	roots := schemaKind{Title: "To begin with"}
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		if root != nil {
			roots.Names = append(roots.Names, root.Name)
		}
	}
	s.kinds = append(s.kinds, roots)
	for _, group := range kindTitles {
		kind := schemaKind{Title: group.title}
		for name, def := range schema.Types {
			if def.Kind == group.kind && !strings.HasPrefix(name, "__") {
				s.types[name] = s.page(schema, def, operation)
				if !slices.Contains(roots.Names, name) {
					kind.Names = append(kind.Names, name)
				}
			}
		}
		slices.Sort(kind.Names)
		s.kinds = append(s.kinds, kind)
	}
	s.link()
	return s
}

func (s *schemaPages) page(schema *ast.Schema, def *ast.Definition, operation func(string) string) *typePage {
	p := &typePage{
		Name: def.Name, Kind: strings.ToLower(strings.ReplaceAll(string(def.Kind), "_", " ")),
		About: prose(def.Description), Of: def.Interfaces,
	}
	s.hits = append(s.hits, hit{Type: def.Name, About: firstSentence(def.Description)})
	if def.Kind == ast.Interface || def.Kind == ast.Union {
		for _, possible := range schema.GetPossibleTypes(def) {
			p.Possible = append(p.Possible, possible.Name)
		}
		slices.Sort(p.Possible)
	}
	for _, field := range def.Fields {
		if strings.HasPrefix(field.Name, "__") {
			continue
		}
		row := fieldRow{
			Name: field.Name, Type: field.Type.String(), Base: field.Type.Name(), About: prose(field.Description),
			Deprecated: reason(field.Directives), Default: valueOf(field.DefaultValue),
		}
		for _, a := range field.Arguments {
			row.Arguments = append(row.Arguments, fieldRow{
				Name: a.Name, Type: a.Type.String(), Base: a.Type.Name(), About: prose(a.Description),
				Default: valueOf(a.DefaultValue), Deprecated: reason(a.Directives),
			})
		}
		for _, d := range field.Directives.ForNames("cost") {
			row.addCost(d.ArgumentMap(nil), operation)
		}
		p.Fields = append(p.Fields, row)
		s.hits = append(s.hits, hit{def.Name, field.Name, firstSentence(field.Description)})
	}
	for _, value := range def.EnumValues {
		p.Fields = append(p.Fields, fieldRow{
			Name: value.Name, About: prose(value.Description), Deprecated: reason(value.Directives),
		})
		s.hits = append(s.hits, hit{def.Name, value.Name, firstSentence(value.Description)})
	}
	return p
}

// link says of each type which fields give it or take it.
func (s *schemaPages) link() {
	for _, p := range s.types {
		for _, field := range p.Fields {
			uses := []string{field.Base}
			for _, a := range field.Arguments {
				uses = append(uses, a.Base)
			}
			for _, name := range uses {
				if of := s.types[name]; of != nil && name != p.Name && !slices.Contains(of.In, p.Name+"."+field.Name) {
					of.In = append(of.In, p.Name+"."+field.Name)
				}
			}
		}
	}
	for _, p := range s.types {
		if slices.Sort(p.In); p.Kind == "scalar" {
			p.In = nil // that would be all of the schema
		}
	}
	slices.SortStableFunc(s.hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(min(len(a.Field), 1), min(len(b.Field), 1)), cmp.Compare(a.Type, b.Type),
			cmp.Compare(a.Field, b.Field))
	})
}

// addCost says in a sentence what a @cost means.
func (r *fieldRow) addCost(values map[string]any, operation func(string) string) {
	text := func(name string) string { s, _ := values[name].(string); return s }
	from, isList := values["from"].([]any)
	if !isList && values["from"] != nil {
		from = []any{values["from"]}
	}
	for _, word := range from {
		if o := operation(fmt.Sprint(word)); o != "" && !slices.Contains(r.Operations, o) {
			r.Operations = append(r.Operations, o)
		}
	}
	calls, _ := values["calls"].(int64)
	if calls == 0 {
		return
	}
	said := "1 request"
	if calls > 1 {
		said = fmt.Sprintf("%d requests", calls)
	}
	said += map[string]string{
		"object": " for each object that has the field", "item": " for each item",
		"list":  " for a whole list of such objects",
		"space": " for each space in which such objects stand", "answer": " for the whole answer",
		"mention": " for each member whom the text mentions",
	}[text("per")]
	if text("part") != "" {
		said += ", unless the list or object before it carries it"
	}
	if given := text("if"); strings.Contains(given, ".") {
		said += ", if " + given + " is given"
	} else if given != "" {
		said += ", if it comes by " + given
	}
	if not := text("unless"); not != "" {
		said += ", unless " + not + " does it"
	}
	r.Costs = append(r.Costs, said+".")
}

func reason(directives ast.DirectiveList) string {
	d := directives.ForName("deprecated")
	if d == nil {
		return ""
	}
	if given := d.Arguments.ForName("reason"); given != nil {
		return given.Value.Raw
	}
	return "No longer supported."
}

func valueOf(v *ast.Value) string {
	if v == nil {
		return ""
	}
	return v.String()
}

// prose is a description as a page shows it; descriptions are Markdown.
func prose(text string) template.HTML {
	var out bytes.Buffer
	if err := goldmark.Convert([]byte(text), &out); err != nil {
		return template.HTML(template.HTMLEscapeString(text)) //nolint:gosec // escaped
	}
	return template.HTML(out.String()) //nolint:gosec // our own text, and goldmark leaves no markup in
}

func firstSentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if before, _, ok := strings.Cut(text, ". "); ok {
		return before + "."
	}
	return text
}

// search finds types and fields by a part of their names: whole names first, then beginnings. Type.field counts as one.
func (s *schemaPages) search(text string) []hit {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return nil
	}
	var found [3][]hit
	for _, h := range s.hits {
		name := strings.ToLower(cmp.Or(h.Field, h.Type))
		if strings.Contains(text, ".") {
			name = strings.ToLower(h.Type + "." + h.Field)
		}
		switch {
		case name == text:
			found[0] = append(found[0], h)
		case strings.HasPrefix(name, text):
			found[1] = append(found[1], h)
		case strings.Contains(name, text):
			found[2] = append(found[2], h)
		}
	}
	all := slices.Concat(found[:]...)
	return all[:min(len(all), mostHits)]
}

// schemaView is what a page of the schema is made of.
type schemaView struct {
	Title    string
	Query    string
	Hits     []hit
	Kinds    []schemaKind
	Type     *typePage
	Chapters []chapter
}

// registerSchema adds the routes of the reference.
func (p *Pages) registerSchema(mux *http.ServeMux) {
	mux.HandleFunc("GET /docs/schema", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query().Get("q")
		p.serve(w, http.StatusOK, "schema.html", schemaView{
			Title: "Schema", Query: query, Hits: p.schema().search(query), Kinds: p.schema().kinds,
			Chapters: chaptersAt(p.chapters, "schema"),
		})
	})
	mux.HandleFunc("GET /docs/schema/{type}", func(w http.ResponseWriter, r *http.Request) {
		page, ok := p.schema().types[r.PathValue("type")]
		if !ok {
			p.missing(w, r)
			return
		}
		p.serve(w, http.StatusOK, "schema.html", schemaView{
			Title: page.Name, Type: page, Chapters: chaptersAt(p.chapters, "schema"),
		})
	})
}
