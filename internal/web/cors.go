package web

import (
	"net/http"

	"github.com/rs/cors"

	"circlegraph/tokens"
)

// clientHeaders are what members' pages may send: their token, and what GraphQL clients and tracing put beside it. The
// secret of a trusted server is not among them, because a page that could send it would have to hold it.
func clientHeaders() []string {
	return []string{
		"Authorization", tokens.ProofHeader, "Content-Type", "If-None-Match", RequestIDHeader,
		"Apollographql-Client-Name", "Apollographql-Client-Version", "Apollo-Require-Preflight",
		"X-Apollo-Operation-Name", "X-Apollo-Operation-Id", "X-Apollo-Operation-Type", "X-Apollo-Cache-Key",
		"X-Apollo-Cache-Fetch-Strategy", "X-Apollo-Expire-Timeout", "X-Apollo-Expire-After-Read", "X-Apollo-Prefetch",
		"X-Apollo-Cache-Do-Not-Store", "Graphql-Client-Name", "Graphql-Client-Version", "Graphql-Require-Preflight",
		"X-GraphQL-Event-Stream-Token", "X-Requested-With", "Cache-Control", "Pragma", "Last-Event-Id",
		"Traceparent", "Tracestate", "Baggage", "Sentry-Trace", "B3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-ParentSpanId",
		"X-B3-Sampled", "X-Datadog-Origin", "X-Datadog-Parent-Id", "X-Datadog-Sampled", "X-Datadog-Sampling-Priority",
		"X-Datadog-Tags", "X-Datadog-Trace-Id", "Newrelic", "Uber-Trace-Id",
	}
}

// CORS lets pages of these origins call next, and no page if there are none. An origin may have one * in it. Pages may
// send what clients usually send, and headers.
func CORS(origins, headers []string, next http.Handler) http.Handler {
	if len(origins) == 0 { // the library would take none for all
		return next
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: append(clientHeaders(), headers...),
		ExposedHeaders: []string{RequestIDHeader, "Etag", "Retry-After"},
		MaxAge:         600, // seconds
	}).Handler(next)
}
