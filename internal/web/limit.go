package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

const tooLarge = `{"errors":[{"message":"The request is too large.","extensions":{"code":"BAD_USER_INPUT"}}],"data":null}` + "\n"

// LimitBody answers 413 where a request's body is longer than limit bytes.
func LimitBody(limit int64, next http.Handler) http.Handler {
	refuse := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Connection", "close") // rather than read the rest
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_, _ = io.WriteString(w, tooLarge) // a peer that has gone needs no answer
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > limit {
			refuse(w)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		if r.ContentLength < 0 {
			// The length is not announced, so it shows only in reading, which GraphQL's transport would call a bad request.
			body, err := io.ReadAll(r.Body)
			if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
				refuse(w)
				return
			} else if err != nil {
				http.Error(w, "The request could not be read.", http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		next.ServeHTTP(w, r)
	})
}

// Deadline ends a request's context after a time.
func Deadline(after time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), after)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Private keeps an answer that depends on who asks out of every shared cache.
func Private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, no-store")
		w.Header().Add("Vary", "Authorization")
		next.ServeHTTP(w, r)
	})
}
