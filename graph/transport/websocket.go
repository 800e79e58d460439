package transport

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Why a socket is closed, as graphql-transport-ws has it. Clients decide by these whether to come again.
const (
	closeBadRequest   websocket.StatusCode = 4400
	closeUnauthorized websocket.StatusCode = 4401
	closeNoProtocol   websocket.StatusCode = 4406
	closeInitTimeout  websocket.StatusCode = 4408
	closeDuplicate    websocket.StatusCode = 4409
	closeManyInits    websocket.StatusCode = 4429
)

const (
	protocol = "graphql-transport-ws"
	// initTimeout is how long a client may take to say who is asking.
	initTimeout = 10 * time.Second
	// maxOperations is how many operations may be under way on one socket.
	maxOperations = 100
)

// Socket is GraphQL over websockets, by the protocol graphql-transport-ws.
//
// It replaces gqlgen's transport, which closes with 1000 or 1002 whatever the reason is.
type Socket struct {
	// MaxMessage is the largest message of a client in bytes.
	MaxMessage int64
	// Origins are the pages, besides those of this host, that may open a socket.
	Origins []string
	// Live counts and ends the sockets.
	Live *Live
	// Init puts who is asking into the context. authorization is what connection_init carries under that name.
	Init func(ctx context.Context, authorization string) context.Context
	// Check tells why what the caller presented no longer counts; nil while it does.
	Check func(context.Context) error
}

var _ graphql.Transport = Socket{}

// Supports takes websockets.
func (Socket) Supports(r *http.Request) bool { return isUpgrade(r) }

// Do serves one socket until it is closed.
func (s Socket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	leave, problem := s.Live.enter(r)
	if problem != nil {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		(&exchange{w: w, r: r, exec: exec}).refuse(r.Context(), problem)
		return
	}
	defer leave()
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:   []string{protocol},
		OriginPatterns: s.Origins,
	})
	if err != nil {
		return // Accept has answered
	}
	if conn.Subprotocol() != protocol {
		_ = conn.Close(closeNoProtocol, "Subprotocol not acceptable: this is "+protocol)
		return
	}
	conn.SetReadLimit(s.MaxMessage)
	ctx, cancel := context.WithCancel(r.Context())
	c := &connection{
		Socket: s, conn: conn, exec: exec, header: r.Header,
		out: make(chan frame), done: ctx.Done(), operations: map[string]*operation{},
	}
	c.running.Go(func() { c.write(ctx) })
	c.running.Go(func() { s.Live.watch(ctx, func() error { return c.beat(ctx) }, c.end) })
	slow := time.AfterFunc(initTimeout, func() { c.close(closeInitTimeout, "Connection initialisation timeout") })
	c.read(ctx, slow)
	slow.Stop()
	cancel()
	c.running.Wait()
	_ = conn.CloseNow() // where the peer is gone already
}

// connection is one socket.
type connection struct {
	Socket

	conn    *websocket.Conn
	exec    graphql.GraphExecutor
	header  http.Header
	out     chan frame      // to the client
	done    <-chan struct{} // closed at the end of the socket
	running sync.WaitGroup  // whatever runs for the socket

	mu         sync.Mutex
	check      func() error // from connection_init on: whether the caller's credentials still count
	operations map[string]*operation
	answering  sync.WaitGroup // operations that are not known to be subscriptions
	draining   bool           // no operation begins any more
}

// operation is one that is under way and still wanted.
type operation struct{ cancel context.CancelFunc }

// frame is a message of the protocol.
type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// goodbye is a frame that closes the socket instead of being sent.
const goodbye = "goodbye"

// read takes the client's messages until the socket is closed.
func (c *connection) read(ctx context.Context, slow *time.Timer) {
	var asking context.Context //nolint:contextcheck // what init makes of ctx, and all operations begin with
	for {
		_, data, err := c.conn.Read(ctx)
		if err != nil {
			return
		}
		var f frame
		if json.Unmarshal(data, &f) != nil {
			f.Type = ""
		}
		switch f.Type {
		case "connection_init":
			if asking != nil {
				c.close(closeManyInits, "Too many initialisation requests")
				return
			}
			slow.Stop()
			asking = c.init(ctx, f)
		case "ping":
			c.send(frame{Type: "pong", Payload: f.Payload})
		case "pong":
		case "subscribe":
			if asking == nil {
				c.close(closeUnauthorized, "Unauthorized: connection_init comes first")
				return
			}
			c.subscribe(asking, f)
		case "complete":
			c.cancel(f.ID)
		default:
			c.close(closeBadRequest, "Invalid message received")
			return
		}
	}
}

// init learns who is asking. It closes the socket where they may not.
func (c *connection) init(ctx context.Context, f frame) context.Context {
	var payload map[string]any
	if len(f.Payload) > 0 && json.Unmarshal(f.Payload, &payload) != nil {
		c.close(closeBadRequest, "The payload of connection_init must be an object")
		return nil
	}
	authorization, ok := payload["Authorization"].(string)
	if !ok {
		authorization, _ = payload["authorization"].(string)
	}
	ctx = c.Init(ctx, authorization)
	if err := c.Check(ctx); err != nil {
		c.end(err)
		return nil
	}
	c.mu.Lock()
	c.check = func() error { return c.Check(ctx) }
	c.mu.Unlock()
	c.send(frame{Type: "connection_ack"})
	return ctx
}

