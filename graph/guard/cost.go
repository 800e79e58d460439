package guard

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"circlegraph/graph/serial"
)

// maxSelections is how many fields and fragments an operation may have with every fragment written out in each of its
// places: a few fragments within each other make millions of them, at no cost in requests. The largest screen of an app
// has 200.
const maxSelections = 10_000

// costLimit estimates for each operation, before anything is asked, how many requests to Circle it can need and how
// many it is likely to need, and refuses what is likely to need more than a limit. It is safe for concurrent use.
type costLimit struct {
	max   int // requests an operation may need; 0 for any number
	table *costTable
}

var (
	_ graphql.HandlerExtension        = (*costLimit)(nil)
	_ graphql.OperationContextMutator = (*costLimit)(nil)
)

// ExtensionName names the extension in gqlgen's messages.
func (*costLimit) ExtensionName() string { return "Costs" }

// Validate reads what the fields of the schema cost.
func (c *costLimit) Validate(s graphql.ExecutableSchema) (err error) {
	c.table, err = readCosts(s.Schema())
	return err
}

// MutateOperationContext refuses an operation that is likely to cost too much, and keeps the estimate for [Estimated].
// What turns out to need more than is likely ends at its allowance of requests, see [circleclient.Within].
func (c *costLimit) MutateOperationContext(_ context.Context, oc *graphql.OperationContext) *gqlerror.Error {
	if oc.Operation == nil {
		return nil
	}
	e := c.table.estimate(oc.Operation, oc.Variables, atMost)
	if e.selections > maxSelections {
		return beyond("selections", maxSelections, "The operation has more than %d fields, with its fragments written out.",
			maxSelections)
	}
	oc.Stats.SetExtension(c.ExtensionName(), e.calls)
	serial.Know(oc, e.waiting)
	if c.max > 0 && e.calls > int64(c.max) &&
		c.table.estimate(oc.Operation, oc.Variables, likely).calls > int64(c.max) {
		return tooCostly(e, c.max)
	}
	return nil
}

// tooCostly says what makes an operation so costly.
func tooCostly(e estimate, limit int) *gqlerror.Error {
	return &gqlerror.Error{
		Message: fmt.Sprintf("This operation could need up to %d calls to Circle, and %d are allowed. Most of them: %s "+
			"(%d). Ask for fewer items or leave the field out.",
			e.calls, limit, strings.Join(e.path, "."), e.most),
		Extensions: map[string]any{"code": CodeCostLimit, "estimated": e.calls, "max": limit},
	}
}

// Estimated is how many requests an operation is estimated to need at most.
func Estimated(oc *graphql.OperationContext) int64 {
	calls, _ := oc.Stats.GetExtension((*costLimit)(nil).ExtensionName()).(int64)
	return calls
}

// estimate is what an operation can cost.
type estimate struct {
	calls int64
	// path is the field that costs most, and most what it costs by itself.
	path []string
	most int64
	// selections is how many fields and fragments were looked at; beyond maxSelections the estimate is not complete.
	selections int
	// waiting are the lists whose items may ask Circle for something.
	waiting serial.Waiting
}

// kind is what an estimate is of.
type kind int

const (
	// atMost is an upper limit.
	atMost kind = iota
	// likely is what the operation costs in a community of people, see [likelySpaces] and [likelyOfTen].
	likely
)

// estimate is what a validated operation costs, in requests to Circle.
func (t *costTable) estimate(operation *ast.OperationDefinition, variables map[string]any, of kind) estimate {
	return t.newEstimator(variables, of).operation(operation)
}

func (t *costTable) newEstimator(variables map[string]any, of kind) *estimator {
	return &estimator{table: t, variables: variables, kind: of, estimate: estimate{waiting: serial.Waiting{}}}
}

// operation estimates the only operation of an estimator.
func (e *estimator) operation(operation *ast.OperationDefinition) estimate {
	root := e.table.schema.Query
	switch operation.Operation {
	case ast.Mutation:
		root = e.table.schema.Mutation
	case ast.Subscription:
		root = e.table.schema.Subscription
	}
	all := e.sum(root, []ast.SelectionSet{operation.SelectionSet}, scope{objects: 1, lists: 1, spaces: 1})
	e.calls = e.forAnswer + all.objects + all.lists + all.spaces
	return e.estimate
}
