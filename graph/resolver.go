// Package graph is the GraphQL schema and its resolvers: it connects what the SDL beside it says to the client that
// asks Circle.
package graph

import (
	"context"
	"net/url"
	"time"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/circleclient/richtext"
	"circlegraph/graph/idempotency"
	"circlegraph/graph/loaders"
	"circlegraph/graph/model"
	"circlegraph/tokens"
)

//go:generate go run circlegraph/graph/generate

// Resolver is the root of all resolvers and holds what they need.
type Resolver struct {
	circle      *circleclient.Client
	sessions    *tokens.Service
	idempotency *idempotency.Store
	live        *live.Live
	now         func() time.Time
	// webSession reports whether members may sign in on the community's own web pages.
	webSession bool
	pictures   *richtext.Pictures
	observe    loaders.Observer
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

// createdAgain reads what a create has made, for its repetition.
func createdAgain(ctx context.Context, ref circleclient.Ref) (any, error) {
	switch ref.Type {
	case circleclient.RefPost:
		return loaders.From(ctx).Post.Load(ctx, ref)
	case circleclient.RefComment:
		return loaders.From(ctx).Comment.Load(ctx, ref)
	case circleclient.RefQuizAttempt:
		return loadAttempt(ctx, ref)
	default:
		return loadChatRoom(ctx, ref.Room)
	}
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
