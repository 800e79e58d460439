// Package web is the plumbing between the network and GraphQL: request ids, the access log, the client's address,
// privacy and health. It knows nothing of Circle or GraphQL.
package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
)

// RequestIDHeader names a request, in it and in its answer.
const RequestIDHeader = "X-Request-Id"

type requestIDKey struct{}

// saneID is short enough that no token can pass for one, and safe in every log.
var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// RequestID gives each request an id: the caller's own if that is sane, else a new one. The answer carries it,
// and so does every line that LogHandler writes under the request's context.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(RequestIDHeader)
		if !saneID.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set(RequestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// RequestIDOf is the id of the request of a context, empty if it has none.
func RequestIDOf(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// LogHandler adds the request's id to every line that next gets, and what else says something of its context.
func LogHandler(next slog.Handler, more ...func(context.Context) slog.Attr) slog.Handler {
	return logHandler{next, more}
}

type logHandler struct {
	slog.Handler

	more []func(context.Context) slog.Attr
}

// Handle implements [slog.Handler].
func (h logHandler) Handle(ctx context.Context, record slog.Record) error {
	record = record.Clone()
	if id := RequestIDOf(ctx); id != "" {
		record.AddAttrs(slog.String("request", id))
	}
	for _, of := range h.more {
		record.AddAttrs(of(ctx))
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs implements [slog.Handler].
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs), h.more}
}

// WithGroup implements [slog.Handler].
func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name), h.more}
}
