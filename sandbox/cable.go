package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// CableOptions say how the sandbox's cable behaves: Circle's websocket is a beta, and much about it is not documented.
// The zero value is the likeliest.
type CableOptions struct {
	// Origins are the web origins that are let in; any, and none, if empty.
	Origins []string
	// Refuse lets nobody in, in one of the ways that real servers have: "rails404", "anycable403" or "invalid_request".
	Refuse string
	// EventKey is the key of an event's name; "event" if empty.
	EventKey string
	// RoomParam is the parameter that names a room's channel; "chat_room_id" if empty. With any other a subscription is
	// confirmed, and nothing ever follows.
	RoomParam string
	// NoSession leaves the connection's name out of the welcome, as Rails does and AnyCable does not.
	NoSession bool
	// Ping is the time between beats; 3 seconds if zero.
	Ping time.Duration
	// Shuffle lets events overtake each other, as Rails does.
	Shuffle bool
	// Duplicate sends each event twice.
	Duplicate bool
	// DropEvery loses events: 2 every second one, 0 none.
	DropEvery int
}

const (
	cableProtocol = "actioncable-v1-json"
	// cableBacklog is how many frames may wait for a slow client before it is thrown out.
	cableBacklog = 1024
	overtake     = 5 * time.Millisecond
)

// cables are the open connections. Its mutex may be taken under the sandbox's.
type cables struct {
	options CableOptions

	mu       sync.Mutex
	open     map[*cableConn]bool
	upgrades []http.Header
	events   int
	refuse   string
	silent   bool
}

// cableConn is one connection.
type cableConn struct {
	memberID int64
	out      chan []byte
	bye      chan cableEnd

	streams map[string]string // by identifier
	held    []byte            // a frame that the next one overtakes
}

// cableEnd is how a connection ends: with a frame, then a code.
type cableEnd struct {
	frame  []byte
	code   websocket.StatusCode
	abrupt bool
}

func newCables(o CableOptions) *cables {
	if o.EventKey == "" {
		o.EventKey = "event"
	}
	if o.RoomParam == "" {
		o.RoomParam = "chat_room_id"
	}
	if o.Ping == 0 {
		o.Ping = 3 * time.Second
	}
	return &cables{options: o, open: map[*cableConn]bool{}, refuse: o.Refuse}
}

// serveCable is the websocket at /cable. The token is looked at once.
func (s *Sandbox) serveCable(w http.ResponseWriter, r *http.Request) {
	c := s.cables
	c.noteUpgrade(r)
	origin := r.Header.Get("Origin")
	known := len(c.options.Origins) == 0 || slices.Contains(c.options.Origins, origin)
	switch refuse := c.refusal(); {
	case refuse == "rails404" || refuse == "" && !known:
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("Page not found"))
		return
	case refuse == "anycable403":
		w.WriteHeader(http.StatusForbidden)
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{cableProtocol}, InsecureSkipVerify: true, // the origin was looked at above
	})
	if err != nil {
		return // Accept has answered
	}
	defer func() { _ = ws.CloseNow() }()
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	s.mu.Lock()
	m, _, problem := s.checkAccessToken(strings.TrimSpace(token), s.clock.Now())
	s.mu.Unlock()
	switch {
	case c.refusal() != "":
		disconnect(r.Context(), ws, "invalid_request", false)
		return
	case problem != "" || !strings.EqualFold(scheme, "Bearer"):
		disconnect(r.Context(), ws, "unauthorized", false)
		return
	}
	conn := &cableConn{
		memberID: m.id, out: make(chan []byte, cableBacklog), bye: make(chan cableEnd, 1), streams: map[string]string{},
	}
	welcome := map[string]any{"type": "welcome"}
	if !c.options.NoSession {
		welcome["sid"] = rand.Text()[:21]
	}
	conn.out <- frameOf(welcome)
	c.mu.Lock()
	c.open[conn] = true
	c.mu.Unlock()
	ctx, cancel := context.WithCancel(r.Context())
	var writing sync.WaitGroup
	writing.Go(func() {
		defer cancel()
		c.write(ctx, ws, conn)
	})
	s.readCable(ctx, ws, conn)
	cancel()
	writing.Wait()
	c.mu.Lock()
	delete(c.open, conn)
	c.mu.Unlock()
}

func (c *cables) noteUpgrade(r *http.Request) {
	header := r.Header.Clone()
	header.Del("Authorization")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.upgrades = append(c.upgrades[max(len(c.upgrades)-maxCalls, 0):], header)
}

// idle reports whether nobody listens.
func (c *cables) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open) == 0
}

func (c *cables) refusal() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refuse
}

func frameOf(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // what is sent is made of plain records
	}
	return data
}

// disconnect says why a client may not stay.
func disconnect(ctx context.Context, ws *websocket.Conn, reason string, reconnect bool) {
	_ = ws.Write(ctx, websocket.MessageText, disconnectFrame(reason, reconnect))
	_ = ws.Close(websocket.StatusNormalClosure, "")
}

func disconnectFrame(reason string, reconnect bool) []byte {
	return frameOf(map[string]any{"type": "disconnect", "reason": reason, "reconnect": reconnect})
}

func beatFrame(now time.Time) []byte {
	return fmt.Appendf(nil, `{"type":"ping","message":%d}`, now.Unix())
}

