package web

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"circlegraph/internal/panics"
)

// AccessLog writes one line per request: method, route, status, duration, the address that clientAddress returns, and
// what [Note] has added.
// Never a query string, header or body: they hold tokens and what members wrote. For the same reason it is the route
// that is written and not the path. Probes of health are at debug level.
//
// A panic breaks off the answer, and is written without what was in hand, which the HTTP server would print.
func AccessLog(
	log *slog.Logger, now func() time.Time, clientAddress func(*http.Request) netip.Addr, next http.Handler,
) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		noted, start := &note{level: slog.LevelDebug}, now()
		ctx := context.WithValue(r.Context(), noteKey{}, noted)
		outer := r
		r = r.WithContext(ctx)
		recorded := &recorder{ResponseWriter: w, status: http.StatusOK, hijacked: noted.close}
		defer func() { // even if the handler panics
			status, panicked := recorded.status, recover()
			if panicked != nil {
				status = 0
				defer panic(http.ErrAbortHandler)
			}
			if panicked != nil && panicked != http.ErrAbortHandler { //nolint:errorlint // it is no error, but any value
				log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("error", panics.Error(panicked).Error()))
			}
			noted.close()
			log.LogAttrs(ctx, max(level(r.Pattern), noted.level), "request", append([]slog.Attr{
				slog.String("method", r.Method), slog.String("path", route(r)), slog.Int("status", status),
				slog.Duration("duration", now().Sub(start)), slog.String("client", text(clientAddress(r))),
			}, noted.attrs...)...)
		}()
		next.ServeHTTP(recorded, r)
		outer.Pattern = r.Pattern // what is around wants to know it too
	})
}

type noteKey struct{}

// note is what a handler adds to the line of its request. It is safe for concurrent use.
type note struct {
	mu     sync.Mutex
	level  slog.Level
	attrs  []slog.Attr
	closed bool
}

// close ends the taking of notes.
func (n *note) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
}

// Note adds to the line that [AccessLog] will write for the request of a context, and makes it at least as severe. It
// reports false, and adds nothing, if something was noted before, or if the request has become a websocket, whose line
// is far away.
func Note(ctx context.Context, level slog.Level, attrs ...slog.Attr) bool {
	n, ok := ctx.Value(noteKey{}).(*note)
	if !ok {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed || n.attrs != nil {
		return false
	}
	n.level, n.attrs = level, attrs
	return true
}

// text is an address for people, empty if it is not known.
func text(address netip.Addr) string {
	if !address.IsValid() {
		return ""
	}
	return address.String()
}

func level(pattern string) slog.Level {
	if pattern == healthPattern || pattern == readyPattern {
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// route is the path of the route that has matched a request.
func route(r *http.Request) string {
	if r.Pattern == "" {
		return "unknown"
	}
	return strings.TrimSuffix(r.Pattern[strings.LastIndex(r.Pattern, " ")+1:], "{$}") // without the method
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter

	status   int
	written  bool
	hijacked func()
}

// WriteHeader implements [http.ResponseWriter].
func (r *recorder) WriteHeader(status int) {
	if !r.written && status >= http.StatusOK { // what comes before is not the answer
		r.status, r.written = status, true
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (r *recorder) Write(p []byte) (int, error) {
	r.written = true
	return r.ResponseWriter.Write(p)
}

// Hijack implements [http.Hijacker], which websockets look for by type.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(r.ResponseWriter).Hijack()
	if err == nil {
		r.status, r.written = http.StatusSwitchingProtocols, true
		r.hijacked()
	}
	return conn, rw, err
}

// Unwrap lets [http.ResponseController] reach flushing and deadlines.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Flush implements [http.Flusher], which streaming answers look for by type.
func (r *recorder) Flush() {
	r.written = true
	_ = http.NewResponseController(r.ResponseWriter).Flush() // some writers cannot
}
