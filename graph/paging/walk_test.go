package paging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/scalar"
)

// directory is a list of members as Circle pages one: by number up to the 10,000th, by place beyond.
type directory struct {
	size   int
	calls  int
	places bool // whether it gives places
}

const byNumber = 10_000

func (d *directory) fetch(o circleclient.PageOptions, after circleclient.SearchAfter) (*circleclient.Page[int], error) {
	d.calls++
	start := (o.Page - 1) * o.PerPage
	if len(after) > 0 {
		var name string
		if err := json.Unmarshal(after[0], &name); err != nil {
			return nil, err
		}
		n, err := strconv.Atoi(name[len("member "):])
		if err != nil {
			return nil, err
		}
		start = n + 1
	} else if start+o.PerPage > byNumber {
		return nil, errors.New("page numbers end at the 10,000th record")
	}
	end := min(start+o.PerPage, d.size)
	page := &circleclient.Page[int]{Page: o.Page, PerPage: o.PerPage, Count: &d.size, HasNextPage: end < d.size}
	for i := start; i < end; i++ {
		page.Records = append(page.Records, i)
	}
	if page.HasNextPage && d.places {
		page.NextSearchAfter = circleclient.SearchAfter{fmt.Appendf(nil, `"member %d"`, end-1), []byte("7")}
	}
	return page, nil
}

// selecting is the context of a field in a response of its own, with these fields beneath it.
func selecting(t *testing.T, fields ...string) context.Context {
	var beneath ast.SelectionSet
	for _, name := range fields {
		beneath = append(beneath, &ast.Field{Name: name, Alias: name})
	}
	ctx := graphql.WithOperationContext(t.Context(), &graphql.OperationContext{})
	ctx = graphql.WithFieldContext(ctx,
		&graphql.FieldContext{Field: graphql.CollectedField{Field: &ast.Field{}, Selections: beneath}})
	return loaders.With(ctx, loaders.New(ctx, &circleclient.Client{}, nil, nil))
}

// A list of more than 10,000 is walked to its end, each member once, a request for each page, and `first` may change.
func TestWalkPast10000(t *testing.T) {
	d := &directory{size: 10_321, places: true}
	var after *string
	seen, pages := 0, 0
	for {
		first := []int{100, 37, 80}[pages%3]
		c, err := SearchAfter(selecting(t, "nodes"), Of("members"), first, after, d.fetch, Itself)
		if err != nil {
			t.Fatalf("page %d: %v", pages, err)
		}
		for i, n := range c.Nodes {
			if n != seen+i {
				t.Fatalf("page %d gives %d at place %d", pages, n, seen+i)
			}
		}
		seen += len(c.Nodes)
		pages++
		if *c.TotalCount != d.size {
			t.Errorf("totalCount = %d, want %d", *c.TotalCount, d.size)
		}
		if !c.PageInfo.HasNextPage {
			break
		}
		after = c.PageInfo.EndCursor
	}
	if seen != d.size || d.calls != pages {
		t.Errorf("%d members in %d requests for %d pages, want %d and a request for each page", seen, d.calls, pages, d.size)
	}
}

// A cursor leads behind its own item, wherever in a page that is.
func TestWalkFromTheMiddleOfAPage(t *testing.T) {
	d := &directory{size: 400, places: true}
	one, err := SearchAfter(selecting(t, "nodes"), Of("members"), 100, nil, d.fetch, Itself)
	if err != nil {
		t.Fatal(err)
	}
	two, err := SearchAfter(selecting(t, "nodes"), Of("members"), 100, one.PageInfo.EndCursor, d.fetch, Itself)
	if err != nil {
		t.Fatal(err)
	}
	for _, edge := range append(one.Edges, two.Edges...) {
		for _, first := range []int{1, 50, 100} {
			d.calls = 0
			c, err := SearchAfter(selecting(t, "nodes"), Of("members"), first, &edge.Cursor, d.fetch, Itself)
			if err != nil || len(c.Nodes) != first || c.Nodes[0] != edge.Node+1 || c.Nodes[first-1] != edge.Node+first {
				t.Fatalf("%d after %d: %v, %v", first, edge.Node, c, err)
			}
			if d.calls > 2 {
				t.Errorf("%d after %d takes %d requests", first, edge.Node, d.calls)
			}
		}
	}
}

// Where Circle gives no places, page numbers do.
func TestWalkWithoutPlaces(t *testing.T) {
	d := &directory{size: 250}
	seen := 0
	var after *string
	for {
		c, err := SearchAfter(selecting(t, "nodes"), Of("members"), 60, after, d.fetch, Itself)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Nodes) > 0 && c.Nodes[0] != seen {
			t.Fatalf("the page begins with %d, want %d", c.Nodes[0], seen)
		}
		seen += len(c.Nodes)
		if !c.PageInfo.HasNextPage {
			break
		}
		after = c.PageInfo.EndCursor
	}
	if seen != d.size {
		t.Errorf("%d members, want %d", seen, d.size)
	}
}

func TestWalkRefusesCursors(t *testing.T) {
	d := &directory{size: 400, places: true}
	c, err := SearchAfter(selecting(t, "nodes"), Of("members", "Ada"), 10, nil, d.fetch, Itself)
	if err != nil {
		t.Fatal(err)
	}
	l := Of("members", "Ada")
	place := circleclient.SearchAfter{[]byte(`"x"`)}
	for name, test := range map[string]struct {
		list   List
		cursor string
	}{
		"of another filter":        {Of("members", "Bob"), *c.PageInfo.EndCursor},
		"no cursor":                {l, "nonsense"},
		"a place before its start": {l, l.AtStop(Stop{Offset: 5, Start: 6, After: place})},
		"too far from its start":   {l, l.AtStop(Stop{Offset: 5000, Start: 5, After: place})},
		"too long": {
			l,
			l.AtStop(Stop{Offset: 5, Start: 5, After: circleclient.SearchAfter{fmt.Appendf(nil, `"%03000d"`, 1)}}),
		},
	} {
		var input *scalar.InputError
		if _, err := SearchAfter(selecting(t, "nodes"), test.list, 10, &test.cursor, d.fetch, Itself); !errors.As(err,
			&input) {
			t.Errorf("a cursor %s: %v, want an InputError", name, err)
		}
	}
}
