// Package graph is the GraphQL schema and its resolvers: it connects what the SDL beside it says to the client that asks
// Circle.
package graph

import (
	"time"

	"circlegraph/circleclient"
	"circlegraph/tokens"
)

//go:generate go run github.com/99designs/gqlgen generate

// Resolver is the root of all resolvers and holds what they need.
type Resolver struct {
	circle      *circleclient.Client
	sessions    *tokens.Service
	idempotency *idempotency
	feed        Feed
	now         func() time.Time
}
