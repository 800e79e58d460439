package guard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// prices are the @cost of all fields. What they name (loads, parts, conditions) is numbered, so that sets of it are
// bits.
type prices struct {
	schema *ast.Schema
	fields map[*ast.FieldDefinition]*price
	// types are the object types that an object of a type can be of.
	types map[string][]*ast.Definition
	names []string
}

// price is what one field costs.
type price struct {
	charges []charge
	page    *ast.Definition // what a page of a connection consists of; nil for other fields
	isList  bool
	items   int64 // of a list, where no argument says it
}

// charge is one @cost.
type charge struct {
	calls        int64
	per          string
	load, part   names
	carries      names
	sameSpace    bool
	when, unless condition
}

// names is a set of them.
type names uint64

// condition holds where an argument is given or an object carries something.
type condition struct {
	argument []string // its name and the keys within it
	carried  names
}

const (
	perObject  = "object"
	perItem    = "item"
	perList    = "list"
	perSpace   = "space"
	perAnswer  = "answer"
	perMention = "mention"

	// defaultItems is what a list is reckoned with where nothing says more.
	defaultItems = 20
)

// readPrices reads the @cost of all fields of a schema.
func readPrices(schema *ast.Schema) (*prices, error) {
	p := &prices{schema: schema, fields: map[*ast.FieldDefinition]*price{}, types: map[string][]*ast.Definition{}}
	for name, def := range schema.Types {
		for _, possible := range schema.PossibleTypes[name] {
			if possible.Kind == ast.Object {
				p.types[name] = append(p.types[name], possible)
			}
		}
		if len(p.types[name]) > 64 {
			return nil, fmt.Errorf("cost: %s has more than 64 types", name)
		}
		if def.Kind != ast.Object {
			continue
		}
		for _, field := range def.Fields {
			if err := p.read(field); err != nil {
				return nil, fmt.Errorf("cost: %s.%s: %w", name, field.Name, err)
			}
		}
	}
	for _, def := range schema.Types {
		if def.Kind == ast.Interface {
			p.inherit(def)
		}
	}
	if len(p.names) > 64 {
		return nil, fmt.Errorf("cost: more than 64 names: %q", p.names)
	}
	return p, nil
}

// read reads the @cost of a field of an object type.
func (p *prices) read(field *ast.FieldDefinition) error {
	made := price{isList: field.Type.Elem != nil, items: defaultItems}
	if connection := p.schema.Types[field.Type.Name()]; strings.HasSuffix(connection.Name, "Connection") {
		made.page = p.schema.Types[connection.Fields.ForName("nodes").Type.Name()]
	}
	for _, d := range field.Directives.ForNames("cost") {
		values := d.ArgumentMap(nil)
		text := func(name string) string { s, _ := values[name].(string); return s }
		calls, _ := values["calls"].(int64)
		c := charge{calls: calls, per: text("per"), load: p.name(text("load")), part: p.name(text("part"))}
		if !slices.Contains([]string{perObject, perItem, perList, perSpace, perAnswer, perMention}, c.per) {
			return fmt.Errorf("per is %q", c.per)
		}
		carries, _ := values["carries"].([]any)
		for _, name := range carries {
			c.carries |= p.name(fmt.Sprint(name))
		}
		if items, ok := values["items"].(int64); ok {
			made.items = items
		}
		c.sameSpace, _ = values["sameSpace"].(bool)
		c.when, c.unless = p.condition(field, text("if")), p.condition(field, text("unless"))
		made.charges = append(made.charges, c)
	}
	if len(made.charges) > 0 || made.page != nil || made.isList {
		p.fields[field] = &made
	}
	return nil
}

// inherit gives a field of an interface all that it costs in the types behind it.
func (p *prices) inherit(def *ast.Definition) {
	for _, field := range def.Fields {
		made := &price{}
		for _, possible := range p.types[def.Name] {
			one := p.fields[possible.Fields.ForName(field.Name)]
			if one == nil {
				continue
			}
			made.page, made.isList, made.items = one.page, one.isList, max(made.items, one.items)
			for _, c := range one.charges {
				if !slices.ContainsFunc(made.charges, c.equal) {
					made.charges = append(made.charges, c)
				}
			}
			p.fields[field] = made
		}
	}
}

func (c charge) equal(d charge) bool {
	return c.calls == d.calls && c.per == d.per && c.load == d.load && c.part == d.part && c.carries == d.carries &&
		c.sameSpace == d.sameSpace && c.when.equal(d.when) && c.unless.equal(d.unless)
}

func (c condition) equal(d condition) bool {
	return c.carried == d.carried && slices.Equal(c.argument, d.argument)
}

// name numbers a name; none has no number.
func (p *prices) name(name string) names {
	if name == "" {
		return 0
	}
	i := slices.Index(p.names, name)
	if i < 0 {
		i = len(p.names)
		p.names = append(p.names, name)
	}
	return 1 << i
}

func (p *prices) condition(field *ast.FieldDefinition, text string) condition {
	path := strings.Split(text, ".")
	if field.Arguments.ForName(path[0]) != nil {
		return condition{argument: path}
	}
	return condition{carried: p.name(text)}
}
