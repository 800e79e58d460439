// Package transport is how operations come in and answers go out: it reads requests, decides for each operation which
// form of answer its client can read, and writes that. It knows nothing of this schema.
//
// It replaces gqlgen's own transports, which choose by what the Accept header contains: some clients list streams on
// every query, and would get their plain queries as streams.
package transport

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"circlegraph/internal/memory"
)

// The codes of refusals that decide on the status.
const (
	// CodeBadRequest is a request that is not GraphQL over HTTP: a mistake of the client program. The status is 4xx.
	CodeBadRequest = "BAD_REQUEST"
	// CodeHashMismatch is a document that does not have the hash that came with it. The status is 400.
	CodeHashMismatch = "PERSISTED_QUERY_HASH_MISMATCH"
	// CodeNotFound asks the client to send a document whole. The status is 200: to some clients any other is a fault of
	// the network, which they do not look into.
	CodeNotFound = "PERSISTED_QUERY_NOT_FOUND"
)

const (
	allowed = "GET, POST, OPTIONS"
	// maxErrors is how many mistakes of one document are told: a small one can have thousands.
	maxErrors = 20
	// retryAfter is when to try again where too much is open, in seconds.
	retryAfter = 30
)

// Options are what all ways in have in common.
type Options struct {
	// MaxBytes is the largest body or message of a client in bytes; beyond are 413 and the close code 1009.
	MaxBytes int64
	// Live counts and ends the streams and sockets.
	Live *Live
	// Check returns why the credentials of a stream no longer count; nil while they do.
	Check func(context.Context) error
	// Expired reports whether an error of Check says only that a token has expired, so that a new one will do.
	Expired func(error) bool
	// Proven reports whether a member vouches for the caller, as far as that is known without asking anybody; nobody is
	// vouched for if nil.
	Proven func(context.Context) bool
	// Prove returns an error unless a member vouches for the caller, and asks if that is not known; nil if it does not
	// matter.
	Prove func(context.Context) error
	// Dead reports whether an error of Prove is the caller's fault; every error is if nil.
	Dead func(error) bool
	// Memory is what requests, answers and streams share; nil for any number of bytes.
	Memory *memory.Budget
	// Owner names the member who makes a request; empty if that is not known, or it is a trusted server's.
	Owner func(context.Context) string
	// Member names the member who makes a request as Circle has named them; empty if it has not.
	Member func(context.Context) string
	// Turns are taken to parse and validate; nil for no limit.
	Turns *Turns
}

// proven is Proven, also if there is no such function.
func (o Options) proven(ctx context.Context) bool { return o.Proven != nil && o.Proven(ctx) }

// owner is Owner, also if there is no such function.
func (o Options) owner(ctx context.Context) string {
	if o.Owner == nil {
		return ""
	}
	return o.Owner(ctx)
}

// member is Member, also if there is no such function.
func (o Options) member(ctx context.Context) string {
	if o.Member == nil {
		return ""
	}
	return o.Member(ctx)
}

// hold begins what a request holds.
func (o Options) hold(r *http.Request) *memory.Hold {
	return o.Memory.Hold(o.Live.network(r), o.proven(r.Context())).Of(o.owner(r.Context()))
}

// HTTP is GraphQL over HTTP as its draft specification has it: queries by GET and POST, mutations by POST.
type HTTP struct{ Options }

var _ graphql.Transport = HTTP{}

// Supports takes everything but websockets.
func (HTTP) Supports(r *http.Request) bool { return !isUpgrade(r) }

