package scalar

import (
	"fmt"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// words are the values of an enum, each with Circle's word for it. Go code holds Circle's word.
type words [][2]string

// unknown is the value for words of Circle that this server does not know.
const unknown = "UNKNOWN"

// marshal writes the value for Circle's word; UNKNOWN, never an error, if there is none.
func (w words) marshal(word string) graphql.Marshaler {
	i := slices.IndexFunc(w, func(pair [2]string) bool { return pair[1] == word })
	if i < 0 {
		return graphql.MarshalString(unknown)
	}
	return graphql.MarshalString(w[i][0])
}

// marshalKnown writes the value for Circle's word; null if there is none. It is for enums without UNKNOWN: their fields
// stand beside a text that has the word.
func (w words) marshalKnown(word string) graphql.Marshaler {
	if !slices.ContainsFunc(w, func(pair [2]string) bool { return pair[1] == word }) {
		return graphql.Null
	}
	return w.marshal(word)
}

// unmarshal reads a value as Circle's word.
func (w words) unmarshal(v any) (string, error) {
	value, _ := v.(string)
	i := slices.IndexFunc(w, func(pair [2]string) bool { return pair[0] == value })
	if i < 0 {
		return "", &InputError{Message: fmt.Sprintf("%q is not one of %s.", clip(value), w.values())}
	}
	return w[i][1], nil
}

func (w words) values() string {
	values := make([]string, len(w))
	for i, pair := range w {
		values[i] = pair[0]
	}
	return strings.Join(values, ", ")
}
