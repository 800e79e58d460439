package transport

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/time/rate"

	"circlegraph/internal/memory"
	"circlegraph/internal/panics"
)

// Why a socket is closed, as graphql-transport-ws has it. Clients decide by these whether to come again: graphql-ws
// takes 4401 for final, and after 4403 connects again with the token that its program has by then.
const (
	closeBadRequest   websocket.StatusCode = 4400
	closeUnauthorized websocket.StatusCode = 4401
	closeForbidden    websocket.StatusCode = 4403
	closeNoProtocol   websocket.StatusCode = 4406
	closeInitTimeout  websocket.StatusCode = 4408
	closeDuplicate    websocket.StatusCode = 4409
	closeManyInits    websocket.StatusCode = 4429
)

const (
	protocol = "graphql-transport-ws"
	// oldProtocol is what subscriptions-transport-ws spoke. It is agreed to only to say why it is refused: a browser
	// whose protocol is not agreed to shows no reason.
	oldProtocol = "graphql-ws"
	// initTimeout is how long a client may take to say who is asking.
	initTimeout = 10 * time.Second
	// maxOperations is how many operations may be under way on one socket.
	maxOperations = 100
	// messageRate is how many messages a second are read of one socket, and messageBurst how many at once. Others wait.
	messageRate, messageBurst = 50, 200
	// maxEcho is the largest payload of a ping, in bytes, that the pong repeats, as the protocol lets a server do.
	maxEcho = 1 << 10
	// leaving is how long a peer may take to say goodbye, and hangingUp is that of one that sends what is not wanted, or
	// whose place is needed.
	leaving   = 5 * time.Second
	hangingUp = time.Second
)

// Socket is GraphQL over websockets, by the protocol graphql-transport-ws.
//
// It replaces gqlgen's transport, which closes with 1000 or 1002 whatever the reason is.
type Socket struct {
	Options

	// Origins are the pages, besides those of this host, that may open a socket. An origin may have * in it.
	Origins []string
	// Init puts who is asking into the context. authorization is what connection_init carries under that name.
	Init func(ctx context.Context, authorization string) context.Context
}

var _ graphql.Transport = Socket{}

// Supports takes websockets.
func (Socket) Supports(r *http.Request) bool { return isUpgrade(r) }

