package transport

import (
	"context"
	"errors"
	"time"

	"github.com/coder/websocket"
)

// drain lets no operation begin any more, and waits for those that end by themselves.
func (c *connection) drain() {
	c.mu.Lock()
	c.draining = true
	c.mu.Unlock()
	c.answering.Wait()
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
