package transport

import (
	"context"
	"encoding/json"
	"log"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
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

// vouched notes if a member vouches for the caller by now.
func (c *connection) vouched(ctx context.Context) {
	if c.proven(ctx) {
		c.seat.prove(c.member(ctx))
	}
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
