package circleclient

import (
	"context"
	"net/netip"
)

// TokenSource gives the access token of the caller.
type TokenSource interface {
	// Token returns the token, or why there is none; every call to the Member API returns that error as it is.
	Token() (string, error)
}

// Asking is what a context says about the calls that are made with it: who asks, and how.
type Asking struct {
	// Caller gives the token for calls to the Member API. Without it they fail with [ErrNoToken].
	Caller TokenSource
	// Address is where the caller is. Until Circle has accepted the token, calls count as the address's. The zero address
	// stands for nobody in particular, such as a server that is trusted to sign many members in.
	Address netip.Addr
	// Fresh demands that Circle itself answers reads, neither memory nor a call under way.
	Fresh bool
	// Usage counts the calls; nil if nobody wants to know.
	Usage *Usage

	screen *screen // set by [AsOneScreen]
}

type askingKey struct{}

// With returns a context that says more about its calls than ctx does, such as With(ctx, Fresh, CountedIn(usage)).
func With(ctx context.Context, options ...func(*Asking)) context.Context {
	asking := AskingFrom(ctx)
	for _, option := range options {
		option(&asking)
	}
	return context.WithValue(ctx, askingKey{}, asking)
}

// AskingFrom returns what ctx says about its calls.
func AskingFrom(ctx context.Context) Asking {
	asking, _ := ctx.Value(askingKey{}).(Asking)
	return asking
}

// As makes calls with the token of caller.
func As(caller TokenSource) func(*Asking) { return func(a *Asking) { a.Caller = caller } }

// FromAddress makes calls from an address, see [Asking.Address].
func FromAddress(address netip.Addr) func(*Asking) { return func(a *Asking) { a.Address = address } }

// Fresh makes Circle itself answer reads: for what a change has led to.
func Fresh(a *Asking) { a.Fresh = true }

// CountedIn counts calls in usage.
func CountedIn(usage *Usage) func(*Asking) { return func(a *Asking) { a.Usage = usage } }

// AsOneScreen makes calls belong together, such as those for one screen. If the budget does not suffice for everybody,
// screens that have started are finished before others start.
func AsOneScreen(a *Asking) { a.screen = &screen{} }
