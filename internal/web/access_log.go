package web

import (
	"bufio"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// AccessLog writes one line per request: method, route, status, duration and the address that clientAddress returns.
// Never a query string, header or body: they hold tokens and what members wrote. For the same reason it is the route
// that is written and not the path. Probes of health are at debug level.
func AccessLog(
	log *slog.Logger, now func() time.Time, clientAddress func(*http.Request) string, next http.Handler,
) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, start := r.Context(), now()
		recorded := &recorder{ResponseWriter: w, status: http.StatusOK}
		aborted := true
		defer func() { // even if the handler panics
			status := recorded.status
			if aborted {
				status = 0
			}
			log.LogAttrs(ctx, level(r.Pattern), "request", slog.String("method", r.Method), slog.String("path", route(r)),
				slog.Int("status", status), slog.Duration("duration", now().Sub(start)), slog.String("client", clientAddress(r)))
		}()
		next.ServeHTTP(recorded, r)
		aborted = false
	})
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

	status  int
	written bool
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
