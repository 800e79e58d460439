package web

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"circlegraph/internal/memory"
	"circlegraph/internal/network"
)

const (
	// maxHeaderLines is how many lines the head of a request may have. Browsers and proxies send some thirty. Each takes
	// a hundred bytes beside its text, so that short ones would make much of little.
	maxHeaderLines = 200
	// freeHead is how many bytes of a head are not weighed, since most heads are smaller. A token fits in. Others are
	// weighed until the head has ended, for those who never end theirs.
	freeHead = 8 << 10
	// headWeight is what a byte of a head takes while the rest is waited for: a buffer that grows.
	headWeight = 2
)

var errHeaderLines = errors.New("the head of a request has too many lines")

// heads is a network whose connections end if the head of a request has too many lines, or if there is no memory for
// it, before all of it is read.
type heads struct {
	net.Listener

	memory *memory.Budget
}

// Accept implements [net.Listener].
func (l heads) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &headConn{Conn: conn, memory: l.memory}, nil
}

// headConn counts the lines and bytes of a head until its end, an empty line.
type headConn struct {
	net.Conn

	memory *memory.Budget
	hold   atomic.Pointer[memory.Hold] // of the present head; nil if it is small
	closed atomic.Bool
	ended  atomic.Bool

	lines, bytes int
	empty        bool // whether nothing stands in the present line
}

// Read implements [net.Conn].
func (c *headConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.ended.Load() {
		return n, err
	}
	for _, b := range p[:n] {
		switch {
		case b == '\n' && c.empty && c.lines > 0:
			c.lines, c.bytes, c.empty = 0, 0, false
			c.ended.Store(true)
			c.hold.Swap(nil).End()
			return n, err
		case b == '\n':
			c.lines, c.empty = c.lines+1, true
		case b != '\r':
			c.empty = false
		}
	}
	if c.lines > maxHeaderLines {
		return 0, errHeaderLines
	}
	if !c.weigh(n) {
		c.refuse()
		return 0, io.EOF // that of a peer that has gone, whom nobody answers any more
	}
	return n, err
}

// weigh holds n bytes more of a head, and reports whether there is room for them.
func (c *headConn) weigh(n int) bool {
	before := c.bytes
	if c.bytes += n; c.bytes <= freeHead {
		return true
	}
	hold := c.hold.Load()
	if hold == nil {
		hold = c.memory.Hold(c.network(), false)
		if !hold.Add(memory.Free) { // what each request has besides begins with its body
			return false
		}
		c.hold.Store(hold)
	}
	room := hold.Add(int64(c.bytes-before) * headWeight)
	if c.closed.Load() { // meanwhile
		hold.End()
	}
	return room
}

// network is where the connection comes from: a proxy, if there is one, which waits for whole heads itself.
func (c *headConn) network() netip.Prefix {
	peer, _ := netip.ParseAddrPort(c.RemoteAddr().String()) // the zero one if that is not known
	return network.Of(peer.Addr().Unmap())
}

// refuse answers a head for which there is no memory.
func (c *headConn) refuse() {
	// Not all connections have deadlines.
	_ = c.SetWriteDeadline(time.Now().Add(time.Second)) //nolint:forbidigo // which the system keeps
	_, _ = io.WriteString(c.Conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Retry-After: 30\r\nConnection: close\r\n\r\nThis server has too much in hand at the moment. Try again later.\n")
}

// Close implements [net.Conn].
func (c *headConn) Close() error {
	c.closed.Store(true)
	c.hold.Swap(nil).End()
	return c.Conn.Close()
}

// CloseWrite tells the peer that nothing more comes.
func (c *headConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// headAgain is a ConnState: after an answer another head comes.
func headAgain(conn net.Conn, state http.ConnState) {
	if c, ok := conn.(*headConn); ok && state == http.StateIdle {
		c.ended.Store(false)
	}
}
