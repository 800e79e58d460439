package graph

import (
	"context"
	_ "embed"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/circleclient/richtext"
	"circlegraph/graph/generated"
	"circlegraph/graph/guard"
	"circlegraph/graph/idempotency"
	"circlegraph/graph/loaders"
	"circlegraph/graph/persisted"
	"circlegraph/graph/scalar"
	"circlegraph/graph/transport"
	"circlegraph/internal/memory"
	"circlegraph/tokens"
)

const (
	// cachedDocuments is how many bytes of parsed and validated documents are kept.
	cachedDocuments = 16 << 20
	// parsedSize is how many bytes a parsed document takes for each of its text, at most.
	parsedSize = 12
	// defaultMaxBody is the largest request in bytes if no other limit is given.
	defaultMaxBody = 1 << 20
)

// Options are what the GraphQL endpoint needs.
type Options struct {
	// Circle asks Circle.
	Circle *circleclient.Client
	// Sessions signs members in and out.
	Sessions *tokens.Service
	// Authenticator identifies websocket callers; if nil, websockets are off.
	Authenticator *tokens.Authenticator
	// Updates tells members what happens; if nil, only what they do through this process.
	Updates *live.Live
	// Live keeps the streams and websockets; if nil, one with the default limits.
	Live *transport.Live
	// Origins are the web origins, besides this server's own, whose pages may open a websocket.
	Origins []string
	// Introspection lets clients read the schema through the endpoint.
	Introspection bool
	// Memory is what requests, answers and streams share; nil for any number of bytes.
	Memory *memory.Budget
	// Federation serves the schema to routers of Apollo Federation 2.
	Federation bool
	// MaxBody is the largest request body in bytes; 1 MB if zero.
	MaxBody int64
	// Timeout is the longest that a query or a mutation may take; no limit if zero.
	Timeout time.Duration
	// Trusted are the documents of the operator's own apps, text by id.
	Trusted map[string]string
	// Untrusted says how other documents are handled; they are carried out if empty.
	Untrusted persisted.Mode
	// CountDocument is called for each request if there are trusted documents, with whether it has one; may be nil.
	CountDocument func(trusted bool)
	// MaxCost is how many requests to Circle an operation may need at most, by an estimate before the first; no limit
	// if zero.
	MaxCost int
	// ShowUsage says in `extensions.upstream` and `extensions.cost` of each response what it has cost.
	ShowUsage bool
	// ShowHints says in `extensions.hints` of a response how it could have cost less.
	ShowHints bool
	// RequestID names the request of a context in errors worth reporting; if nil, there is no name.
	RequestID func(context.Context) string
	// Observe is called for each operation; may be nil.
	Observe Observer
	// ObserveBatch is called for each batch of the loaders; may be nil.
	ObserveBatch loaders.Observer
	// Note takes what the log says of an operation to the line of its request; each has a line of its own if nil.
	Note Note
	// Logger gets a line for each operation, and what must not reach clients; [slog.Default] if nil.
	Logger *slog.Logger
	// Now is the clock; the system's if nil.
	Now func() time.Time
	// Receipts are the outcomes of keyed creates that other instances know; nil if this one is the only one.
	Receipts idempotency.Receipts
	// WebSession lets members sign in on the community's own web pages.
	WebSession bool
	// Pictures says whose pictures texts show; all if nil.
	Pictures *richtext.Pictures
	// CommunityURL is the address of those pages; without it addresses are not resolved.
	CommunityURL string
}

//go:embed schema.graphql
var printedSchema string

// SDL is the printed schema, as it is committed in schema.graphql.
func SDL() string { return printedSchema }

// NewHandler serves GraphQL over HTTP. It expects the middleware of package tokens around it, which says who is asking.
func NewHandler(o Options) http.Handler {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Live == nil {
		o.Live = transport.NewLive(transport.LiveOptions{})
	}
	if o.Updates == nil {
		o.Updates = live.New(live.Options{Client: o.Circle, Now: o.Now})
	}
	if o.Untrusted == "" {
		o.Untrusted = persisted.ModeOff
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultMaxBody
	}
	r := newResolver(o)
	s := handler.New(generated.NewExecutableSchema(generated.Config{Schema: publicSchema(o.Federation), Resolvers: r}))
	common := transport.Options{
		MaxBytes: o.MaxBody, Live: o.Live, Check: credentials, Expired: expired, Memory: o.Memory,
		Turns: transport.NewTurns(runtime.GOMAXPROCS(0)), Proven: r.proven, Prove: r.prove, Dead: dead,
		Owner: r.circle.Members.Owner, Member: r.circle.Members.Named,
	}
	s.AddTransport(transport.HTTP{Options: common})
	if o.Authenticator != nil {
		s.AddTransport(transport.Socket{Options: common, Origins: o.Origins, Init: o.Authenticator.FromInit})
	}
	s.SetQueryCache(memory.NewCache(cachedDocuments, func(text string, _ *ast.QueryDocument) int64 {
		return parsedSize * int64(len(text))
	}))
	s.SetParserTokenLimit(guard.MaxTokens)
	s.SetErrorPresenter(named(o.RequestID, presenter(o.Logger)))
	s.SetRecoverFunc(recovered(o.Logger))
	s.Use(persisted.New(o.Trusted, o.Untrusted, o.Logger, o.CountDocument))
	if o.Introspection {
		s.Use(extension.Introspection{}) // before the guards, which look at what it lets through
	} else {
		s.SetDisableSuggestion(true)
	}
	for _, e := range guard.Extensions(o.MaxCost) {
		s.Use(e)
	}
	s.AroundOperations(deadline(o.Timeout))
	s.AroundOperations(countStart)
	s.AroundResponses(allow(o.MaxCost))
	s.AroundFields(guard.WeighAnswer)
	s.AroundResponses(observed(o.Observe, o.Logger, o.Note))
	if o.ShowUsage {
		s.AroundResponses(r.showUsage)
	}
	if o.ShowHints {
		s.AroundResponses(r.showHints)
	}
	s.AroundResponses(r.attachLoaders)
	s.AroundRootFields(r.stepOfMutation)
	return s
}

