// Package cable is a client of ActionCable, over which Circle tells members what happens (beta). It knows connections,
// subscriptions and events, and neither GraphQL nor Circle's REST API.
package cable

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	protocol = "actioncable-v1-json"
	// unsupported is what a server chooses that speaks none of the protocols; Rails' own clients offer it as well.
	unsupported = "actioncable-unsupported"

	// maxFrame is the largest frame in bytes; a larger one closes the cable.
	maxFrame = 1 << 20
	// maxSilence is how long a server may say nothing: it beats every 3 seconds.
	maxSilence = 8 * time.Second
	// maxHandshake is how long opening may take, the welcome included.
	maxHandshake = 10 * time.Second
	// patience is how long the server may take to confirm a subscription before it counts as silent, see [Silent].
	patience = 5 * time.Second
	// writeLimit is how long sending a command may take.
	writeLimit = 5 * time.Second
)

// Options say how a cable is opened.
type Options struct {
	// URL is where the cable is, such as wss://app.circle.so/cable.
	URL string
	// Origin is a web origin that the community allows, such as https://community.example.com. Circle refuses any other.
	Origin string
	// Token is the member's access token. The server looks at it once.
	Token string
	// UserAgent names this program.
	UserAgent string
	// Client makes the request; it must speak HTTP/1.1, see [NewTransport].
	Client *http.Client
	// Slack is by how much longer than usual a server may take for anything, for tests of real ones on busy machines.
	Slack time.Duration
}

// NewTransport returns a transport for cables: websockets need HTTP/1.1.
func NewTransport() *http.Transport {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSHandshakeTimeout: 5 * time.Second}
	transport.Protocols = new(http.Protocols)
	transport.Protocols.SetHTTP1(true)
	return transport
}

// Conn is an open cable. One goroutine calls [Conn.Next]; all other methods are safe for concurrent use.
type Conn struct {
	// Session is the server's name for the connection. Rails itself gives none, AnyCable does.
	Session string

	ws       *websocket.Conn
	slack    time.Duration
	watchdog *time.Timer

	mu     sync.Mutex
	subs   map[Identifier]*subscription
	quiet  bool // the watchdog has closed it
	queued []Signal
}

// subscription is what has been asked for.
type subscription struct {
	beats     int // since it was asked for
	confirmed bool
	told      bool // that it is silent
}

// Dial opens a cable. The error is a [*Refused] if the server says no, else one of the network, without the token.
func Dial(ctx context.Context, o Options) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, maxHandshake+o.Slack)
	defer cancel()
	header := http.Header{"Authorization": {"Bearer " + o.Token}}
	for name, value := range map[string]string{"Origin": o.Origin, "User-Agent": o.UserAgent} {
		if value != "" {
			header.Set(name, value)
		}
	}
	ws, response, err := websocket.Dial(ctx, o.URL, &websocket.DialOptions{
		HTTPClient: o.Client, HTTPHeader: header, Subprotocols: []string{protocol, unsupported},
	})
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	switch {
	case err != nil && response != nil && response.StatusCode != http.StatusSwitchingProtocols:
		return nil, &Refused{Status: response.StatusCode, RetryAfter: retryAfter(response), Reconnect: transient(response)}
	case err != nil:
		return nil, networkError(ctx)
	case ws.Subprotocol() != protocol:
		_ = ws.CloseNow()
		return nil, &Refused{Status: response.StatusCode, Reason: "unsupported"}
	}
	ws.SetReadLimit(maxFrame)
	c := &Conn{ws: ws, slack: o.Slack, subs: map[Identifier]*subscription{}}
	if err := c.welcome(ctx); err != nil {
		_ = ws.CloseNow()
		return nil, err
	}
	c.watchdog = time.AfterFunc(maxSilence+o.Slack, func() {
		c.mu.Lock()
		c.quiet = true
		c.mu.Unlock()
		_ = ws.CloseNow()
	})
	return c, nil
}

// networkError is an error of the network. What the libraries say of it may hold addresses and is not passed on.
func networkError(ctx context.Context) error {
	if ctx.Err() != nil {
		return errors.New("the cable did not open in time")
	}
	return errors.New("the cable cannot be reached")
}

// welcome waits for the server's first word.
func (c *Conn) welcome(ctx context.Context) error {
	for {
		f, err := c.read(ctx)
		switch {
		case err != nil:
			if code := websocket.CloseStatus(err); code >= 0 {
				return &Refused{
					Status: http.StatusSwitchingProtocols, Code: int(code), Reconnect: code != websocket.StatusNormalClosure,
				}
			}
			return networkError(ctx)
		case f.Type == "welcome":
			c.Session = f.Session
			return nil
		case f.Type == "disconnect":
			return &Refused{
				Status: http.StatusSwitchingProtocols, Reason: word(f.Reason), Reconnect: f.reconnects(),
			}
		}
	}
}

// frame is a message of the server.
type frame struct {
	Type       string          `json:"type"`
	Session    string          `json:"sid"`
	Identifier string          `json:"identifier"`
	Reason     string          `json:"reason"`
	Reconnect  *bool           `json:"reconnect"`
	Message    json.RawMessage `json:"message"`
}

// reconnects reports whether the client may come again: only an explicit no forbids it.
func (f frame) reconnects() bool { return f.Reconnect == nil || *f.Reconnect }