// write sends frames and beats until the connection ends.
func (c *cables) write(ctx context.Context, ws *websocket.Conn, conn *cableConn) {
	beat := time.NewTicker(c.options.Ping)
	defer beat.Stop()
	for {
		var frame []byte
		select {
		case <-ctx.Done():
			return
		case end := <-conn.bye:
			if end.abrupt {
				_ = ws.CloseNow()
				return
			}
			if end.frame != nil {
				_ = ws.Write(ctx, websocket.MessageText, end.frame)
			}
			_ = ws.Close(end.code, "")
			return
		case frame = <-conn.out:
		case now := <-beat.C:
			frame = beatFrame(now)
		}
		c.mu.Lock()
		silent := c.silent
		c.mu.Unlock()
		if silent {
			continue
		}
		if ws.Write(ctx, websocket.MessageText, frame) != nil {
			return
		}
	}
}

// readCable takes commands until the connection ends.
func (s *Sandbox) readCable(ctx context.Context, ws *websocket.Conn, conn *cableConn) {
	for {
		_, data, err := ws.Read(ctx)
		if err != nil {
			return
		}
		var command struct{ Command, Identifier string }
		if json.Unmarshal(data, &command) != nil {
			continue
		}
		switch command.Command {
		case "subscribe":
			s.subscribe(conn, command.Identifier)
		case "unsubscribe":
			s.cables.mu.Lock()
			delete(conn.streams, command.Identifier)
			s.cables.mu.Unlock()
		}
	}
}

// subscribe answers as Rails does: it confirms, rejects the number of another member, ignores a repetition, and says
// nothing to an unknown channel.
func (s *Sandbox) subscribe(conn *cableConn, identifier string) {
	stream, own := s.streamOf(conn.memberID, identifier)
	c := s.cables
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, again := conn.streams[identifier]; again || stream == "" {
		return
	}
	answer := "confirm_subscription"
	if own {
		conn.streams[identifier] = stream
	} else {
		answer = "reject_subscription"
	}
	conn.push(frameOf(map[string]any{"identifier": identifier, "type": answer}))
}

// streamOf is what a subscription listens to, and whether the member may; empty if the channel is not known.
func (s *Sandbox) streamOf(memberID int64, identifier string) (stream string, allowed bool) {
	var fields map[string]any
	if json.Unmarshal([]byte(identifier), &fields) != nil {
		return "", false
	}
	text := func(name string) string {
		switch v := fields[name].(type) {
		case float64:
			return fmt.Sprintf("%.0f", v)
		case string:
			return v
		}
		return ""
	}
	own := text("community_member_id") == fmt.Sprint(memberID)
	switch text("channel") {
	case "NotificationChannel":
		return notificationStream(memberID), own
	case "ChatRoomChannel":
		return inboxStream(memberID), own
	case "Chats::CommunityMemberThreadsChannel":
		return threadsStream(memberID), own
	case "Chats::RoomChannel":
		return s.roomStreamOf(memberID, text(s.cables.options.RoomParam))
	}
	return "", false
}

// roomStreamOf is the stream of a room that the member can read. A room that is not named streams nothing.
func (s *Sandbox) roomStreamOf(memberID int64, name string) (string, bool) {
	if name == "" {
		return "chat-room--channel", true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := find(s.store.chatRooms, func(r *chatRoom) bool { return name == fmt.Sprint(r.id) || name == r.uuid })
	m := s.store.memberByID[memberID]
	if r == nil || m == nil || !s.canRead(m, r) {
		return "chat-room--channel", false
	}
	return roomStream(r), true
}

// The streams, as Circle's documentation names them.
func notificationStream(memberID int64) string {
	return fmt.Sprintf("notification-channel-%d", memberID)
}
func inboxStream(memberID int64) string { return fmt.Sprintf("chat-room-channel-%d", memberID) }
func threadsStream(memberID int64) string {
	return fmt.Sprintf("chat-community-member-%d-threads-channel", memberID)
}
func roomStream(r *chatRoom) string { return fmt.Sprintf("chat-room-%d-channel", r.id) }

// Broadcast sends a message to all who listen to a stream, such as "notification-channel-7".
func (s *Sandbox) Broadcast(stream string, message any) { s.cables.broadcast(stream, message) }

// broadcast sends an event to a stream.
func (c *cables) broadcast(stream string, message any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events++
	if every := c.options.DropEvery; every > 0 && c.events%every == 0 {
		return
	}
	for conn := range c.open {
		for identifier, to := range conn.streams {
			if to != stream {
				continue
			}
			frame := frameOf(struct {
				Identifier string `json:"identifier"`
				Message    any    `json:"message"`
			}{identifier, message})
			for range 1 + btoi(c.options.Duplicate) {
				c.deliver(conn, frame)
			}
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// deliver hands a frame to the connection, after the next one if they are shuffled.
func (c *cables) deliver(conn *cableConn, frame []byte) {
	switch {
	case !c.options.Shuffle:
		conn.push(frame)
	case conn.held != nil:
		conn.push(frame)
		conn.push(conn.held)
		conn.held = nil
	default:
		conn.held = frame
		time.AfterFunc(overtake, func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			if conn.held != nil {
				conn.push(conn.held)
				conn.held = nil
			}
		})
	}
}

// push queues a frame; a client that is too slow is thrown out.
func (conn *cableConn) push(frame []byte) {
	select {
	case conn.out <- frame:
	default:
		conn.end(cableEnd{frame: disconnectFrame("too_slow", true), code: websocket.StatusTryAgainLater})
	}
}

func (conn *cableConn) end(e cableEnd) {
	select {
	case conn.bye <- e:
	default: // it ends already
	}
}
