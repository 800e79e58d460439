// Package guard says what a document may cost and contain, and refuses what goes beyond it before anything is asked of
// Circle.
package guard

import "github.com/99designs/gqlgen/graphql"

// The codes of refusals, in `extensions.code`.
const (
	CodeQueryLimit = "QUERY_LIMIT_EXCEEDED"
	CodeCostLimit  = "COST_LIMIT_EXCEEDED"

	codeBadUserInput = "BAD_USER_INPUT"
)

// rememberedDocuments is how many bytes of documents are known to be within the limits.
const rememberedDocuments = 4 << 20

// Extensions refuse documents and variables that are too large, variables that break `@oneOf` or are null for
// what has a default, and operations that could need more than maxCost requests to Circle; any number if that is zero.
func Extensions(maxCost int) []graphql.HandlerExtension {
	return []graphql.HandlerExtension{newLimits(), &oneOf{}, nulls{}, &introspection{}, &costLimit{max: maxCost}}
}
