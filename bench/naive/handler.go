// Package naive serves three queries over Circle as gqlgen's tutorial would: a struct for each type, a resolver for
// each field that needs a request, the standard HTTP client and the standard JSON decoder. The facade is measured
// against it.
package naive

import (
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

//go:generate go run github.com/99designs/gqlgen generate

// NewHandler serves GraphQL over the Circle at an address. Callers send the token that Circle shall see.
func NewHandler(circle string) http.Handler {
	endpoint := handler.New(NewExecutableSchema(Config{Resolvers: &root{circle: circle}}))
	endpoint.AddTransport(transport.POST{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := context.WithValue(r.Context(), authorizationKey{}, r.Header.Get("Authorization"))
		endpoint.ServeHTTP(w, r.WithContext(ctx))
	})
}

type authorizationKey struct{}