// subscribe begins an operation.
func (c *connection) subscribe(ctx context.Context, f frame) {
	if err := c.Check(ctx); err != nil {
		c.end(err)
		return
	}
	params, err := decodeRequest(f.Payload)
	if f.ID == "" || err != nil || unasked(params) {
		c.close(closeBadRequest, "Invalid message received")
		return
	}
	params.Headers = c.header
	ctx, cancel := context.WithCancel(ctx)
	op := &operation{cancel}
	switch err := c.register(f.ID, op); {
	case errors.Is(err, errDuplicate):
		cancel()
		c.close(closeDuplicate, err.Error())
	case err != nil:
		cancel()
		c.fail(ctx, f.ID, gqlerror.List{tooMany(err.Error())})
	default:
		c.running.Go(func() {
			defer cancel()
			c.run(ctx, f.ID, op, params)
		})
	}
}

// Why an operation does not begin.
var (
	errDuplicate = errors.New("Subscriber for this id already exists")
	errFull      = errors.New("Too many operations are under way on this socket.")
	errStopping  = errors.New("This server is about to stop. Try again.")
)

// register keeps an operation that begins.
func (c *connection) register(id string, op *operation) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.operations[id] != nil:
		return errDuplicate
	case c.draining:
		return errStopping
	case len(c.operations) >= maxOperations:
		return errFull
	}
	c.operations[id] = op
	c.answering.Add(1)
	return nil
}

// drain lets no operation begin any more, and waits for those that end by themselves.
func (c *connection) drain() {
	c.mu.Lock()
	c.draining = true
	c.mu.Unlock()
	c.answering.Wait()
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

// run carries an operation out.
func (c *connection) run(ctx context.Context, id string, op *operation, params *graphql.RawParams) {
	answered := sync.OnceFunc(c.answering.Done)
	defer answered()
	ctx = graphql.StartOperationTrace(ctx)
	oc, errs := c.exec.CreateOperationContext(ctx, params)
	ctx = graphql.WithOperationContext(ctx, oc)
	defer func() {
		if p := recover(); p != nil && c.forget(id, op) {
			c.fail(ctx, id, gqlerror.List{gqlerror.WrapIfUnwrapped(oc.Recover(ctx, p))})
		}
	}()
	if len(errs) > 0 {
		if c.forget(id, op) {
			c.fail(ctx, id, errs)
		}
		return
	}
	if oc.Operation.Operation == ast.Subscription {
		answered() // it has no end to wait for
	}
	withoutDefer(oc)
	next, ctx := c.exec.DispatchOperation(ctx, oc)
	for response := next(ctx); response != nil; response = next(ctx) {
		if err := c.Check(ctx); err != nil {
			c.end(err)
			return
		}
		if ctx.Err() != nil {
			return
		}
		c.send(frame{ID: id, Type: "next", Payload: encode(response)})
	}
	if c.forget(id, op) {
		c.send(frame{ID: id, Type: "complete"})
	}
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

// send hands a message to write.
func (c *connection) send(f frame) {
	select {
	case c.out <- f:
	case <-c.done:
	}
}

// write sends messages until the socket is closed. A client that takes too long over one loses the socket.
func (c *connection) write(ctx context.Context) {
	for {
		select {
		case f := <-c.out:
			if f.Type == goodbye {
				c.close(websocket.StatusGoingAway, "The server is about to stop")
				continue // reading may be about to answer something, and comes to its end only after that
			}
			limited, cancel := context.WithTimeout(ctx, patience)
			_ = c.conn.Write(limited, websocket.MessageText, marshal(f)) // reading notices that the peer has gone
			cancel()
		case <-c.done:
			return
		}
	}
}

// beat sees whether the peer is still there and still allowed to be. A browser answers the ping by itself.
func (c *connection) beat(ctx context.Context) error {
	c.mu.Lock()
	check := c.check
	c.mu.Unlock()
	if check != nil {
		if err := check(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.Live.Heartbeat)
	defer cancel()
	if c.conn.Ping(ctx) != nil {
		return errGone
	}
	return nil
}

var errGone = errors.New("the peer does not answer")

// end closes the socket for a reason of ours.
func (c *connection) end(reason error) {
	switch {
	case errors.Is(reason, errDraining):
		c.drain()
		c.send(frame{Type: goodbye}) // after the last answer
	case errors.Is(reason, errGone):
		_ = c.conn.CloseNow()
	default:
		c.close(closeUnauthorized, reason.Error())
	}
}

// close says goodbye, which the first one to do it does.
func (c *connection) close(code websocket.StatusCode, reason string) { _ = c.conn.Close(code, reason) }
