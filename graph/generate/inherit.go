package main

import (
	"bytes"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/parser"
)

// inherit gives types the fields of their interfaces, which the SDL need not repeat. What a type does not declare
// itself comes before its own fields.
func inherit(sources []*ast.Source) error {
	interfaces := map[string]*ast.Definition{}
	docs := make([]*ast.SchemaDocument, len(sources))
	for i, source := range sources {
		doc, err := parser.ParseSchema(source)
		if err != nil {
			return err
		}
		for _, def := range doc.Definitions {
			if def.Kind == ast.Interface {
				interfaces[def.Name] = def
			}
		}
		docs[i] = doc
	}
	for i, doc := range docs {
		changed := false
		for _, def := range doc.Definitions {
			if missing := inherited(def, interfaces); len(missing) > 0 {
				def.Fields = slices.Concat(missing, def.Fields)
				changed = true
			}
		}
		if changed {
			var text bytes.Buffer
			formatter.NewFormatter(&text, formatter.WithIndent("  ")).FormatSchemaDocument(doc)
			sources[i].Input = text.String()
		}
	}
	return nil
}

// inherited returns the fields that an object type has only by its interfaces.
func inherited(def *ast.Definition, interfaces map[string]*ast.Definition) ast.FieldList {
	var fields ast.FieldList
	if def.Kind != ast.Object {
		return nil
	}
	for _, name := range def.Interfaces {
		if interfaces[name] == nil {
			continue // which the schema's validation reports
		}
		for _, field := range interfaces[name].Fields {
			if def.Fields.ForName(field.Name) == nil && fields.ForName(field.Name) == nil {
				fields = append(fields, field)
			}
		}
	}
	return fields
}
