//go:build tools

// Package tools pins the code generator to the version that go.mod names.
package tools

import (
	_ "github.com/99designs/gqlgen"
)
