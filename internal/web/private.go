package web

import "net/http"

// Private keeps an answer that depends on who asks out of every cache. Next may let the client's own keep it.
func Private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "private, no-store")
		w.Header().Add("Vary", "Authorization")
		next.ServeHTTP(w, r)
	})
}
