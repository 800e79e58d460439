package circleclient

import (
	"errors"
	"io"
	"time"

	"circlegraph/internal/memory"
	"circlegraph/internal/network"
)

const (
	// readWeight is what an answer takes while it is read, for each of its bytes: a buffer that has grown, and a copy.
	readWeight = 3
	// decodedWeight is what is made of it, for as long as the response is under way that wants it.
	decodedWeight = 2
)

// errNoRoom is an answer for which the process has no memory at the moment.
var errNoRoom = errors.New("there is no room for the answer")

// hold begins what a request holds while its answer is read.
func (c *Client) hold(r *request) *memory.Hold {
	_, proven := c.principals.Member(r.token)
	return c.config.Memory.Hold(network.Of(r.address), proven || r.vouched != "").Of(c.owner(r))
}

// weigh holds n bytes, and reports whether there is room for them. What a write has done is learnt in any case.
func (r *request) weigh(hold *memory.Hold, n int) bool {
	if r.read {
		return hold.Add(int64(n))
	}
	hold.Force(int64(n))
	return true
}

// noRoom makes an error of an answer that there is no room for. It is about this process, and no 429 of Circle's.
func (r *request) noRoom(got *answer) *Error {
	e := r.fail(ErrRateLimited, got, errNoRoom)
	e.RetryAfter = time.Second
	return e
}

// weighed reads while there is room.
type weighed struct {
	from io.Reader
	take func(n int) bool
}

// Read implements [io.Reader].
func (w weighed) Read(p []byte) (int, error) {
	n, err := w.from.Read(p)
	if !w.take(n) {
		return n, errNoRoom
	}
	return n, err
}
