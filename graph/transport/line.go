package transport

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// maxFarewell is how much is still read of a peer once the socket is being closed, in bytes: what was on its way, and
// its own goodbye. The library reads it byte by byte, which a peer that goes on sending would make dear.
const maxFarewell = 64 << 10

// socketBuffer is the size of a socket's buffers for reading and for writing, in bytes. What is larger passes by them.
const socketBuffer = 1 << 10

// line is the connection beneath a socket.
type line struct {
	net.Conn

	early   []byte // what came before the socket was one
	leaving atomic.Bool
	heard   atomic.Int64 // bytes since leaving
	end     atomic.Pointer[time.Timer]
}

var errDeaf = errors.New("the peer goes on sending after the end")

// leave ends the connection after a time, in which little is read any more.
func (l *line) leave(within time.Duration) {
	if l.leaving.Swap(true) {
		return
	}
	l.end.Store(time.AfterFunc(within, func() { _ = l.Conn.Close() })) // it may be closed
}

// Read implements [net.Conn].
func (l *line) Read(p []byte) (int, error) {
	if l.leaving.Load() && l.heard.Load() >= maxFarewell {
		return 0, errDeaf
	}
	if len(l.early) > 0 {
		n := copy(p, l.early)
		l.early = l.early[n:]
		return n, nil
	}
	n, err := l.Conn.Read(p)
	if l.leaving.Load() {
		l.heard.Add(int64(n))
	}
	return n, err
}

// Close implements [net.Conn]. A peer that was not heard out has a moment to read why: closing at once, with something
// unread, would let its system throw that away.
func (l *line) Close() error {
	end := l.end.Load()
	if end == nil {
		return l.Conn.Close()
	}
	half, ok := l.Conn.(interface{ CloseWrite() error })
	if ok && l.heard.Load() >= maxFarewell && end.Stop() {
		end.Reset(hangingUp)
		return half.CloseWrite()
	}
	end.Stop()
	return l.Conn.Close()
}

// hijacked keeps the connection that a websocket takes over.
type hijacked struct {
	http.ResponseWriter

	line *line
}

// Hijack implements [http.Hijacker].
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early, _ := buffered.Reader.Peek(buffered.Reader.Buffered()) // as much as there is
	h.line = &line{Conn: conn, early: bytes.Clone(early)}
	return h.line, bufio.NewReadWriter(
		bufio.NewReaderSize(h.line, socketBuffer), bufio.NewWriterSize(h.line, socketBuffer)), nil
}