// read reads a frame. Frames that are no JSON are passed over.
func (c *Conn) read(ctx context.Context) (frame, error) {
	for {
		_, data, err := c.ws.Read(ctx)
		if err != nil {
			return frame{}, err
		}
		if strings.HasPrefix(string(data[:min(len(data), 16)]), `{"type":"ping"`) {
			return frame{Type: "ping"}, nil // most of all frames: not worth decoding
		}
		var f frame
		if json.Unmarshal(data, &f) == nil {
			return f, nil
		}
	}
}

// Signal is what a cable tells: a [Confirmed], [Rejected], [Silent] or [Event].
type Signal any

// Confirmed says that a subscription stands. It proves nothing yet: Rails confirms wrong parameters as well.
type Confirmed struct{ Identifier Identifier }

// Rejected says that a subscription is refused.
type Rejected struct{ Identifier Identifier }

// Silent says that a subscription was neither confirmed nor rejected for a while, as with a channel that the server
// does not know.
type Silent struct{ Identifier Identifier }

// Next waits for the next signal. The error is a [*Lost]; the cable is closed then.
func (c *Conn) Next(ctx context.Context) (Signal, error) {
	for {
		if s := c.takeQueued(); s != nil {
			return s, nil
		}
		f, err := c.read(ctx)
		if err != nil {
			c.watchdog.Stop()
			_ = c.ws.CloseNow()
			return nil, c.lost(ctx, err)
		}
		c.watchdog.Reset(maxSilence + c.slack)
		switch f.Type {
		case "ping":
			c.beat()
		case "confirm_subscription":
			if id, ok := c.settle(f.Identifier, true); ok {
				return Confirmed{id}, nil
			}
		case "reject_subscription":
			if id, ok := c.settle(f.Identifier, false); ok {
				return Rejected{id}, nil
			}
		case "disconnect":
			c.watchdog.Stop()
			_ = c.ws.CloseNow()
			return nil, &Lost{Reason: word(f.Reason), Reconnect: f.reconnects()}
		case "":
			if id, ok := c.find(f.Identifier); ok && len(f.Message) > 0 {
				return decode(id, f.Message), nil
			}
		}
	}
}

func (c *Conn) lost(ctx context.Context, err error) *Lost {
	c.mu.Lock()
	defer c.mu.Unlock()
	lost := &Lost{Reconnect: true, Code: max(int(websocket.CloseStatus(err)), 0)}
	switch {
	case ctx.Err() != nil:
		lost.Reason = "closed"
	case c.quiet:
		lost.Reason = "silence"
	case errors.Is(err, websocket.ErrMessageTooBig) || lost.Code == int(websocket.StatusMessageTooBig):
		lost.Reason = "too_big"
	}
	return lost
}

// takeQueued returns a signal that came with another.
func (c *Conn) takeQueued() Signal {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queued) == 0 {
		return nil
	}
	s := c.queued[0]
	c.queued = c.queued[1:]
	return s
}

// beat notes which subscriptions have had no answer for too long. Beats come every 3 seconds.
func (c *Conn) beat() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, s := range c.subs {
		if s.beats++; !s.confirmed && !s.told && time.Duration(s.beats-1)*3*time.Second >= patience {
			s.told = true
			c.queued = append(c.queued, Silent{id})
		}
	}
}

// settle notes the answer to a subscription.
func (c *Conn) settle(identifier string, confirmed bool) (Identifier, bool) {
	id, ok := c.find(identifier)
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.subs[id]
	if !ok || s == nil {
		return "", false
	}
	if s.confirmed = confirmed; !confirmed {
		delete(c.subs, id)
	}
	return id, true
}

// find returns the subscription that an identifier names: the same text, or else the same JSON.
func (c *Conn) find(identifier string) (Identifier, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.subs[Identifier(identifier)] != nil {
		return Identifier(identifier), true
	}
	same := canonical(identifier)
	for id := range c.subs {
		if same != "" && canonical(string(id)) == same {
			return id, true
		}
	}
	return "", false
}

// Subscribe asks for a channel's events. Asking twice is asking once. The answer comes through [Conn.Next].
func (c *Conn) Subscribe(ctx context.Context, id Identifier) error {
	c.mu.Lock()
	if c.subs[id] != nil {
		c.mu.Unlock()
		return nil
	}
	c.subs[id] = &subscription{}
	c.mu.Unlock()
	return c.command(ctx, "subscribe", id)
}

// Unsubscribe ends a subscription. Events that are on their way are dropped.
func (c *Conn) Unsubscribe(ctx context.Context, id Identifier) error {
	c.mu.Lock()
	known := c.subs[id] != nil
	delete(c.subs, id)
	c.mu.Unlock()
	if !known {
		return nil
	}
	return c.command(ctx, "unsubscribe", id)
}

// command sends a command.
func (c *Conn) command(ctx context.Context, name string, id Identifier) error {
	ctx, cancel := context.WithTimeout(ctx, writeLimit+c.slack)
	defer cancel()
	data, err := json.Marshal(struct {
		Command    string     `json:"command"`
		Identifier Identifier `json:"identifier"`
	}{name, id})
	if err != nil {
		return err
	}
	if c.ws.Write(ctx, websocket.MessageText, data) != nil {
		return &Lost{Reason: "write", Reconnect: true}
	}
	return nil
}

// Close closes the cable at once. [Conn.Next] then fails.
func (c *Conn) Close() {
	c.watchdog.Stop()
	_ = c.ws.CloseNow()
}
