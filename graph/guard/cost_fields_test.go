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

// asking finds the functions of graph that ask Circle, by themselves or by others: they call a loader, the
// client, the sessions or the feed. Functions are told apart by their names alone.
type asking struct {
	bodies map[string]*ast.FuncDecl
}

func (a *asking) asks(name string) bool { return a.reaches(name, map[string]bool{}) }

// reaches looks through a function and those that it names, each once.
func (a *asking) reaches(name string, seen map[string]bool) bool {
	body, ok := a.bodies[name]
	if !ok || seen[name] {
		return false
	}
	seen[name] = true
	found := false
	ast.Inspect(body.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found = found || calls(n)
		case *ast.Ident:
			found = found || a.reaches(n.Name, seen)
		}
		return !found
	})
	return found
}

// calls reports whether a method is one of a loader, of a service of the client, of the sessions or of the feed.
func calls(method *ast.SelectorExpr) bool {
	if slices.Contains([]string{"Load", "LoadFull", "WithPart", "OfPart"}, method.Sel.Name) {
		return true
	}
	service, ok := method.X.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	if service.Sel.Name == "sessions" || service.Sel.Name == "feed" {
		return true
	}
	client, ok := service.X.(*ast.SelectorExpr)
	return ok && client.Sel.Name == "circle"
}

// A resolver that may ask Circle has a @cost in the SDL, and one that has a @cost may ask.
func TestResolversThatAskHaveACost(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	prices, err := readPrices(schema)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	a := asking{bodies: map[string]*ast.FuncDecl{}}
	var resolvers []string // type.field
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			key := f.Name.Name
			if on := receiver(f); strings.HasSuffix(name, ".resolvers.go") && on != "Resolver" {
				key = strings.ToLower(strings.TrimSuffix(on, "Resolver") + "." + key)
				resolvers = append(resolvers, key)
			}
			a.bodies[key] = f
		}
	}
	costs := map[string]bool{}
	for name, def := range schema.Types {
		for _, f := range def.Fields {
			if p := prices.fields[f]; p != nil {
				for _, c := range p.charges {
					costs[strings.ToLower(name+"."+f.Name)] = costs[strings.ToLower(name+"."+f.Name)] || c.calls > 0
				}
			}
		}
	}
	for _, field := range resolvers {
		if asks := a.asks(field); asks != costs[field] {
			t.Errorf("%s: asks Circle: %v, has a @cost: %v", field, asks, costs[field])
		}
	}
	if len(resolvers) < 200 || a.asks("member.circleid") || !a.asks("member.bio") {
		t.Errorf("%d resolvers are told apart badly", len(resolvers))
	}
}

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	if star, ok := f.Recv.List[0].Type.(*ast.StarExpr); ok {
		if on, ok := star.X.(*ast.Ident); ok {
			return on.Name
		}
	}
	return ""
}
