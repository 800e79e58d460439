// Package genqlient is a client that genqlient makes of the schema and of a few operations. It is a module of its own,
// so that the server does not depend on the generator.
package genqlient

//go:generate go tool genqlient
