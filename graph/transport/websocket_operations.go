package transport

import (
	"context"
	"errors"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"circlegraph/internal/memory"
)

// operation is one that is under way and still wanted.
type operation struct {
	cancel context.CancelFunc
	gone   func() error // why nobody wants it any more; its time may be over before, of which the client is told
	end    func()       // gives back what it takes
}

// subscribe begins an operation, which gives back what ctx holds.
func (c *connection) subscribe(ctx context.Context, f frame) {
	hold := memory.From(ctx)
	if err := c.Check(ctx); err != nil {
		hold.End()
		c.end(err)
		return
	}
	if problem := weighJSON(f.Payload, hold); problem != nil && f.ID != "" {
		hold.End()
		c.fail(ctx, f.ID, gqlerror.List{problem.error()})
		return
	}
	params, err := decodeRequest(f.Payload)
	if f.ID == "" || err != nil || unasked(params) {
		hold.End()
		c.close(closeBadRequest, "Invalid message received")
		return
	}
	params.Headers = c.header
	ctx, cancel := context.WithCancel(ctx)
	op := &operation{cancel: cancel, gone: ctx.Err}
	switch err := c.register(f.ID, op); {
	case errors.Is(err, errDuplicate):
		cancel()
		hold.End()
		c.close(closeDuplicate, err.Error())
	case err != nil:
		cancel()
		hold.End()
		c.fail(ctx, f.ID, gqlerror.List{tooMany(err.Error())})
	default:
		c.running.Add(1)
		op.end = func() {
			cancel()
			hold.End()
			c.finished()
			c.running.Done()
		}
		go c.run(ctx, f.ID, op, params)
	}
}

// register keeps an operation that begins.
func (c *connection) register(id string, op *operation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.operations[id] != nil:
		return errDuplicate
	case c.draining:
		return errStopping
	case c.working >= maxOperations:
		return errFull
	}
	c.working++
	c.operations[id] = op
	c.answering.Add(1)
	return nil
}

// finished notes that the work of an operation has ended, which is later than that nobody wants it.
func (c *connection) finished() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.working--
}

// cancel ends an operation that the client no longer wants.
func (c *connection) cancel(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if op, ok := c.operations[id]; ok {
		op.cancel()
		delete(c.operations, id)
	}
}

// run carries an operation out, or as much of it as can be without waiting for what has yet to happen.
func (c *connection) run(ctx context.Context, id string, op *operation, params *graphql.RawParams) {
	answered := sync.OnceFunc(c.answering.Done)
	rests := false
	defer func() {
		answered()
		if !rests {
			op.end()
		}
	}()
	ctx = graphql.StartOperationTrace(ctx)
	oc, errs, ok := c.parse(ctx, params)
	if !ok {
		if c.forget(id, op) {
			c.fail(ctx, id, gqlerror.List{busy().error()})
		}
		return
	}
	ctx = graphql.WithOperationContext(ctx, oc)
	defer c.failed(ctx, id, op)
	if len(errs) > 0 {
		if c.forget(id, op) {
			c.fail(ctx, id, errs)
		}
		return
	}
	rest := &Rest{}
	if oc.Operation.Operation == ast.Subscription {
		answered() // it has no end to wait for
		ctx = context.WithValue(ctx, restKey{}, rest)
	}
	withoutDefer(oc)
	next, ctx := c.exec.DispatchOperation(ctx, oc)
	rests = c.tell(ctx, id, op, next, rest)
}

// failed answers a panic. It is deferred.
func (c *connection) failed(ctx context.Context, id string, op *operation) {
	if p := recover(); p != nil && c.forget(id, op) {
		c.fail(ctx, id, gqlerror.List{gqlerror.WrapIfUnwrapped(graphql.GetOperationContext(ctx).Recover(ctx, p))})
	}
}

// tell sends what an operation has to say until its end. It reports whether the operation rests before that: it goes
// on by itself then.
func (c *connection) tell(
	ctx context.Context, id string, op *operation, next graphql.ResponseHandler, rest *Rest,
) (rests bool) {
	oc := graphql.GetOperationContext(ctx)
	for {
		if rest.begin(func() {
			rests := false
			defer func() {
				if !rests {
					op.end()
				}
			}()
			defer c.failed(ctx, id, op)
			rests = c.tell(ctx, id, op, next, rest)
		}) {
			return true
		}
		response := next(ctx)
		if response == nil {
			break
		}
		if err := c.Check(ctx); err != nil {
			c.end(err)
			return false
		}
		if op.gone() != nil {
			return false
		}
		hold, n := memory.From(ctx), 2*int64(len(response.Data))
		if !holdAnswer(ctx, oc, response) {
			if c.forget(id, op) {
				c.fail(ctx, id, gqlerror.List{busy().error()})
			}
			return false
		}
		c.send(frame{ID: id, Type: "next", Payload: encode(response)})
		hold.Release(n)
	}
	c.vouched(ctx)
	if c.forget(id, op) {
		c.send(frame{ID: id, Type: "complete"})
	}
	return false
}

// parse parses and validates, one operation of the socket at a time, and none that is no longer wanted. ok is false if
// there was no turn for it.
func (c *connection) parse(
	ctx context.Context, params *graphql.RawParams,
) (oc *graphql.OperationContext, errs gqlerror.List, ok bool) {
	if !enter(ctx, c.parsing) {
		return nil, nil, false
	}
	defer func() { <-c.parsing }()
	done, ok := c.Turns.take(ctx, c.proven(ctx))
	if !ok {
		return nil, nil, false
	}
	defer done()
	oc, errs = c.exec.CreateOperationContext(ctx, params)
	return oc, errs, true
}

// fail ends an operation with errors.
func (c *connection) fail(ctx context.Context, id string, errs gqlerror.List) {
	errs = errs[:min(len(errs), maxErrors)]
	c.send(frame{ID: id, Type: "error", Payload: marshal(c.exec.DispatchError(ctx, errs).Errors)})
}

// forget reports whether an operation was still wanted: its client may have ended it, and begun another under its id.
func (c *connection) forget(id string, op *operation) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.operations[id] != op {
		return false
	}
	delete(c.operations, id)
	return true
}

// Why an operation does not begin.
var (
	errDuplicate = errors.New("Subscriber for this id already exists")
	errFull      = errors.New("Too many operations are under way on this socket.")
	errStopping  = errors.New("This server is about to stop. Try again.")
)
