package guard

import (
	"math/bits"

	"github.com/vektah/gqlparser/v2/ast"
)

// maxReckoned is where reckoning ends, far beyond every limit and far below what overflows.
const maxReckoned = 1_000_000

// estimator walks an operation as the executor will: fields of one name in the answer are one, and a fragment counts
// once in each place.
type estimator struct {
	estimate

	prices    *prices
	variables map[string]any
	here      []string // names in the answer, from the root to where the walk is
	asked     names    // loads of the whole answer that are reckoned already
	once      int64    // what they cost
	lists     []group  // that the walk is in
}

// scope is where a selection stands: of how many objects, in how many lists that each ask for all they need together,
// and standing in how many spaces; and what the objects carry.
type scope struct {
	objects, lists, spaces int64
	carried                names
}

// tally is a number of requests by what it grows with.
type tally struct{ objects, lists, spaces int64 }

// bill is what a scope costs. An object is of one of several types, so the dearest of them counts for all.
type bill struct {
	byType        []int64
	lists, spaces int64
	loaded        []loaded
}

// loaded is what objects of some types have loaded already.
type loaded struct {
	load  names
	types uint64
}

// group is a field as it is in the answer, however often it is written.
type group struct {
	field   *ast.Field
	written []*ast.Field
	types   uint64 // those objects that have it, by their place in prices.types
}

// sets are the selections on it.
func (g group) sets() []ast.SelectionSet {
	sets := make([]ast.SelectionSet, len(g.written))
	for i, field := range g.written {
		sets[i] = field.SelectionSet
	}
	return sets
}

// total is what a selection costs in a scope.
func (e *estimator) total(on *ast.Definition, sets []ast.SelectionSet, s scope) tally {
	b := bill{byType: make([]int64, len(e.prices.types[on.Name]))}
	e.selection(on, sets, s, &b)
	return b.total()
}

func (b *bill) total() tally {
	t := tally{lists: b.lists, spaces: b.spaces}
	for _, n := range b.byType {
		t.objects = max(t.objects, n)
	}
	return t
}

// selection puts what is selected on a bill.
func (e *estimator) selection(on *ast.Definition, sets []ast.SelectionSet, s scope, b *bill) {
	for _, g := range e.collect(on, sets) {
		if on == e.prices.schema.Mutation {
			e.asked = 0 // the steps of a mutation share nothing
		}
		e.here = append(e.here, g.field.Alias)
		e.field(g, s, b)
		e.here = e.here[:len(e.here)-1]
	}
}

// field puts a field with all beneath it on a bill.
func (e *estimator) field(g group, s scope, b *bill) {
	p := e.prices.fields[g.field.Definition]
	if p == nil {
		p = &price{}
	}
	size := e.size(p, g.field)
	inner, apart, sameSpace := s, false, false
	inner.carried = 0
	for _, c := range p.charges {
		if !e.applies(c, g.field, s.carried) {
			continue
		}
		inner.carried |= c.carries
		sameSpace = sameSpace || c.sameSpace
		if e.charge(c, g, size, s, b) && c.per == perObject {
			apart = true // each comes at its time, so what is beneath cannot be asked together
		}
	}
	if len(g.field.SelectionSet) == 0 {
		return
	}
	of := e.prices.schema.Types[g.field.Definition.Type.Name()]
	if p.page == nil && !p.isList {
		if apart {
			inner.lists, inner.spaces = s.objects, s.objects
		}
		b.add(g.types, e.total(of, g.sets(), inner), apart, apart)
		return
	}
	inner.objects, inner.lists = min(s.objects*size, maxReckoned), s.objects
	if !sameSpace {
		inner.spaces = inner.objects
	}
	if p.page != nil {
		b.add(g.types, e.page(of, p.page, g.sets(), inner), true, !sameSpace)
		return
	}
	e.lists = append(e.lists, g)
	b.add(g.types, e.total(of, g.sets(), inner), true, !sameSpace)
	e.lists = e.lists[:len(e.lists)-1]
}

