package web

import (
	"net/http"

	"github.com/rs/cors"
)

// CORS lets pages of exactly these origins call next, and no page if there are none. Members' pages need three
// headers; the secret of a trusted server is not among them, because a page that could send it would have to hold it.
func CORS(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 { // the library would take none for all
		return next
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type", RequestIDHeader},
		ExposedHeaders: []string{RequestIDHeader},
		MaxAge:         600, // seconds
	}).Handler(next)
}
