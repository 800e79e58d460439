package graph

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"circlegraph/graph/generated"
	"circlegraph/graph/guard"
)

// maxVaried is how many Boolean variables of an operation are tried both ways.
const maxVaried = 6

// Finding is what there is to say of an operation before an app sends it.
type Finding struct {
	// Operation is its name, and Kind query, mutation or subscription; empty if the document cannot be read.
	Operation string `json:"operation,omitempty"`
	Kind      string `json:"kind,omitempty"`
	// Estimated is how many requests to Circle it could need, and Likely how many it is likely to need.
	Estimated int64 `json:"estimated"`
	Likely    int64 `json:"likely"`
	// Errors are what the server refuses it for.
	Errors []Fault `json:"errors,omitempty"`
	// Deprecated are what it uses that will go.
	Deprecated []Deprecation `json:"deprecated,omitempty"`
	// Hints are cheaper ways to ask, as in `extensions.hints`, with estimated calls.
	Hints []hint `json:"hints,omitempty"`
}

// Fault is why an operation would be refused.
type Fault struct {
	Message string `json:"message"`
	Code    string `json:"code,omitempty"`
	// Line is of the document, from 1; 0 if it is about all of it.
	Line int `json:"line,omitempty"`
	// File is where the line stands, if the document was put together from files.
	File string `json:"file,omitempty"`
}

// Deprecation is the use of something that will go.
type Deprecation struct {
	// What is a field, argument, value or key of the schema, such as Notification.action.
	What   string `json:"what"`
	Reason string `json:"reason"`
	// Line is of the document, from 1.
	Line int `json:"line"`
	// File is where the line stands, if the document was put together from files.
	File string `json:"file,omitempty"`
}

// Checker looks at documents as the server would when somebody sends them.
type Checker struct {
	executor *executor.Executor
	schema   *ast.Schema
	prices   *guard.Prices
	items    int
}

// NewChecker makes a checker for a server that allows so many requests to Circle for an operation, any number if that
// is zero. Where a document leaves the number of items to a variable, it counts so many.
func NewChecker(maxCost, items int) (*Checker, error) {
	schema := publicSchema(false)
	prices, err := guard.ReadPrices(schema)
	if err != nil {
		return nil, err
	}
	// Nothing is ever carried out, so nothing resolves.
	e := executor.New(generated.NewExecutableSchema(generated.Config{Schema: schema}))
	e.SetParserTokenLimit(guard.MaxTokens)
	for _, extension := range guard.Extensions(maxCost) {
		e.Use(extension)
	}
	return &Checker{executor: e, schema: schema, prices: prices, items: items}, nil
}

// Check looks at each operation of a document. A document that does not fit the schema has one finding.
//
// Variables are given what is likely: the number of items where they are whole numbers without a default, one of each
// other kind where they are required, and nothing else. Boolean ones are tried both ways, and the most expensive way
// counts.
func (c *Checker) Check(ctx context.Context, text string) []Finding {
	ctx = graphql.StartOperationTrace(ctx)
	oc, err := c.executor.CreateOperationContext(ctx, &graphql.RawParams{Query: text})
	if oc.Doc == nil {
		found := Finding{Errors: faults(err)}
		if doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, guard.MaxTokens); err == nil &&
			len(doc.Operations) > 0 {
			found.Operation, found.Kind = doc.Operations[0].Name, string(doc.Operations[0].Operation)
		}
		return []Finding{found}
	}
	var findings []Finding
	for _, operation := range oc.Doc.Operations {
		findings = append(findings, c.operation(ctx, text, operation))
	}
	return findings
}

func (c *Checker) operation(ctx context.Context, text string, operation *ast.OperationDefinition) Finding {
	found := Finding{Operation: operation.Name, Kind: string(operation.Operation)}
	found.Deprecated = c.deprecated(operation)
	for _, variables := range c.variables(operation) {
		_, err := c.executor.CreateOperationContext(ctx, &graphql.RawParams{
			Query: text, OperationName: operation.Name, Variables: variables,
		})
		if len(err) > 0 && len(found.Errors) == 0 {
			found.Errors = faults(err)
		}
		// What may not be sent is not estimated either, unless it is only too expensive.
		if len(err) > 0 && !slices.ContainsFunc(found.Errors, func(f Fault) bool { return f.Code == guard.CodeCostLimit }) {
			continue
		}
		price := c.prices.Of(operation, variables)
		if price.AtMost >= found.Estimated {
			found.Hints = hintsAhead(operation, variables, price.Fields)
		}
		found.Estimated, found.Likely = max(found.Estimated, price.AtMost), max(found.Likely, price.Likely)
	}
	return found
}

