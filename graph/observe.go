package graph

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
	"circlegraph/graph/guard"
)

// maxOperationName is the longest name of an operation that is told, in bytes.
const maxOperationName = 100

// Operation is what may be told of an operation: nothing that a member wrote, no variable, no id.
type Operation struct {
	// Name is from the document; empty if it has none, or one that is too long.
	Name string
	// Kind is query, mutation or subscription; empty if the request was refused before it was known.
	Kind string
}

// Answered is what may be told of an answer.
type Answered struct {
	// Codes are those of the errors, sorted, each once.
	Codes []string
	// Estimated is how many requests to Circle the operation could have needed.
	Estimated int64
	// Usage is what it has cost.
	Usage *circleclient.Usage
}

// Observer is called before each response is made, and the function that it returns once it is made. A subscription has
// a response for each event, whose making includes the wait for it. The context is that of all that is done for the
// response.
type Observer func(context.Context, Operation) (context.Context, func(Answered))

// observed tells the log and the observer, if there is one, of each response.
func observed(observe Observer, log *slog.Logger, note Note) graphql.ResponseMiddleware {
	if observe == nil {
		observe = func(ctx context.Context, _ Operation) (context.Context, func(Answered)) {
			return ctx, func(Answered) {}
		}
	}
	return func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		usage := &circleclient.Usage{}
		if start, ok := ctx.Value(startKey{}).(*atomic.Pointer[circleclient.Usage]); ok {
			usage = cmp.Or(start.Swap(nil), usage)
		}
		operation := describe(operationOf(ctx))
		ctx, end := observe(circleclient.With(ctx, circleclient.CountedIn(usage)), operation)
		response := next(ctx)
		if response == nil { // the end of a subscription
			return nil
		}
		answered := Answered{Codes: codesOf(response), Usage: usage}
		if graphql.HasOperationContext(ctx) {
			answered.Estimated = guard.Estimated(graphql.GetOperationContext(ctx)) + guard.AllowanceFrom(ctx).Priced()
		}
		logOperation(ctx, log, note, operation, answered)
		end(answered)
		return response
	}
}

// startKey is the context key for what the start of a subscription used, until its first event tells of it.
type startKey struct{}

// countStart counts what a subscription asks of Circle before its first event, which belongs to that event: gqlgen runs
// its resolver before there is any.
func countStart(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if operation := operationOf(ctx); operation == nil || operation.Operation != ast.Subscription {
		return next(ctx)
	}
	start := new(atomic.Pointer[circleclient.Usage])
	usage := &circleclient.Usage{}
	start.Store(usage)
	return next(circleclient.With(context.WithValue(ctx, startKey{}, start), circleclient.CountedIn(usage)))
}

func describe(o *ast.OperationDefinition) Operation {
	if o == nil {
		return Operation{}
	}
	told := Operation{Kind: string(o.Operation)}
	if len(o.Name) <= maxOperationName {
		told.Name = o.Name // GraphQL allows letters, digits and _
	}
	return told
}

func codesOf(response *graphql.Response) []string {
	var codes []string
	for _, err := range response.Errors {
		if code, ok := err.Extensions["code"].(string); ok {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}
