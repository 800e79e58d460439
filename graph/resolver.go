// Package graph is the GraphQL schema and its resolvers: it connects what the SDL beside it says to the client that
// asks Circle.
package graph

import (
	"context"
	"net/url"
	"time"

	"circlegraph/circleclient"
	"circlegraph/graph/idempotency"
	"circlegraph/graph/model"
	"circlegraph/tokens"
)

//go:generate go run circlegraph/graph/generate

// Resolver is the root of all resolvers and holds what they need.
type Resolver struct {
	circle      *circleclient.Client
	sessions    *tokens.Service
	idempotency *idempotency.Store
	updates     Updates
	now         func() time.Time
	// webSession reports whether members may sign in on the community's own web pages.
	webSession bool
	// communityURL is the address of the community's web pages; nil if it is not known.
	communityURL *url.URL
}

// idempotently carries create out, or gives the result that it had under the same key before, see [idempotency.Do].
func idempotently[T any](
	ctx context.Context, s *idempotency.Store, mutation string, key *string, input any, create func(context.Context) (T,
		error),
) (T, []*model.UserError, error) {
	value, err := idempotency.Do(ctx, s, mutation, key, input, create)
	problems, err := userErrors(err)
	return value, problems, err
}

// deref is the value behind an optional argument, or its zero.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// notNil is a list that is never null.
func notNil[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
