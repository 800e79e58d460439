package guard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
)

// costTable is the @cost of all fields.
type costTable struct {
	schema *ast.Schema
	fields map[*ast.FieldDefinition]*fieldCost
	// types are the object types that an object of a type can be of.
	types map[string][]*ast.Definition
}

// fieldCost is what one field costs.
type fieldCost struct {
	costs  []cost
	page   *ast.Definition // what a page of a connection consists of; nil for other fields
	isList bool
	items  int64 // of a list, if no argument says it
}

// cost is one @cost.
type cost struct {
	calls        int64
	per, load    string
	usually      string // what it grows with in a likely cost; as per, if empty
	preview      int64  // how many items usually come with the object
	part         circleclient.Part
	from         circleclient.Sources
	sameSpace    bool
	when, unless condition
}

// condition holds if an argument is given, or if an operation may have filled the record of the object.
type condition struct {
	argument string // its name and the keys within it
	source   circleclient.Source
}

const (
	perObject  = "object"
	perItem    = "item"
	perList    = "list"
	perSpace   = "space"
	perAnswer  = "answer"
	perMention = "mention"

	// defaultItems is how many items a list is estimated to have if nothing says more.
	defaultItems = 20
)

// readCosts reads the @cost of all fields of a schema.
func readCosts(schema *ast.Schema) (*costTable, error) {
	t := &costTable{
		schema: schema, fields: map[*ast.FieldDefinition]*fieldCost{}, types: map[string][]*ast.Definition{},
	}
	for name, def := range schema.Types {
		for _, possible := range schema.PossibleTypes[name] {
			if possible.Kind == ast.Object {
				t.types[name] = append(t.types[name], possible)
			}
		}
		if len(t.types[name]) > 64 {
			return nil, fmt.Errorf("cost: %s has more than 64 types", name)
		}
		if def.Kind != ast.Object {
			continue
		}
		for _, field := range def.Fields {
			if err := t.read(field); err != nil {
				return nil, fmt.Errorf("cost: %s.%s: %w", name, field.Name, err)
			}
		}
	}
	for _, def := range schema.Types {
		if def.Kind == ast.Interface {
			t.inherit(def)
		}
	}
	return t, nil
}

// read reads the @cost of a field of an object type.
func (t *costTable) read(field *ast.FieldDefinition) error {
	made := fieldCost{isList: field.Type.Elem != nil, items: defaultItems}
	if connection := t.schema.Types[field.Type.Name()]; strings.HasSuffix(connection.Name, "Connection") {
		made.page = t.schema.Types[connection.Fields.ForName("nodes").Type.Name()]
	}
	for _, d := range field.Directives.ForNames("cost") {
		values := d.ArgumentMap(nil)
		c, err := readCost(field, values)
		if err != nil {
			return err
		}
		if items, ok := values["items"].(int64); ok {
			made.items = items
		}
		made.costs = append(made.costs, c)
	}
	if len(made.costs) > 0 || made.page != nil || made.isList {
		t.fields[field] = &made
	}
	return nil
}

// readCost reads one @cost.
func readCost(field *ast.FieldDefinition, values map[string]any) (cost, error) {
	text := func(name string) string { s, _ := values[name].(string); return s }
	c := cost{per: text("per"), load: text("load"), usually: text("usually")}
	c.preview, _ = values["preview"].(int64)
	c.calls, _ = values["calls"].(int64)
	c.sameSpace, _ = values["sameSpace"].(bool)
	for _, per := range []string{c.per, cmp.Or(c.usually, c.per)} {
		if !slices.Contains([]string{perObject, perItem, perList, perSpace, perAnswer, perMention}, per) {
			return c, fmt.Errorf("per is %q", per)
		}
	}
	if word := text("part"); word != "" {
		if c.part = circleclient.PartOf(word); c.part == 0 {
			return c, fmt.Errorf("no part is called %q", word)
		}
		if values["load"] == nil {
			c.load, _, _ = strings.Cut(word, ".")
		}
	}
	from, ok := values["from"].([]any)
	if !ok { // GraphQL takes one for a list of one
		from = []any{values["from"]}
	}
	for _, word := range from {
		source := circleclient.SourceOf(fmt.Sprint(word))
		if source == circleclient.SourceUnknown {
			return c, fmt.Errorf("no operation is called %q", word)
		}
		c.from |= source.Of()
	}
	var err error
	if c.when, err = readCondition(field, text("if")); err == nil {
		c.unless, err = readCondition(field, text("unless"))
	}
	return c, err
}

func readCondition(field *ast.FieldDefinition, text string) (condition, error) {
	name, _, _ := strings.Cut(text, ".")
	source := circleclient.SourceOf(text)
	switch {
	case field.Arguments.ForName(name) != nil:
		return condition{argument: text}, nil
	case text != "" && source == circleclient.SourceUnknown:
		return condition{}, fmt.Errorf("no argument or operation is called %q", text)
	}
	return condition{source: source}, nil
}

// inherit gives a field of an interface all that it costs in the types behind it.
func (t *costTable) inherit(def *ast.Definition) {
	for _, field := range def.Fields {
		made := &fieldCost{}
		for _, possible := range t.types[def.Name] {
			one := t.fields[possible.Fields.ForName(field.Name)]
			if one == nil {
				continue
			}
			made.page, made.isList, made.items = one.page, one.isList, max(made.items, one.items)
			for _, c := range one.costs {
				if !slices.Contains(made.costs, c) {
					made.costs = append(made.costs, c)
				}
			}
			t.fields[field] = made
		}
	}
}
