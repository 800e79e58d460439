package web

import (
	"net/http"
	"strings"

	"github.com/klauspost/compress/gzhttp"
)

// Compress compresses the answers of next for clients that take them so. Streams of events stay as they are: a
// compressor keeps some 300 kB for as long as the stream is open, and single events gain little by it.
func Compress(next http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.ContentTypeFilter(compresses))
	if err != nil {
		panic(err) // options that contradict each other: a mistake in this program
	}
	return wrap(next)
}

func compresses(contentType string) bool {
	media, parameters, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch strings.TrimSpace(media) {
	case "text/event-stream":
		return false
	case "multipart/mixed": // of a subscription, and not of a query that defers
		return !strings.Contains(parameters, "subscriptionspec")
	}
	return gzhttp.DefaultContentTypeFilter(contentType)
}
