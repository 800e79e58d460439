// Package generated is what gqlgen makes of the SDL, but for this file.
package generated

import (
	"context"

	"circlegraph/graph/model"
)

// This file is written by hand: the generated code calls the two methods below by these names, which gqlgen's own
// plugin for federation would write. It demands methods of the client's structs that would be there for GraphQL's sake
// only.

// federation is the part of the resolvers that routers ask.
type federation interface {
	ServiceSDL() string
	Entities(ctx context.Context, representations []map[string]any) []model.Node
}

//nolint:revive,staticcheck,unparam // gqlgen gives name and results
func (ec *executionContext) __resolve__service(context.Context) (model.Service, error) {
	return model.Service{Sdl: ec.Resolvers.(federation).ServiceSDL()}, nil
}

//nolint:revive,staticcheck // gqlgen gives the name
func (ec *executionContext) __resolve_entities(ctx context.Context, representations []map[string]any) []model.Node {
	return ec.Resolvers.(federation).Entities(ctx, representations)
}
