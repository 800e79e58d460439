package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"circlegraph/circleclient"
	"circlegraph/graph/guard"
)

// upstreamUsage is `extensions.upstream`: what a response has cost, for those who write queries and not for programs.
type upstreamUsage struct {
	// Requests is how many requests were sent to Circle for it.
	Requests int64 `json:"requests"`
	// Coalesced is how many reads shared a request that another response had sent already.
	Coalesced int64 `json:"coalesced"`
	// Cached is how many reads were answered from memory.
	Cached int64 `json:"cached"`
	// Reused is how many reads were answered by a list that had carried the record.
	Reused int64 `json:"reused"`
	// Stale is how many reads were answered from memory although their time was over, because Circle failed.
	Stale int64 `json:"stale"`
	// WaitedMs is how many milliseconds its requests have waited for the budget, all added up.
	WaitedMs int64 `json:"waitedMs"`
	// BudgetRemaining is how many requests could be sent now; null if there is no budget.
	BudgetRemaining *int `json:"budgetRemaining"`
}

// cost is `extensions.cost`: what a response has cost beside the estimate.
type cost struct {
	// Estimated is how many requests to Circle the operation could have needed, with those for the members whom its texts
	// mention.
	Estimated int64 `json:"estimated"`
	// Actual is how many were sent for the response, repetitions after failures included.
	Actual int64 `json:"actual"`
}

// showUsage says in each response what it has cost.
func (r *Resolver) showUsage(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if operationOf(ctx) == nil {
		return next(ctx)
	}
	response := next(ctx)
	if response == nil { // the end of a subscription
		return nil
	}
	usage := circleclient.AskingFrom(ctx).Usage // which [observed] counts in
	shown := upstreamUsage{
		Requests: usage.Requests(), Coalesced: usage.Coalesced(), Cached: usage.Cached(),
		Reused: usage.Reused(), Stale: usage.Stale(), WaitedMs: usage.Waited().Milliseconds(),
	}
	if state := r.circle.State(); state.Limited {
		shown.BudgetRemaining = &state.Remaining
	}
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions["upstream"] = shown
	response.Extensions["cost"] = cost{
		Estimated: guard.Estimated(graphql.GetOperationContext(ctx)) + guard.AllowanceFrom(ctx).Priced(),
		Actual:    shown.Requests,
	}
	return response
}