func faults(list gqlerror.List) []Fault {
	var all []Fault
	for _, err := range list {
		f := Fault{Message: err.Message}
		f.Code, _ = err.Extensions["code"].(string)
		if len(err.Locations) > 0 {
			f.Line = err.Locations[0].Line
		}
		if !slices.Contains(all, f) { // a fragment is looked at in each of its places
			all = append(all, f)
		}
	}
	return all
}

// variables are what an operation is tried with: once for each mix of its Boolean variables.
func (c *Checker) variables(operation *ast.OperationDefinition) []map[string]any {
	first := map[string]any{}
	var varied []string
	for _, v := range operation.VariableDefinitions {
		switch t := v.Type; {
		case t.NamedType == "Boolean" && len(varied) < maxVaried:
			varied = append(varied, v.Variable)
		case v.DefaultValue != nil:
		case t.NonNull || t.NamedType == "Int":
			first[v.Variable] = c.some(t)
		}
	}
	var all []map[string]any
	for mix := range 1 << len(varied) {
		variables := maps.Clone(first)
		for i, name := range varied {
			variables[name] = mix&(1<<i) == 0
		}
		all = append(all, variables)
	}
	return all
}

// some is a value of a type: what it needs, and nothing that it does not.
func (c *Checker) some(t *ast.Type) any {
	if t.Elem != nil {
		list := make([]any, c.items)
		for i := range list {
			list[i] = c.some(t.Elem)
		}
		return list
	}
	switch def := c.schema.Types[t.NamedType]; {
	case t.NamedType == "Int" || t.NamedType == "Long":
		return c.items
	case t.NamedType == "Float":
		return 1.0
	case t.NamedType == "Boolean":
		return true
	case def.Kind == ast.Enum:
		return def.EnumValues[0].Name
	case def.Kind == ast.InputObject:
		object := map[string]any{}
		oneOf := def.Directives.ForName("oneOf") != nil
		for _, field := range def.Fields {
			if oneOf && len(object) == 0 || field.Type.NonNull && field.DefaultValue == nil {
				object[field.Name] = c.some(field.Type)
			}
		}
		return object
	}
	return "1"
}

// deprecated finds what an operation uses that is deprecated, in the order of its lines, each once.
func (c *Checker) deprecated(operation *ast.OperationDefinition) []Deprecation {
	w := &deprecations{schema: c.schema, seen: map[*ast.FragmentDefinition]bool{}}
	for _, v := range operation.VariableDefinitions {
		w.value(v.DefaultValue)
	}
	w.selection(operation.SelectionSet)
	slices.SortStableFunc(w.found, func(a, b Deprecation) int { return a.Line - b.Line })
	return w.found
}

type deprecations struct {
	schema *ast.Schema
	seen   map[*ast.FragmentDefinition]bool
	found  []Deprecation
}

func (w *deprecations) selection(set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			w.field(s)
			w.selection(s.SelectionSet)
		case *ast.InlineFragment:
			w.selection(s.SelectionSet)
		case *ast.FragmentSpread:
			if s.Definition != nil && !w.seen[s.Definition] {
				w.seen[s.Definition] = true
				w.selection(s.Definition.SelectionSet)
			}
		}
	}
}

func (w *deprecations) field(f *ast.Field) {
	if f.Definition == nil || f.ObjectDefinition == nil {
		return
	}
	name := f.ObjectDefinition.Name + "." + f.Name
	w.note(name, f.Definition.Directives, f.Position)
	for _, a := range f.Arguments {
		if def := f.Definition.Arguments.ForName(a.Name); def != nil {
			w.note(name+"("+a.Name+":)", def.Directives, a.Position)
		}
		w.value(a.Value)
	}
}

// value looks for keys and values of enums that are deprecated.
func (w *deprecations) value(v *ast.Value) {
	if v == nil {
		return
	}
	if v.Definition != nil && v.Kind == ast.EnumValue {
		if def := v.Definition.EnumValues.ForName(v.Raw); def != nil {
			w.note(v.Definition.Name+"."+v.Raw, def.Directives, v.Position)
		}
	}
	for _, child := range v.Children {
		if v.Definition != nil && v.Kind == ast.ObjectValue {
			if def := v.Definition.Fields.ForName(child.Name); def != nil {
				w.note(v.Definition.Name+"."+child.Name, def.Directives, child.Position)
			}
		}
		w.value(child.Value)
	}
}

func (w *deprecations) note(what string, directives ast.DirectiveList, at *ast.Position) {
	d := directives.ForName("deprecated")
	if d == nil {
		return
	}
	one := Deprecation{What: what, Line: at.Line}
	if reason := d.Arguments.ForName("reason"); reason != nil {
		one.Reason = strings.TrimSpace(reason.Value.Raw)
	}
	if !slices.Contains(w.found, one) {
		w.found = append(w.found, one)
	}
}
