// Package graph is the GraphQL schema and its resolvers: it connects what the SDL beside it says to the client that
// asks Circle.
package graph

import (
	"net/url"
	"time"

	"circlegraph/circleclient"
	"circlegraph/tokens"
)

//go:generate go run circlegraph/graph/generate

// Resolver is the root of all resolvers and holds what they need.
type Resolver struct {
	circle      *circleclient.Client
	sessions    *tokens.Service
	idempotency *idempotency
	feed        Feed
	now         func() time.Time
	// webSession reports whether members may sign in on the community's own web pages.
	webSession bool
	// communityURL is the address of the community's web pages; nil where it is not known.
	communityURL *url.URL
}
