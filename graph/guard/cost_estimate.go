package guard

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
)

// maxEstimate is the largest estimate: far above every limit, far below an overflow.
const maxEstimate = 1_000_000

// What a likely cost reckons with. Whatever a list holds is spread over so many spaces, and of ten things, one has
// nothing to ask for, such as a post without comments, or asks for what another one asks for, such as the same author.
const (
	likelySpaces = 10
	likelyOfTen  = 9
)

// estimator walks an operation as the executor will: fields of one name in the answer are one, and a fragment counts
// once in each place.
type estimator struct {
	estimate

	table     *costTable
	variables map[string]any
	kind      kind
	here      []string // names in the answer, from the root to where the walk is
	asked     []string // loads of the whole answer that are counted already
	forAnswer int64    // what they cost
	lists     []group  // that the walk is in

	fields map[string]int64 // see [Price]; nil if nobody wants to know
}

// scope is where a selection stands: of how many objects, in how many lists that each ask for all they need together,
// and standing in how many spaces; and which operations may have filled the records of the objects.
type scope struct {
	objects, lists, spaces int64
	from                   circleclient.Sources
}

// sum is a number of requests by what it grows with.
type sum struct{ objects, lists, spaces int64 }

// total is what a scope costs. An object is of one of several types, so the most expensive of them counts for all.
type total struct {
	byType        []int64
	lists, spaces int64
	loaded        []loaded
}

// loaded is what objects of some types have loaded already.
type loaded struct {
	load  string
	types uint64
}

// group is a field as it is in the answer, however often it is written.
type group struct {
	field   *ast.Field
	written []*ast.Field
	types   uint64 // those objects that have it, by their place in costTable.types
}

// sets are the selections on it.
func (g group) sets() []ast.SelectionSet {
	sets := make([]ast.SelectionSet, len(g.written))
	for i, field := range g.written {
		sets[i] = field.SelectionSet
	}
	return sets
}

// sum is what a selection costs in a scope.
func (e *estimator) sum(on *ast.Definition, sets []ast.SelectionSet, s scope) sum {
	t := total{byType: make([]int64, len(e.table.types[on.Name]))}
	e.selection(on, sets, s, &t)
	return t.sum()
}

func (t *total) sum() sum {
	s := sum{lists: t.lists, spaces: t.spaces}
	for _, n := range t.byType {
		s.objects = max(s.objects, n)
	}
	return s
}

// selection adds what is selected to a total.
func (e *estimator) selection(on *ast.Definition, sets []ast.SelectionSet, s scope, t *total) {
	for _, g := range e.collect(on, sets) {
		if on == e.table.schema.Mutation {
			e.asked = e.asked[:0] // the steps of a mutation share nothing
		}
		e.here = append(e.here, g.field.Alias)
		e.field(g, s, t)
		e.here = e.here[:len(e.here)-1]
	}
}

// field adds a field with all beneath it to a total.
func (e *estimator) field(g group, s scope, t *total) {
	f := e.table.fields[g.field.Definition]
	if f == nil {
		f = &fieldCost{}
	}
	size := e.size(f, g.field)
	inner, apart, sameSpace := s, false, false
	inner.from = 0
	for _, c := range f.costs {
		if !e.applies(c, g.field, s.from) {
			continue
		}
		inner.from |= c.from
		sameSpace = sameSpace || c.sameSpace
		if e.cost(c, g, size, s, t) && c.per == perObject {
			apart = true // each comes at its time, so what is beneath cannot be asked together
		}
	}
	if len(g.field.SelectionSet) == 0 {
		return
	}
	of := e.table.schema.Types[g.field.Definition.Type.Name()]
	if f.page == nil && !f.isList {
		if apart {
			inner.lists, inner.spaces = s.objects, e.spaces(s.objects)
		}
		t.add(g.types, e.sum(of, g.sets(), inner), apart, apart)
		return
	}
	inner.objects, inner.lists = min(s.objects*size, maxEstimate), s.objects
	if !sameSpace {
		inner.spaces = e.spaces(inner.objects)
	}
	if f.page != nil {
		t.add(g.types, e.page(of, f.page, g.sets(), inner), true, !sameSpace)
		return
	}
	e.lists = append(e.lists, g)
	t.add(g.types, e.sum(of, g.sets(), inner), true, !sameSpace)
	e.lists = e.lists[:len(e.lists)-1]
}

