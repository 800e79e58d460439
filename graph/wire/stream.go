package wire

import (
	"net/http"
	"time"
)

// patience is how long a client may take to accept a bit of a stream.
const patience = 30 * time.Second

// stream is an answer that is written bit by bit.
type stream struct {
	w          http.ResponseWriter
	controller *http.ResponseController
}

// stream begins an answer of a media type.
func (x *exchange) stream(media string) stream {
	x.w.Header().Set("Content-Type", media)
	x.w.Header().Set("X-Accel-Buffering", "no") // proxies that would wait for the whole are told not to
	x.w.WriteHeader(http.StatusOK)
	return stream{x.w, http.NewResponseController(x.w)}
}

// send writes a bit and sees that it goes out at once. A stream outlives the limit of time that the server sets to the
// writing of an answer, so each bit has one of its own.
func (s stream) send(bit []byte) {
	_ = s.controller.SetWriteDeadline(time.Now().Add(patience)) // not all connections have deadlines
	_, _ = s.w.Write(bit)                                       // a peer that has gone needs no answer
	_ = s.controller.Flush()
}
