package guard

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"circlegraph/graph/generated"
)

// asking finds the functions of graph and model that ask Circle, directly or through others: they call a loader, the
// client, the sessions or the updates. Functions are told apart only by their names.
type asking struct {
	bodies map[string]*ast.FuncDecl
	fields []string // type.field, of resolvers and of methods with context
	// embeds are the types of model that embed one.
	embeds map[string][]string
}

func (a *asking) asks(name string) bool { return a.reaches(name, calls, map[string]bool{}) }

// reads reports whether a function, or one that it names, names a part of records.
func (a *asking) reads(name, part string) bool {
	return a.reaches(name, func(s *ast.SelectorExpr) bool { return s.Sel.Name == part }, map[string]bool{})
}

// reaches looks for a selector in a function and those that it names, each once.
func (a *asking) reaches(name string, is func(*ast.SelectorExpr) bool, seen map[string]bool) bool {
	body, ok := a.bodies[name]
	if !ok || seen[name] {
		return false
	}
	seen[name] = true
	found := false
	ast.Inspect(body.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found = found || is(n)
		case *ast.Ident:
			found = found || a.reaches(n.Name, is, seen)
		}
		return !found
	})
	return found
}

// calls reports whether a method is one of a loader, of a service of the client, of the sessions, or one that follows
// what happens.
func calls(method *ast.SelectorExpr) bool {
	if slices.Contains([]string{"Load", "LoadFull", "LoadPart", "WithPart", "OfPart", "Follow"}, method.Sel.Name) {
		return true
	}
	service, ok := method.X.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	if service.Sel.Name == "sessions" {
		return true
	}
	client, ok := service.X.(*ast.SelectorExpr)
	return ok && strings.EqualFold(client.Sel.Name, "circle")
}

// A resolver that may ask Circle has a @cost in the SDL, and one that has a @cost may ask. A part that is named there
// is one that the resolver reads.
func TestResolversThatAskHaveACost(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	a := asking{bodies: map[string]*ast.FuncDecl{}, embeds: map[string][]string{}}
	for _, file := range parse(t, "../model/*.go") {
		ast.Inspect(file, func(n ast.Node) bool {
			if def, ok := n.(*ast.TypeSpec); ok {
				a.embedded(def)
			}
			return true
		})
	}
	for name, file := range parse(t, "../*.go", "../model/*.go") {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				a.add(name, f)
			}
		}
	}
	costs, parts := map[string]bool{}, map[string][]string{}
	for name, def := range schema.Types {
		for _, f := range def.Fields {
			field := strings.ToLower(name + "." + f.Name)
			for _, d := range f.Directives.ForNames("cost") {
				values := d.ArgumentMap(nil)
				calls, _ := values["calls"].(int64)
				costs[field] = costs[field] || calls > 0
				if word, ok := values["part"].(string); ok { // post.policies is PostPolicies
					record, part, _ := strings.Cut(word, ".")
					parts[field] = append(parts[field], capital(record)+capital(part))
				}
			}
		}
	}
	for _, field := range a.fields {
		if asks := a.asks(field); asks != costs[field] {
			t.Errorf("%s: asks Circle: %v, has a @cost: %v", field, asks, costs[field])
		}
		for _, part := range parts[field] {
			if !a.reads(field, part) {
				t.Errorf("%s: has a @cost for %s, which it does not read", field, part)
			}
		}
	}
	if len(a.fields) < 200 || len(parts) < 80 || a.asks("member.circleid") || !a.asks("member.bio") ||
		!a.asks("event.topics") {
		t.Errorf("%d fields are told apart badly", len(a.fields))
	}
}

// parse reads Go files by name, without tests.
func parse(t *testing.T, patterns ...string) map[string]*ast.File {
	files := map[string]*ast.File{}
	for _, pattern := range patterns {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			if files[name], err = parser.ParseFile(token.NewFileSet(), name, nil, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	return files
}

// embedded notes what a struct embeds.
func (a *asking) embedded(def *ast.TypeSpec) {
	s, ok := def.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range s.Fields.List {
		if on, ok := field.Type.(*ast.Ident); ok && field.Names == nil {
			a.embeds[on.Name] = append(a.embeds[on.Name], def.Name.Name)
		}
	}
}

// add notes a function of a file: a resolver, a method with context, which is a field of its type and of those that
// embed it, or another.
func (a *asking) add(file string, f *ast.FuncDecl) {
	on := receiver(f)
	var types []string
	if strings.HasSuffix(file, ".resolvers.go") && on != "Resolver" {
		types = []string{strings.TrimSuffix(on, "Resolver")}
	} else {
		a.bodies[f.Name.Name] = f
		if strings.HasPrefix(file, "../model/") && on != "" && f.Name.IsExported() && takesContext(f) {
			if types = a.embeds[on]; types == nil {
				types = []string{on}
			}
		}
	}
	for _, name := range types {
		field := strings.ToLower(name + "." + f.Name.Name)
		a.bodies[field] = f
		a.fields = append(a.fields, field)
	}
}

func takesContext(f *ast.FuncDecl) bool {
	if f.Type.Params.NumFields() == 0 {
		return false
	}
	of, ok := f.Type.Params.List[0].Type.(*ast.SelectorExpr)
	return ok && of.Sel.Name == "Context"
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	on := f.Recv.List[0].Type
	if star, ok := on.(*ast.StarExpr); ok {
		on = star.X
	}
	if name, ok := on.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}
