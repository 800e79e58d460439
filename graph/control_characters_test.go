package graph_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/graph"
)

// TestNoInputTakesControlCharacters: wherever an operation takes a text, however deep within its inputs, NUL is refused
// before Circle is asked.
func TestNoInputTakesControlCharacters(t *testing.T) {
	c := newCommunity(t)
	schema := graph.PublicSchema()
	places := 0
	for word, root := range map[string]*ast.Definition{
		"query": schema.Query, "mutation": schema.Mutation, "subscription": schema.Subscription,
	} {
		for _, field := range root.Fields {
			if strings.HasPrefix(field.Name, "__") || word == "subscription" { // which is no request by itself
				continue
			}
			for _, argument := range field.Arguments {
				for _, value := range poisoned(schema, argument.Type, 0) {
					places++
					query, variables := operationWith(schema, word, field, argument, value)
					answer, calls := c.ask(member, query, variables)
					if got := readReply(t, answer); len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "BAD_USER_INPUT" ||
						!strings.Contains(got.Errors[0].Message, "U+0000") || len(calls) > 0 {
						t.Errorf("%s(%s: %q): %s %v", field.Name, argument.Name, value, answer, calls)
					}
				}
			}
		}
	}
	if places < 150 {
		t.Errorf("%d places for texts were tried, want all", places)
	}
}

// operationWith is an operation with a value for one argument of a field, and some value for the others that it needs.
func operationWith(
	schema *ast.Schema, word string, field *ast.FieldDefinition, argument *ast.ArgumentDefinition, value any,
) (query string, variables map[string]any) {
	variables = map[string]any{argument.Name: value}
	declared, given := "", ""
	for _, a := range field.Arguments {
		if a.Name != argument.Name {
			if !a.Type.NonNull || a.DefaultValue != nil {
				continue
			}
			variables[a.Name] = harmless(schema, a.Type)
		}
		declared += fmt.Sprintf("$%s: %s ", a.Name, a.Type)
		given += fmt.Sprintf("%s: $%[1]s ", a.Name)
	}
	selection := ""
	if def := schema.Types[field.Type.Name()]; def.IsCompositeType() {
		selection = "{ __typename }"
	}
	return fmt.Sprintf("%s(%s) { %s(%s) %s }", word, declared, field.Name, given, selection), variables
}

// poisoned are values of a type that hold NUL in one place each.
func poisoned(schema *ast.Schema, of *ast.Type, depth int) (values []any) {
	if of.Elem != nil {
		for _, value := range poisoned(schema, of.Elem, depth) {
			values = append(values, []any{value})
		}
		return values
	}
	switch def := schema.Types[of.NamedType]; {
	case def.Name == "String" || def.Name == "ID":
		return []any{"a\x00"}
	case def.Name == "JSON":
		return []any{"a\x00", map[string]any{"\x00": 1}, map[string]any{"type": []any{map[string]any{"x": "\x00"}}}}
	case def.Kind != ast.InputObject || depth > 4:
		return nil
	default:
		for _, field := range def.Fields {
			for _, value := range poisoned(schema, field.Type, depth+1) {
				input := map[string]any{}
				if def.Directives.ForName("oneOf") == nil {
					input, _ = harmless(schema, &ast.Type{NamedType: def.Name}).(map[string]any)
				}
				input[field.Name] = value
				values = append(values, input)
			}
		}
		return values
	}
}

// harmless is some value of a type.
func harmless(schema *ast.Schema, of *ast.Type) any {
	if of.Elem != nil {
		return []any{}
	}
	switch def := schema.Types[of.NamedType]; def.Kind {
	case ast.Enum:
		return def.EnumValues[0].Name
	case ast.InputObject:
		input := map[string]any{}
		oneOf := def.Directives.ForName("oneOf") != nil
		for _, field := range def.Fields {
			if field.Type.NonNull && field.DefaultValue == nil || oneOf && len(input) == 0 {
				input[field.Name] = harmless(schema, field.Type)
			}
		}
		return input
	default:
		switch def.Name {
		case "Int", "Float", "Long":
			return 1
		case "Boolean":
			return true
		case "DateTime":
			return "2026-03-02T10:00:00Z"
		case "Date":
			return "2026-03-02"
		case "URL":
			return "https://example.com"
		}
		return "x"
	}
}

// TestControlCharactersElsewhere: what no scalar reads as a text, such as a place in a cursor or a part of an address,
// brings none to Circle either.
func TestControlCharactersElsewhere(t *testing.T) {
	c := newCommunity(t)
	page := c.data(member, `{ members(first: 2) { pageInfo { endCursor } } }`, nil)
	cursor, _ := base64.RawURLEncoding.DecodeString(at(page, "members.pageInfo.endCursor").(string))
	parts := strings.Split(string(cursor), ":")
	mark := parts[0]
	if len(mark) < 8 {
		t.Fatalf("the cursor is %q", cursor)
	}
	encoded := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	after := func(place string) string {
		return fmt.Sprintf(`{ members(first: 2, after: %q) { nodes { name } } }`, encoded(mark+":2:2:"+place))
	}
	if _, calls := c.ask(member, after(`["a",7]`), nil); len(calls) != 1 {
		t.Fatalf("a place is asked for by %v, want one call", calls)
	}
	for name, query := range map[string]string{
		"a cursor":              after(`["a\u0000",7]`),
		"a key in a cursor":     after(`[{"\u0000":"a"},7]`),
		"an id":                 fmt.Sprintf(`{ node(id: %q) { id } }`, encoded("Post:1\x00:2")),
		"a room's id":           fmt.Sprintf(`{ node(id: %q) { id } }`, encoded("ChatRoom:\x00")),
		"an address":            `{ resolveUrl(url: "https://app.circle.so/c/garden/a%00b") { __typename } }`,
		"a space's address":     `{ resolveUrl(url: "https://app.circle.so/c/gar%00den") { __typename } }`,
		"a block of text":       "{ search(query: \"\"\"a\x01\"\"\") { nodes { __typename } } }",
		"an escape":             `{ search(query: "a\u{0}") { nodes { __typename } } }`,
		"a default":             `query($v: String! = "a\u0000") { search(query: $v) { nodes { __typename } } }`,
		"a default of an input": `query($by: SpaceBy! = {slug: "a\u0000"}) { space(by: $by) { id } }`,
		"within a list":         `{ nodes(ids: ["a\u0000"]) { id } }`,
	} {
		answer, calls := c.ask(member, query, nil)
		if len(calls) > 0 {
			t.Errorf("%s: Circle is asked %v, and the answer is %s", name, calls, answer)
		}
	}
}