func newResolver(o Options) *Resolver {
	r := &Resolver{
		circle: o.Circle, sessions: o.Sessions,
		idempotency: idempotency.New(o.Now, o.Circle.Members.CurrentID).Reading(createdAgain).Sharing(o.Receipts),
		live:        o.Updates, now: o.Now, webSession: o.WebSession, pictures: o.Pictures,
		observe: o.ObserveBatch,
	}
	if o.CommunityURL != "" {
		r.communityURL, _ = url.Parse(o.CommunityURL) // the configuration has checked it; nil leaves addresses unresolved
	}
	return r
}

// credentials returns why the token of a stream no longer counts; nil for a stream without a token.
func credentials(ctx context.Context) error {
	_, err := tokens.CallerFrom(ctx).Token()
	if errors.Is(err, circleclient.ErrNoToken) {
		return nil
	}
	return err
}

// expired reports whether a token ended by its time, and not by the will of anybody.
func expired(err error) bool { return errors.Is(err, circleclient.ErrTokenExpired) }

// proven reports whether a request comes from a trusted server, or with a token that Circle is known to accept.
func (r *Resolver) proven(ctx context.Context) bool {
	return tokens.CallerFrom(ctx).Trusted() || r.circle.Members.Proven(ctx)
}

// prove returns an error unless a request comes from a trusted server, or Circle accepts its token.
func (r *Resolver) prove(ctx context.Context) error {
	if tokens.CallerFrom(ctx).Trusted() {
		return nil
	}
	return r.circle.Members.Prove(ctx)
}

// dead reports whether a token is of no use now and never will be.
func dead(err error) bool {
	return errors.Is(err, circleclient.ErrNoToken) || errors.Is(err, circleclient.ErrTokenInvalid) ||
		errors.Is(err, circleclient.ErrTokenExpired) || errors.Is(err, circleclient.ErrTokenRevoked)
}

// deadline ends what an operation waits for when its client leaves, and after a time unless that is zero.
// Subscriptions go on for as long as their client listens. An operation that is answered in parts runs to its end (see
// package transport), which comes soon once its calls to Circle have ended.
func deadline(after time.Duration) graphql.OperationMiddleware {
	return func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
			return next(ctx)
		}
		waiting := transport.Waiting(ctx)
		limited := waiting
		if after > 0 {
			var cancel context.CancelFunc
			limited, cancel = context.WithTimeout(waiting, after)
			context.AfterFunc(waiting, cancel) // the end of the request
		}
		if waiting != ctx {
			return next(circleclient.With(ctx, circleclient.EndingWith(limited)))
		}
		return next(limited)
	}
}

// allow gives each response what it may take: requests to Circle, any number if maxCost is zero, and texts.
func allow(maxCost int) graphql.ResponseMiddleware {
	return func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		if o := operationOf(ctx); o != nil && o.Operation == ast.Subscription { // else each event would add to the stream's
			hold := memory.From(ctx).Another()
			defer hold.End()
			ctx = memory.With(ctx, hold)
		}
		ctx = guard.WithAllowance(ctx)
		defer guard.AllowanceFrom(ctx).End()
		if maxCost > 0 {
			ctx = circleclient.With(ctx, circleclient.Within(circleclient.NewAllowance(maxCost)))
		}
		return next(ctx)
	}
}

// attachLoaders gives each response its own loaders, and makes its calls one screen for Circle's budget. An event of a
// subscription has just happened, so it is read without the memo.
func (r *Resolver) attachLoaders(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if o := operationOf(ctx); o != nil && o.Operation == ast.Subscription {
		ctx = circleclient.With(ctx, circleclient.Fresh)
	} else {
		r.live.Seen(ctx)
	}
	ctx, done := r.circle.Screen(ctx, callsOf(ctx))
	defer done()
	ctx = richtext.WithPictures(scalar.WithBase(ctx, r.communityURL), r.pictures)
	return next(loaders.WithNew(ctx, r.circle, expect, r.observe))
}

// callsOf is how many calls a response may need; 0 if that is not known.
func callsOf(ctx context.Context) int {
	if operationOf(ctx) == nil {
		return 0
	}
	return int(guard.Estimated(graphql.GetOperationContext(ctx)))
}

// operationOf is the operation that a response answers; nil if the request had none.
func operationOf(ctx context.Context) *ast.OperationDefinition {
	if !graphql.HasOperationContext(ctx) {
		return nil
	}
	return graphql.GetOperationContext(ctx).Operation
}

// stepOfMutation gives each root field of a mutation its own loaders, so that it sees what the field before it changed,
// and its own caller, so that a login counts only for what is beneath it. A payload shows the present state, not a
// remembered one.
func (r *Resolver) stepOfMutation(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if graphql.GetOperationContext(ctx).Operation.Operation != ast.Mutation {
		return next(ctx)
	}
	ctx = circleclient.With(tokens.WithCaller(ctx, tokens.CallerFrom(ctx).Fork()), circleclient.Fresh)
	return next(loaders.WithNew(ctx, r.circle, expect, r.observe))
}
