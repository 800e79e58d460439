package scalar

import (
	"encoding/json"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// maxLong is the largest whole number that is exact in every client: JavaScript's limit.
const maxLong = 1<<53 - 1

// MarshalLong writes a whole number of more than 32 bits, GraphQL's limit for Int.
func MarshalLong(n int64) graphql.Marshaler { return graphql.MarshalInt64(n) }

// UnmarshalLong reads a whole number of up to 53 bits.
func UnmarshalLong(v any) (int64, error) {
	var text string
	switch v := v.(type) {
	case json.Number: // of variables
		text = v.String()
	case int64: // of literals
		text = strconv.FormatInt(v, 10)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > maxLong || n < -maxLong {
		return 0, &InputError{Message: "A Long is a whole number such as 5368709120, of at most 53 bits."}
	}
	return n, nil
}
