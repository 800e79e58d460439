package graph

import (
	"math"

	"circlegraph/circleclient"
	"circlegraph/graph/model"
	"circlegraph/graph/scalar"
)

// deref is the value behind an optional argument, or its zero.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// wide is an optional number of GraphQL as Circle takes it.
func wide(n *int) *int64 {
	if n == nil {
		return nil
	}
	w := int64(*n)
	return &w
}

// narrow is a number as an Int, which has 32 bits; nil beyond them.
func narrow(n *int64) *int {
	if n == nil || *n < math.MinInt32 || *n > math.MaxInt32 {
		return nil
	}
	i := int(*n)
	return &i
}

// negated is the opposite of a switch that Circle names the other way round.
func negated(b bool) *bool {
	not := !b
	return &not
}

// orFalse is false where Circle left a switch out.
func orFalse(b *bool) *bool {
	if b == nil {
		return new(bool)
	}
	return b
}

// listed is a list that is never null.
func listed[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// numbersOf reads the ids of several objects of one type as Circle's own numbers.
func numbersOf(of circleclient.RefType, ids []string) ([]int64, error) {
	numbers := make([]int64, len(ids))
	for i, id := range ids {
		ref, err := scalar.ParseRefOf(of, id)
		if err != nil {
			return nil, err
		}
		numbers[i] = ref.ID
	}
	return numbers, nil
}

// refUnless is the id of what went, unless it was refused.
func refUnless(problems []*model.UserError, ref circleclient.Ref) *string {
	return idUnless(problems, scalar.FormatRef(ref))
}

// idUnless is the id of what went, unless it was refused.
func idUnless(problems []*model.UserError, id string) *string {
	if len(problems) > 0 {
		return nil
	}
	return &id
}
