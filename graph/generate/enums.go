package main

import (
	"bytes"
	_ "embed"
	"go/format"
	"os"
	"slices"
	"strings"
	"text/template"

	"github.com/99designs/gqlgen/codegen/config"
	"github.com/vektah/gqlparser/v2/ast"
)

// unknown is the value for words that this server does not know, so Circle has no word for it.
const unknown = "UNKNOWN"

//go:embed enums.gotpl
var enumsTemplate string

// circleEnums returns the enums of the schema whose values are words of Circle, sorted by name.
func circleEnums(schema *ast.Schema) []*ast.Definition {
	var enums []*ast.Definition
	for _, def := range schema.Types {
		if def.Kind == ast.Enum && !def.BuiltIn && def.Directives.ForName(config.DirGoModel) == nil {
			enums = append(enums, def)
		}
	}
	slices.SortFunc(enums, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return enums
}

// writeEnums writes the words of enums, with the functions that gqlgen calls for each.
func writeEnums(enums []*ast.Definition) error {
	var code bytes.Buffer
	functions := template.FuncMap{"word": word, "extends": extends}
	t := template.Must(template.New("enums").Funcs(functions).Parse(enumsTemplate))
	if err := t.Execute(&code, enums); err != nil {
		return err
	}
	source, err := format.Source(code.Bytes())
	if err != nil {
		return err
	}
	return os.WriteFile("graph/scalar/enums_gen.go", source, 0o644) //nolint:gosec // G306: source is for all to read
}

// extends reports whether an enum has a value for words that this server does not know. Else they are null.
func extends(enum *ast.Definition) bool { return enum.EnumValues.ForName(unknown) != nil }

// word returns Circle's word for a value; "" if it has none.
func word(value *ast.EnumValueDefinition) string {
	if d := value.Directives.ForName("circle"); d != nil {
		return d.Arguments.ForName("word").Value.Raw
	}
	if value.Name == unknown {
		return ""
	}
	return strings.ToLower(value.Name)
}

// bindScalars binds each scalar and each enum of Circle's words to the functions of its name in package scalar, unless
// gqlgen.yml binds it.
func bindScalars(cfg *config.Config) {
	bound := circleEnums(cfg.Schema)
	for _, def := range cfg.Schema.Types {
		if def.Kind == ast.Scalar && !def.BuiltIn {
			bound = append(bound, def)
		}
	}
	for _, def := range bound {
		if !cfg.Models.UserDefined(def.Name) {
			cfg.Models.Add(def.Name, "circlegraph/graph/scalar."+def.Name)
		}
	}
}
