// Package transport is how operations come in and answers go out: it reads requests, decides for each operation which
// form of answer its client can read, and writes that. It knows nothing of this schema.
//
// It replaces gqlgen's own transports, which choose by what the Accept header contains: some clients list streams on
// every query, and would get their plain queries as streams.
package transport

import (
	"context"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
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

// HTTP is GraphQL over HTTP as its draft specification has it: queries by GET and POST, mutations by POST.
type HTTP struct {
	// MaxBody is the largest body in bytes; what is larger is answered by 413.
	MaxBody int64
	// Live counts and ends the streams.
	Live *Live
	// Check tells why what the caller of a stream presented no longer counts; nil while it does.
	Check func(context.Context) error
}

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
	x := &exchange{w: w, r: r, exec: exec, live: t.Live, check: t.Check, accept: parseAccept(r.Header.Values("Accept"))}
	if !x.accept.any(mediaJSON, mediaResponse, mediaEvents, mediaMultipart) {
		x.refuse(r.Context(), refused(http.StatusNotAcceptable,
			"Answers are application/graphql-response+json or application/json; the Accept header allows neither."))
		return
	}
	params, problem := t.read(w, r)
	if problem != nil {
		x.refuse(r.Context(), problem)
		return
	}
	x.run(r.Context(), params)
}

// exchange is one request with its answer.
type exchange struct {
	w      http.ResponseWriter
	r      *http.Request
	exec   graphql.GraphExecutor
	accept acceptable
	live   *Live
	check  func(context.Context) error
}

// run carries out what was asked for.
func (x *exchange) run(ctx context.Context, params *graphql.RawParams) {
	oc, errs := x.exec.CreateOperationContext(ctx, params)
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
	case Defers(oc) && x.accept.spec(mediaMultipart, "deferspec", deferSpec), !plain && !x.accept.any(mediaEvents):
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
	case plain:
		x.plain(oc, response)
	default:
		out := x.events()
		_ = out.next(response)
		_ = out.send([]byte(out.complete))
	}
}

// media is the form of a plain answer: the draft's own where the client prefers it.
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
	allow   string // methods, where the method is at fault
}

func refused(status int, message string) *refusal { return &refusal{status: status, message: message} }

// refuse answers a request that could not even be read.
func (x *exchange) refuse(ctx context.Context, problem *refusal) {
	if problem.allow != "" {
		x.w.Header().Set("Allow", problem.allow)
	}
	err := &gqlerror.Error{Message: problem.message}
	errcode.Set(err, CodeBadRequest)
	if problem.status == http.StatusTooManyRequests || problem.status == http.StatusServiceUnavailable {
		err = tooMany(problem.message)
	}
	x.refuseAll(ctx, problem.status, x.media(), gqlerror.List{err})
}

// tooMany is a refusal that is not the client program's mistake.
func tooMany(message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{
		"code":              "RATE_LIMITED",
		"retryAfterSeconds": retryAfter,
	}}
}

// refuseAll answers with errors only: nothing was carried out, so there is no data, not even null.
func (x *exchange) refuseAll(ctx context.Context, status int, media string, errs gqlerror.List) {
	errs = errs[:min(len(errs), maxErrors)]
	x.answer(status, media, encodeRefusal(x.exec.DispatchError(ctx, errs)))
}

func (x *exchange) answer(status int, media string, body []byte) {
	x.w.Header().Set("Content-Type", media+"; charset=utf-8")
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // a peer that has gone needs no answer
}
