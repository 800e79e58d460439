package serial

import (
	"context"
	"io"
	"slices"

	"github.com/99designs/gqlgen/graphql"
)

// FieldSet are the fields of an object. gqlgen's own copies each field and keeps a map of names as it writes them.
type FieldSet struct {
	*graphql.FieldSet

	fields []graphql.CollectedField
}

// manyFields is from how many fields on a map of their names is quicker than reading them again.
const manyFields = 64

// NewFieldSet is called by the generated code in place of [graphql.NewFieldSet].
func NewFieldSet(fields []graphql.CollectedField) *FieldSet {
	return &FieldSet{graphql.NewFieldSet(fields), fields}
}

// MarshalGQL writes the object. Of fields of one name it writes the first.
func (s *FieldSet) MarshalGQL(w io.Writer) {
	if len(s.fields) > manyFields {
		s.FieldSet.MarshalGQL(w)
		return
	}
	// As everywhere in gqlgen, what fails to be written is for whoever gave the writer to notice.
	separator := `{"`
	for i := range s.fields {
		name := s.fields[i].Alias
		if slices.ContainsFunc(s.fields[:i], func(f graphql.CollectedField) bool { return f.Alias == name }) {
			continue
		}
		_, _ = io.WriteString(w, separator)
		_, _ = io.WriteString(w, name) // which has nothing to escape
		_, _ = io.WriteString(w, `":`)
		s.Values[i].MarshalGQL(w)
		separator = `,"`
	}
	if len(s.fields) == 0 {
		_, _ = io.WriteString(w, "{")
	}
	_, _ = io.WriteString(w, "}")
}

// Deferred is called by the generated code in place of [graphql.NewDeferredGroup], for the fields that it is about to
// resolve. If none of them is deferred there is nothing in the group, which nobody uses then.
func Deferred(ctx context.Context, fields []graphql.CollectedField) graphql.DeferredGroup {
	for i := range fields {
		if fields[i].IsDeferred() {
			return graphql.NewDeferredGroup(ctx)
		}
	}
	return graphql.DeferredGroup{}
}