// spaces is in how many spaces so many objects of lists stand.
func (e *estimator) spaces(objects int64) int64 {
	if e.kind == likely {
		return min(objects, likelySpaces)
	}
	return objects
}

// per is what a cost grows with.
func (e *estimator) per(c cost) string {
	if e.kind == likely {
		return cmp.Or(c.usually, c.per)
	}
	return c.per
}

// each is how many of so many objects ask for something of their own.
func (e *estimator) each(c cost, field *ast.Field, objects int64) int64 {
	if e.kind == atMost || objects <= 1 {
		return objects
	}
	if first, ok := e.argument(field, "first").(int64); ok && first <= c.preview && e.extraPage(c, field) == 0 {
		return 0
	}
	return (objects*likelyOfTen + 9) / 10
}

// page is what the items of a page cost, which are the same through `nodes` and through `edges`.
func (e *estimator) page(connection, item *ast.Definition, sets []ast.SelectionSet, s scope) sum {
	t := total{byType: make([]int64, len(e.table.types[item.Name]))}
	depth := len(e.here)
	for _, g := range e.collect(connection, sets) {
		e.here = append(e.here, g.field.Alias)
		e.lists = append(e.lists, g)
		switch g.field.Name {
		case "nodes":
			e.selection(item, g.sets(), s, &t)
		case "edges":
			for _, inEdge := range e.collect(e.table.schema.Types[g.field.Definition.Type.Name()], g.sets()) {
				e.here = append(e.here, inEdge.field.Alias)
				if inEdge.field.Name == "node" {
					e.selection(item, inEdge.sets(), s, &t)
				}
				e.here = e.here[:depth+1]
			}
		}
		e.lists = e.lists[:len(e.lists)-1]
		e.here = e.here[:depth]
	}
	return t.sum()
}

// add adds what is beneath a field to the total of the objects that have it: as much for each of them, or as it is.
func (t *total) add(types uint64, s sum, listsGrow, spacesGrow bool) {
	if listsGrow {
		s.objects, s.lists = s.objects+s.lists, 0
	}
	if spacesGrow {
		s.objects, s.spaces = s.objects+s.spaces, 0
	}
	for i := range t.byType {
		if types&(1<<i) != 0 {
			t.byType[i] = min(t.byType[i]+s.objects, maxEstimate)
		}
	}
	t.lists = min(t.lists+s.lists, maxEstimate)
	t.spaces = min(t.spaces+s.spaces, maxEstimate)
}

// cost adds one @cost to a total, unless it is part of it already, and reports whether it did.
func (e *estimator) cost(c cost, g group, size int64, s scope, t *total) bool {
	if c.part != 0 && s.from.Carry(c.part) {
		return false
	}
	types, isFirst := g.types, true
	if c.load != "" {
		types, isFirst = t.load(c.load, g.types)
	}
	if c.calls > 0 {
		e.wait()
	}
	var n sum
	switch e.per(c) {
	case perObject:
		n.objects = e.each(c, g.field, s.objects) * (c.calls + e.extraPage(c, g.field))
	case perItem:
		n.objects = s.objects * c.calls * size
	case perMention: // is priced when the text is read, see [Allowance.Price]
	case perSpace:
		if n.spaces = s.spaces * c.calls; s.spaces == s.objects {
			n = sum{objects: n.spaces}
		}
	case perList:
		n.lists = min(s.lists, s.spaces) * c.calls
	case perAnswer:
		if isFirst = !slices.Contains(e.asked, c.load) && s.objects > 0; isFirst {
			e.asked = append(e.asked, c.load)
			e.forAnswer += c.calls
			e.note(c.calls)
		} else {
			e.note(0)
		}
		return isFirst
	}
	if !isFirst {
		n.lists, n.spaces = 0, 0
	}
	if types == 0 {
		n.objects = 0
	}
	t.add(types, n, false, false)
	e.note(n.objects + n.lists + n.spaces)
	return n != sum{}
}