func isUpgrade(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

// Do answers one request.
func (t HTTP) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	w.Header().Add("Vary", "Accept")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodOptions {
		w.Header().Set("Allow", allowed)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	x := &exchange{Options: t.Options, w: w, r: r, exec: exec, accept: parseAccept(r.Header.Values("Accept"))}
	if !x.accept.any(mediaJSON, mediaResponse, mediaEvents, mediaMultipart) {
		x.refuse(r.Context(), refused(http.StatusNotAcceptable,
			"Answers are application/graphql-response+json or application/json; the Accept header allows neither."))
		return
	}
	hold := t.hold(r)
	defer hold.End()
	ctx := memory.With(r.Context(), hold)
	params, problem := t.read(ctx, w, r)
	if problem != nil {
		x.refuse(ctx, problem)
		return
	}
	x.run(ctx, params)
}

// exchange is one request with its answer.
type exchange struct {
	Options

	w      http.ResponseWriter
	r      *http.Request
	exec   graphql.GraphExecutor
	accept acceptable
}

// run carries out what was asked for.
func (x *exchange) run(ctx context.Context, params *graphql.RawParams) {
	done, ok := x.Turns.take(ctx, x.proven(ctx))
	if !ok {
		x.refuse(ctx, busy())
		return
	}
	oc, errs := x.exec.CreateOperationContext(ctx, params)
	done()
	ctx = graphql.WithOperationContext(ctx, oc)
	if len(errs) > 0 {
		media := x.media()
		x.refuseAll(ctx, statusOf(errs, media), media, errs)
		return
	}
	if x.r.Method == http.MethodGet && oc.Operation.Operation == ast.Mutation {
		problem := refused(http.StatusMethodNotAllowed,
			"A mutation must be sent by POST: what changes something must not be a link.")
		problem.allow = http.MethodPost
		x.refuse(ctx, problem)
		return
	}
	x.dispatch(ctx, oc)
}

// dispatch answers an operation in the form that it needs and its client can read: plainly, unless it is a subscription
// or asks for parts, or the client takes nothing but a stream.
func (x *exchange) dispatch(ctx context.Context, oc *graphql.OperationContext) {
	plain := x.accept.any(mediaJSON, mediaResponse)
	switch {
	case oc.Operation.Operation == ast.Subscription:
		x.subscribe(ctx, oc)
	case defers(oc) && x.accept.spec(mediaMultipart, "deferspec", deferSpec), !plain && !x.accept.any(mediaEvents):
		x.deferred(ctx, oc)
	default:
		withoutDefer(oc)
		x.once(ctx, oc, plain)
	}
}

// once answers an operation in one piece.
func (x *exchange) once(ctx context.Context, oc *graphql.OperationContext, plain bool) {
	next, ctx := x.exec.DispatchOperation(ctx, oc)
	response := next(ctx)
	switch {
	case response == nil: // the client has gone
	case !holdAnswer(ctx, oc, response):
		x.refuse(ctx, busy())
	case plain:
		x.plain(oc, response)
	default:
		out := x.events()
		_ = out.next(response)
		_ = out.send([]byte(out.complete))
	}
}

// holdAnswer weighs an answer until it is written, and reports whether there is room for it. What has changed something
// is answered in any case.
func holdAnswer(ctx context.Context, oc *graphql.OperationContext, response *graphql.Response) bool {
	hold, n := memory.From(ctx), 2*int64(len(response.Data)) // as data, and as the text that is written
	if oc.Operation.Operation == ast.Mutation {
		hold.Force(n)
		return true
	}
	return hold.Add(n)
}

// media is the form of a plain answer: the draft's own if the client prefers it.
func (x *exchange) media() string {
	if media := x.accept.best(mediaJSON, mediaResponse); media != "" {
		return media
	}
	return mediaResponse // it says why nothing acceptable can be said, with a status that clients of streams look at
}

// statusOf is the status of a request whose document or variables are refused. Clients of application/json take any
// other than 200 for the word of something between them and the server.
func statusOf(errs gqlerror.List, media string) int {
	switch errs[0].Extensions["code"] {
	case CodeBadRequest, CodeHashMismatch:
		return http.StatusBadRequest
	case CodeNotFound:
		return http.StatusOK
	case codeRateLimited:
		return http.StatusServiceUnavailable
	}
	if media == mediaResponse {
		return http.StatusBadRequest
	}
	return http.StatusOK
}

// refusal is why a request cannot be carried out.
type refusal struct {
	status  int
	message string
	allow   string          // methods, where the method is at fault
	err     *gqlerror.Error // what is said instead of message, with its code
}

func refused(status int, message string) *refusal { return &refusal{status: status, message: message} }

// refuse answers a request that could not even be read.
func (x *exchange) refuse(ctx context.Context, problem *refusal) {
	if problem.allow != "" {
		x.w.Header().Set("Allow", problem.allow)
	}
	media, status := x.media(), problem.status
	if problem.err != nil && media == mediaJSON {
		status = http.StatusOK // as for other documents that are refused, see statusOf
	}
	x.refuseAll(ctx, status, media, gqlerror.List{problem.error()})
}

// error is a refusal as GraphQL has it.
func (r *refusal) error() *gqlerror.Error {
	switch {
	case r.err != nil:
		return r.err
	case r.status == http.StatusTooManyRequests, r.status == http.StatusServiceUnavailable:
		return tooMany(r.message)
	}
	err := &gqlerror.Error{Message: r.message}
	errcode.Set(err, CodeBadRequest)
	return err
}

const codeRateLimited = "RATE_LIMITED"

// tooMany is a refusal that is not the client program's mistake.
func tooMany(message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{
		"code":              codeRateLimited,
		"retryAfterSeconds": retryAfter,
	}}
}

// refuseAll answers with errors only: nothing was carried out, so there is no data, not even null.
func (x *exchange) refuseAll(ctx context.Context, status int, media string, errs gqlerror.List) {
	errs = errs[:min(len(errs), maxErrors)]
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		x.w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	x.answer(status, media, encodeRefusal(x.exec.DispatchError(ctx, errs)))
}

func (x *exchange) answer(status int, media string, body []byte) {
	x.w.Header().Set("Content-Type", media+"; charset=utf-8")
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // a peer that has gone needs no answer
}
