package circleclient

import (
	"context"
	"net/netip"
	"time"
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
	// Address is where the caller is. Calls that nobody vouches for count as the address's. The zero address
	// stands for nobody in particular, such as a server that is trusted to sign many members in.
	Address netip.Addr
	// Fresh demands that Circle itself answers reads, neither memory nor a call under way.
	Fresh bool
	// MaxAge demands of remembered answers that they are no older, unless Circle fails; 0 for any.
	MaxAge time.Duration
	// Background lets everybody else go first where the budget does not suffice.
	Background bool
	// Usage counts the calls; nil if nobody wants to know.
	Usage *Usage
	// End ends the calls when it ends, instead of the context that they are made with; nil for that one. It is for work
	// that must run to its end however its calls end.
	End context.Context

	vouched   string     // set by [Vouched]
	screen    *screen    // set by [Client.Screen]
	allowance *Allowance // set by [Within]
	record    *Record    // set by [Recording]
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

// NotOlder takes remembered answers up to an age, see [Asking.MaxAge].
func NotOlder(age time.Duration) func(*Asking) { return func(a *Asking) { a.MaxAge = age } }

// InBackground makes calls that nobody waits for: they take what the budget leaves.
func InBackground(a *Asking) { a.Background = true }

// CountedIn counts calls in usage.
func CountedIn(usage *Usage) func(*Asking) { return func(a *Asking) { a.Usage = usage } }

// EndingWith makes calls end with another context, see [Asking.End].
func EndingWith(end context.Context) func(*Asking) { return func(a *Asking) { a.End = end } }

// ending returns a context with the values of ctx that ends when the calls of ctx end.
func ending(ctx context.Context) context.Context {
	if end := AskingFrom(ctx).End; end != nil {
		return endsWith{end, ctx}
	}
	return ctx
}

// endsWith has the end of one context and the values of another.
type endsWith struct {
	context.Context

	values context.Context
}

// Value implements [context.Context].
func (c endsWith) Value(key any) any { return c.values.Value(key) }

// Within lets no more requests be sent than the allowance holds. Calls beyond it fail with [ErrBeyondAllowance], before
// anything is sent.
func Within(allowance *Allowance) func(*Asking) { return func(a *Asking) { a.allowance = allowance } }

// Vouched makes calls on behalf of a member who has shown proof, or of a trusted server for many: they share nothing
// with guesses, and take turns with the member's other calls. Who has no number yet is told apart by name.
func Vouched(memberID int64, name string) func(*Asking) {
	return func(a *Asking) {
		if a.vouched = memberKey(memberID); memberID == 0 {
			hash := HashToken(name)
			a.vouched = "vouched " + string(hash[:])
		}
	}
}