// wait notes that the items of all lists in which the walk is may have to wait.
func (e *estimator) wait() {
	for _, list := range e.lists {
		for _, field := range list.written {
			e.waiting[field] = true
		}
	}
}

// load returns which of the types have not loaded something yet, and whether it is loaded for the first time.
func (t *total) load(load string, types uint64) (missing uint64, isFirst bool) {
	for i, l := range t.loaded {
		if l.load == load {
			t.loaded[i].types |= types
			return types &^ l.types, false
		}
	}
	t.loaded = append(t.loaded, loaded{load, types})
	return types, true
}

// note remembers the place that costs most, and what each costs if that is wanted.
func (e *estimator) note(calls int64) {
	if e.fields != nil {
		e.fields[strings.Join(e.here, ".")] += calls
	}
	if calls = min(calls, maxEstimate); calls > e.most {
		e.most, e.path = calls, append(e.path[:0], e.here...)
	}
}

// collect gathers the fields of a selection as the executor does.
func (e *estimator) collect(on *ast.Definition, sets []ast.SelectionSet) []group {
	c := collector{estimator: e, on: on, types: e.table.types[on.Name]}
	all := uint64(1)<<len(c.types) - 1
	for _, set := range sets {
		c.add(set, all)
	}
	return c.groups
}

type collector struct {
	*estimator

	on     *ast.Definition
	types  []*ast.Definition
	groups []group
	seen   []spread
}

// spread is a fragment in the place of objects of some types.
type spread struct {
	fragment *ast.FragmentDefinition
	types    uint64
}

func (c *collector) add(set ast.SelectionSet, types uint64) {
	for _, selection := range set {
		if c.selections++; c.selections > maxSelections || types == 0 {
			return
		}
		switch s := selection.(type) {
		case *ast.Field:
			if c.includes(s.Directives) && !strings.HasPrefix(s.Name, "__") { // introspection asks nobody
				c.put(s, types)
			}
		case *ast.InlineFragment:
			if c.includes(s.Directives) {
				c.add(s.SelectionSet, types&c.matching(s.TypeCondition))
			}
		case *ast.FragmentSpread:
			if one := (spread{s.Definition, types & c.matching(s.Definition.TypeCondition)}); c.includes(s.Directives) &&
				!c.spread(one) {
				c.seen = append(c.seen, one)
				c.add(s.Definition.SelectionSet, one.types)
			}
		}
	}
}

func (c *collector) spread(one spread) bool {
	for _, s := range c.seen {
		if s.fragment == one.fragment && one.types&^s.types == 0 {
			return true
		}
	}
	return false
}

// put adds a field. Those of one name are one if an object can have both; validation has checked that their arguments
// are the same.
func (c *collector) put(field *ast.Field, types uint64) {
	for i := range c.groups {
		g := &c.groups[i]
		if g.field.Alias != field.Alias || g.types&types == 0 {
			continue
		}
		if bits.OnesCount64(types) > bits.OnesCount64(g.types) {
			g.field = field // of an interface that more of the types have
		}
		g.types |= types
		g.written = append(g.written, field)
		return
	}
	c.groups = append(c.groups, group{field: field, types: types, written: []*ast.Field{field}})
}

// matching are the types that a type condition holds for.
func (c *collector) matching(condition string) uint64 {
	if condition == "" || condition == c.on.Name {
		return 1<<len(c.types) - 1
	}
	var matching uint64
	for i, t := range c.types {
		for _, possible := range c.table.types[condition] {
			if possible == t {
				matching |= 1 << i
			}
		}
	}
	return matching
}