// Do opens a socket, which goes on by itself: what was needed to take the request is given back.
func (s Socket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	seat, problem := s.Live.enter(r, s.proven(r.Context()), s.member(r.Context()))
	if problem != nil {
		(&exchange{w: w, r: r, exec: exec}).refuse(r.Context(), problem)
		return
	}
	taken := &hijacked{ResponseWriter: w}
	conn, err := websocket.Accept(taken, r, &websocket.AcceptOptions{
		Subprotocols:   []string{protocol, oldProtocol},
		OriginPatterns: originPatterns(s.Origins),
	})
	if err != nil {
		seat.leave()
		return // Accept has answered
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	c := &connection{
		Socket: s, conn: conn, line: taken.line, exec: exec, header: clientHeader(r.Header), seat: seat,
		pace: rate.NewLimiter(messageRate, messageBurst), sending: make(chan struct{}, 1),
		done: ctx.Done(), operations: map[string]*operation{}, parsing: make(chan struct{}, 1),
	}
	c.write = func(message []byte) {
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		_ = conn.Write(limited, websocket.MessageText, message) // reading notices that the peer has gone
	}
	go func() {
		defer seat.leave()
		defer cancel()
		defer survive(ctx, conn)
		c.serve(ctx, cancel)
	}()
}

// survive ends a socket whose program has failed, as the HTTP server does with a request, and says so where it does.
func survive(ctx context.Context, conn *websocket.Conn) {
	p := recover()
	if p == nil {
		return
	}
	report := log.Printf
	if server, ok := ctx.Value(http.ServerContextKey).(*http.Server); ok && server.ErrorLog != nil {
		report = server.ErrorLog.Printf
	}
	report("a websocket ended by a %v", panics.Error(p))
	_ = conn.CloseNow()
}

// serve serves a socket until it is closed, and calls cancel then.
func (c *connection) serve(ctx context.Context, cancel func()) {
	switch c.conn.Subprotocol() {
	case protocol:
	case oldProtocol:
		c.close(closeNoProtocol, "graphql-ws is the old protocol: set the subprotocol "+protocol+
			" (Apollo Kotlin: GraphQLWsProtocol)")
		return
	default:
		c.close(closeNoProtocol, "Subprotocol not acceptable: this is "+protocol)
		return
	}
	c.conn.SetReadLimit(-1) // each message has a limit of its own, see receive
	stop := c.seat.keep(func() error { return c.beat(ctx) }, c.end)
	slow := time.AfterFunc(initTimeout, func() { c.close(closeInitTimeout, "Connection initialisation timeout") })
	c.read(ctx, slow)
	slow.Stop()
	cancel()
	stop()
	c.running.Wait()
	_ = c.conn.CloseNow() // where the peer is gone already
}

// originPatterns makes patterns of origins: the brackets of an IPv6 address are no class of characters.
func originPatterns(origins []string) []string {
	var patterns []string
	for _, origin := range origins {
		patterns = append(patterns, strings.ReplaceAll(origin, "[", `\[`))
	}
	return patterns
}

// connection is one socket.
type connection struct {
	Socket

	conn    *websocket.Conn
	line    *line // beneath conn
	exec    graphql.GraphExecutor
	header  http.Header
	seat    *seat
	pace    *rate.Limiter   // of the client's messages
	parsing chan struct{}   // held by the one operation of the socket that is being parsed
	sending chan struct{}   // held by whoever sends to the client
	done    <-chan struct{} // closed at the end of the socket
	write   func(message []byte)
	running sync.WaitGroup // whatever runs for the socket

	mu         sync.Mutex
	check      func() error // from connection_init on: whether the caller's credentials still count
	working    int          // operations whose work has not ended, also of those that are no longer wanted
	operations map[string]*operation
	answering  sync.WaitGroup // operations that are not known to be subscriptions
	draining   bool           // no operation begins any more

	beats int // so far; only beat touches it
}

// operation is one that is under way and still wanted.
type operation struct {
	cancel context.CancelFunc
	gone   func() error // why nobody wants it any more; its time may be over before, of which the client is told
	end    func()       // gives back what it takes
}

// frame is a message of the protocol.
type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// read takes the client's messages until the socket is closed.
func (c *connection) read(ctx context.Context, slow *time.Timer) {
	var asking context.Context //nolint:contextcheck // what init makes of ctx, and all operations begin with
	for {
		hold := c.Memory.Hold(c.seat.network, asking != nil && c.proven(asking))
		if asking != nil {
			hold.Of(c.owner(asking))
		}
		f, ok := c.receive(ctx, asking, hold)
		if !ok {
			hold.End()
			return
		}
		if f.Type != "subscribe" {
			hold.End()
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
			if len(f.Payload) > maxEcho {
				f.Payload = nil
			}
			c.send(frame{Type: "pong", Payload: f.Payload})
		case "pong":
		case "subscribe":
			if asking == nil {
				hold.End()
				c.close(closeUnauthorized, "Unauthorized: connection_init comes first")
				return
			}
			c.subscribe(memory.With(asking, hold), f)
		case "complete":
			c.cancel(f.ID)
		default:
			c.close(closeBadRequest, "Invalid message received")
			return
		}
	}
}

// receive reads a message, and reports whether the socket goes on. Messages are small until a member vouches for the
// caller, and smaller before connection_ack.
func (c *connection) receive(ctx, asking context.Context, hold *memory.Hold) (f frame, ok bool) {
	if c.pace.Wait(ctx) != nil {
		return f, false
	}
	_, message, err := c.conn.Reader(ctx)
	if err != nil {
		return f, false
	}
	limit := int64(maxGreeting)
	if asking != nil {
		ctx, limit = asking, c.MaxBytes
	}
	data, problem := c.Options.receive(ctx, message, min(limit, c.MaxBytes), hold)
	switch {
	case problem == nil:
	case problem.status == http.StatusRequestEntityTooLarge:
		c.hangUp(websocket.StatusMessageTooBig, problem.message)
		return f, false
	case problem.status == http.StatusServiceUnavailable:
		c.hangUp(websocket.StatusTryAgainLater, problem.message)
		return f, false
	default: // the peer has gone
		return f, false
	}
	if json.Unmarshal(data, &f) != nil {
		f.Type = ""
	}
	return f, true
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
	c.header = withClient(c.header, payload)
	ctx = c.Init(ctx, authorization)
	if err := c.Check(ctx); err != nil {
		c.close(closeUnauthorized, err.Error())
		return nil
	}
	c.mu.Lock()
	c.check = func() error {
		c.vouched(ctx)
		return c.Check(ctx)
	}
	c.mu.Unlock()
	c.vouched(ctx)
	c.send(frame{Type: "connection_ack"})
	return ctx
}

// clientHeaders are those by which an app says what it is.
func clientHeaders() []string {
	return []string{
		"Apollographql-Client-Name", "Apollographql-Client-Version", "Graphql-Client-Name", "Graphql-Client-Version",
	}
}

// clientHeader is what a socket keeps of its headers.
func clientHeader(header http.Header) http.Header {
	kept := http.Header{}
	for _, name := range clientHeaders() {
		if word := header.Get(name); word != "" && len(word) <= maxClientWord {
			kept.Set(name, word)
		}
	}
	return kept
}

// withClient adds to the headers of a socket what connection_init says of the app. Browsers give sockets no headers of
// their own. Nothing else is taken from there, and words that are too long for any app are left out.
func withClient(header http.Header, payload map[string]any) http.Header {
	inner, _ := payload["headers"].(map[string]any)
	header = header.Clone()
	for _, said := range []map[string]any{inner, payload} {
		for name, value := range said {
			if name = http.CanonicalHeaderKey(name); !slices.Contains(clientHeaders(), name) {
				continue
			}
			if word, ok := value.(string); ok && len(word) <= maxClientWord {
				header.Set(name, word)
			}
		}
	}
	return header
}

// maxClientWord bounds the name and version of an app, in bytes.
const maxClientWord = 1 << 10

// vouched notes if a member vouches for the caller by now.
func (c *connection) vouched(ctx context.Context) {
	if c.proven(ctx) {
		c.seat.prove(c.member(ctx))
	}
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

// send sends a message, unless the socket is closed. A client that takes too long over one loses the socket.
func (c *connection) send(f frame) {
	select {
	case c.sending <- struct{}{}:
	case <-c.done:
		return
	}
	defer func() { <-c.sending }()
	c.write(marshal(f))
}

// beatsOfPing is how many beats there are from one ping to the next: a ping wakes the radio of a phone.
const beatsOfPing = 3

// beat sees whether the peer is still allowed to be there, and at times whether it is. A browser answers the ping by
// itself.
func (c *connection) beat(ctx context.Context) error {
	c.mu.Lock()
	check := c.check
	c.mu.Unlock()
	if check != nil {
		if err := check(); err != nil {
			return err
		}
	}
	if c.beats++; c.beats%beatsOfPing != 0 {
		return nil
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
		c.close(websocket.StatusServiceRestart, "The server is about to stop") // after the last answer
	case errors.Is(reason, errGone):
		_ = c.line.Conn.Close() // also while somebody says goodbye
	case errors.Is(reason, errRoom):
		c.hangUp(websocket.StatusTryAgainLater, "Too many sockets are open, and nobody is signed in here. Try again later.")
	case errors.Is(reason, errMember):
		c.hangUp(websocket.StatusTryAgainLater, "Too many of your sockets are open. Use one for all.")
	case c.Expired(reason):
		c.close(closeForbidden, reason.Error())
	default:
		c.close(closeUnauthorized, reason.Error())
	}
}

// close says goodbye, which the first one to do it does.
func (c *connection) close(code websocket.StatusCode, reason string) {
	c.closeWithin(leaving, code, reason)
}

// hangUp says goodbye, and does not listen for long.
func (c *connection) hangUp(code websocket.StatusCode, reason string) {
	c.closeWithin(hangingUp, code, reason)
}

// closeWithin says goodbye and waits for the peer's, see [line].
func (c *connection) closeWithin(patience time.Duration, code websocket.StatusCode, reason string) {
	c.line.leave(patience)
	_ = c.conn.Close(code, reason)
}