// page is what the items of a page cost, which are the same through `nodes` and through `edges`.
func (e *estimator) page(connection, item *ast.Definition, sets []ast.SelectionSet, s scope) tally {
	b := bill{byType: make([]int64, len(e.prices.types[item.Name]))}
	depth := len(e.here)
	for _, g := range e.collect(connection, sets) {
		e.here = append(e.here, g.field.Alias)
		e.lists = append(e.lists, g)
		switch g.field.Name {
		case "nodes":
			e.selection(item, g.sets(), s, &b)
		case "edges":
			for _, inEdge := range e.collect(e.prices.schema.Types[g.field.Definition.Type.Name()], g.sets()) {
				e.here = append(e.here, inEdge.field.Alias)
				if inEdge.field.Name == "node" {
					e.selection(item, inEdge.sets(), s, &b)
				}
				e.here = e.here[:depth+1]
			}
		}
		e.lists = e.lists[:len(e.lists)-1]
		e.here = e.here[:depth]
	}
	return b.total()
}

// add puts what is beneath a field on the bill of the objects that have it: as much for each of them, or as it was.
func (b *bill) add(types uint64, t tally, listsGrow, spacesGrow bool) {
	if listsGrow {
		t.objects, t.lists = t.objects+t.lists, 0
	}
	if spacesGrow {
		t.objects, t.spaces = t.objects+t.spaces, 0
	}
	for i := range b.byType {
		if types&(1<<i) != 0 {
			b.byType[i] = min(b.byType[i]+t.objects, maxReckoned)
		}
	}
	b.lists = min(b.lists+t.lists, maxReckoned)
	b.spaces = min(b.spaces+t.spaces, maxReckoned)
}

// charge puts one @cost on a bill, unless it is paid already, and reports whether it did.
func (e *estimator) charge(c charge, g group, size int64, s scope, b *bill) bool {
	types, isFirst := g.types, true
	if c.load != 0 {
		if s.carried&(c.load|c.part) != 0 {
			return false
		}
		types, isFirst = b.load(c.load, g.types)
	}
	if c.calls > 0 {
		e.wait()
	}
	var t tally
	switch c.per {
	case perObject:
		t.objects = s.objects * (c.calls + e.extraPage(c, g.field))
	case perItem:
		t.objects = s.objects * c.calls * size
	case perMention:
		t.objects = s.objects * c.calls * e.mentions(g.field)
	case perSpace:
		if t.spaces = s.spaces * c.calls; s.spaces == s.objects {
			t = tally{objects: t.spaces}
		}
	case perList:
		t.lists = min(s.lists, s.spaces) * c.calls
	case perAnswer:
		if isFirst = e.asked&c.load == 0 && s.objects > 0; isFirst {
			e.asked |= c.load
			e.once += c.calls
			e.note(c.calls)
		}
		return isFirst
	}
	if !isFirst {
		t.lists, t.spaces = 0, 0
	}
	if types == 0 {
		t.objects = 0
	}
	b.add(types, t, false, false)
	e.note(t.objects + t.lists + t.spaces)
	return t != tally{}
}

// wait notes that the items of all lists in which the walk is may have to wait.
func (e *estimator) wait() {
	for _, list := range e.lists {
		for _, field := range list.written {
			e.waiting[field] = true
		}
	}
}

// load tells which types have not loaded something yet, and whether none has.
func (b *bill) load(load names, types uint64) (missing uint64, isFirst bool) {
	for i, l := range b.loaded {
		if l.load == load {
			b.loaded[i].types |= types
			return types &^ l.types, false
		}
	}
	b.loaded = append(b.loaded, loaded{load, types})
	return types, true
}

// note remembers the place that costs most.
func (e *estimator) note(calls int64) {
	if calls = min(calls, maxReckoned); calls > e.most {
		e.most, e.path = calls, append(e.path[:0], e.here...)
	}
}

// collect gathers the fields of a selection as the executor does.
func (e *estimator) collect(on *ast.Definition, sets []ast.SelectionSet) []group {
	c := collector{estimator: e, on: on, types: e.prices.types[on.Name]}
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
			if c.includes(s.Directives) && s.Name[0] != '_' { // introspection asks nobody
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

// put adds a field. Those of one name are one where an object can have both; then validation has seen to it that their
// arguments are the same.
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
		for _, possible := range c.prices.types[condition] {
			if possible == t {
				matching |= 1 << i
			}
		}
	}
	return matching
}
