package transport

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	mediaEvents    = "text/event-stream"
	mediaMultipart = "multipart/mixed"
	// subscriptionSpec is the form in which Apollo's clients take subscriptions over HTTP.
	subscriptionSpec = "1.0"
	// patience is how long a client may take to accept a bit of a stream.
	patience = 30 * time.Second
)

// stream is an answer that is written bit by bit. It is safe for concurrent use.
type stream struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	mu         sync.Mutex
}

// stream begins an answer of a media type.
func (x *exchange) stream(media string) *stream {
	x.w.Header().Set("Content-Type", media)
	x.w.Header().Set("X-Accel-Buffering", "no") // proxies that would wait for the whole are told not to
	x.w.WriteHeader(http.StatusOK)
	s := &stream{w: x.w, controller: http.NewResponseController(x.w)}
	_ = s.controller.SetReadDeadline(time.Time{}) // the request has been read; there is no hurry any more
	return s
}

// send writes a bit and sees that it goes out at once. A stream outlives the limit of time that the server sets to the
// writing of an answer, so each bit has one of its own.
func (s *stream) send(bit []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.controller.SetWriteDeadline(time.Now().Add(patience)) // not all connections have deadlines
	if _, err := s.w.Write(bit); err != nil {
		return err
	}
	return s.controller.Flush()
}

// framing is how the responses of a subscription are told apart.
type framing struct {
	*stream

	before, after string // around each response
	heartbeat     string
	complete      string // that there are no more
	resumes       bool   // whether clients open a stream again that ends without complete
}

// events is a stream of server-sent events, as the "distinct connections mode" of the protocol GraphQL over SSE has it.
func (x *exchange) events() *framing {
	f := &framing{x.stream(mediaEvents), "event: next\ndata: ", "\n\n", ":\n\n", "event: complete\ndata:\n\n", true}
	_ = f.send([]byte(f.heartbeat)) // the client sees that it has been understood, however quiet it is
	return f
}

// payloads is a stream of parts, as Apollo's multipart protocol for subscriptions has it.
func (x *exchange) payloads() *framing {
	m := x.multipart("subscriptionSpec=" + subscriptionSpec)
	heartbeat := partHead + "{}" + m.delimiter
	return &framing{m.stream, partHead + `{"payload":`, "}" + m.delimiter, heartbeat, heartbeat + closing, false}
}

func (f *framing) next(r *graphql.Response) error {
	return f.send(slices.Concat([]byte(f.before), encode(r), []byte(f.after)))
}

// subscribe answers a subscription for as long as its client listens, its token is good and the process runs.
func (x *exchange) subscribe(ctx context.Context, oc *graphql.OperationContext) {
	multipart := x.accept.spec(mediaMultipart, "subscriptionspec", subscriptionSpec)
	if !multipart && !x.accept.any(mediaEvents) {
		x.refuse(ctx, refused(http.StatusNotAcceptable,
			"A subscription is answered by text/event-stream, or over a websocket with the protocol graphql-transport-ws."))
		return
	}
	seat, problem := x.Live.enter(x.r, x.proven(ctx), x.member(ctx))
	if problem != nil {
		x.refuse(ctx, problem)
		return
	}
	defer seat.leave()
	if multipart && !x.accept.names(mediaEvents) {
		x.follow(ctx, oc, seat, x.payloads())
		return
	}
	x.follow(ctx, oc, seat, x.events())
}

// follow sends the responses of an operation.
func (x *exchange) follow(ctx context.Context, oc *graphql.OperationContext, seat *seat, out *framing) {
	ctx, cancel := context.WithCancelCause(ctx)
	next, dispatched := x.exec.DispatchOperation(ctx, oc)
	stop := seat.keep(func() error {
		if x.proven(ctx) {
			seat.prove(x.member(ctx))
		}
		return errors.Join(x.Check(ctx), out.send([]byte(out.heartbeat)))
	}, cancel)
	for {
		response := next(dispatched)
		if response == nil || x.stopped(ctx, cancel) {
			break
		}
		if err := out.next(response); err != nil {
			cancel(err)
		}
	}
	cancel(nil)
	stop()
	switch cause, ended := context.Cause(ctx), x.Check(ctx); {
	case errors.Is(cause, errDraining), errors.Is(cause, errRoom), errors.Is(cause, errMember),
		out.resumes && ended != nil && x.Expired(ended):
		// Without an end, so that the client comes again, with the token that it has by then.
	case ended != nil:
		refusal := encodeRefusal(x.exec.DispatchError(ctx, gqlerror.List{gqlerror.WrapIfUnwrapped(ended)}))
		_ = out.send([]byte(out.before + string(refusal) + out.after + out.complete))
	default:
		_ = out.send([]byte(out.complete))
	}
}

// stopped reports whether nothing more may be sent: a response may have waited for long, and its reader's token ended.
func (x *exchange) stopped(ctx context.Context, cancel context.CancelCauseFunc) bool {
	if err := x.Check(ctx); err != nil {
		cancel(err)
	}
	return ctx.Err() != nil
}
