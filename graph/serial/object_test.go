package serial

import (
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// fieldsNamed are the fields of an object that are asked for under these names, with their numbers as values.
func fieldsNamed(names ...string) *FieldSet {
	fields := make([]graphql.CollectedField, len(names))
	for i, name := range names {
		fields[i].Field = &ast.Field{Alias: name}
	}
	set := NewFieldSet(fields)
	for i := range names {
		set.Values[i] = graphql.MarshalInt(i)
	}
	return set
}

func TestObjects(t *testing.T) {
	var many []string
	for i := range manyFields {
		many = append(many, fmt.Sprint("field", i))
	}
	for want, names := range map[string][]string{
		`{}`:                nil,
		`{"a":0}`:           {"a"},
		`{"a":0,"b_2":1}`:   {"a", "b_2"},
		`{"a":0,"b":1}`:     {"a", "b", "a", "b"},
		`{"a":0,"a2":1}`:    {"a", "a2", "a"},
		"as gqlgen does":    many,
		"as gqlgen does it": append(many, "more", "field1", "more"),
	} {
		set := fieldsNamed(names...)
		var ours, theirs strings.Builder
		set.MarshalGQL(&ours)
		set.FieldSet.MarshalGQL(&theirs)
		if ours.String() != theirs.String() || strings.HasPrefix(want, "{") && ours.String() != want {
			t.Errorf("%v is written %s, gqlgen writes %s", names, &ours, &theirs)
		}
	}
}

// An object is written without anything being allocated.
func TestObjectsAllocateNothing(t *testing.T) {
	set := fieldsNamed("a", "b", "c")
	var text strings.Builder
	text.Grow(1 << 20)
	if n := testing.AllocsPerRun(100, func() {
		set.Values[0], set.Values[1], set.Values[2] = graphql.Null, graphql.True, graphql.False
		set.MarshalGQL(&text)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestDeferred(t *testing.T) {
	fields := []graphql.CollectedField{{Field: &ast.Field{Alias: "a"}}, {Field: &ast.Field{Alias: "b"}}}
	if group := Deferred(t.Context(), fields); group.FieldSet != nil || len(group.Defers) > 0 {
		t.Errorf("a group of %+v where nothing is deferred", group)
	}
	fields[1].Deferrables = []*graphql.Deferrable{{Label: "later"}}
	if group := Deferred(t.Context(), fields); group.FieldSet == nil || group.Defers == nil {
		t.Errorf("no group where something is deferred: %+v", group)
	}
}
