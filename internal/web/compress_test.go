package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestCompress(t *testing.T) {
	for _, tc := range []struct {
		contentType, encodings, want string
	}{
		{"application/json; charset=utf-8", "gzip", "gzip"},
		{"application/graphql-response+json; charset=utf-8", "gzip", "gzip"},
		{"text/html; charset=utf-8", "gzip", "gzip"},
		{`multipart/mixed;boundary="b";deferSpec=20220824`, "gzip", "gzip"},
		{"application/json", "", ""},
		{"text/event-stream", "gzip", ""},
		{"text/event-stream; charset=utf-8", "gzip", ""},
		{"text/event-stream", "zstd, gzip", ""},
		{`multipart/mixed;boundary="b";subscriptionSpec="1.0"`, "gzip", ""},
	} {
		t.Run(tc.contentType, func(t *testing.T) {
			h := Compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tc.contentType)
				for range 3 {
					_, _ = w.Write(bytes.Repeat([]byte("bit "), 1000))
					_ = http.NewResponseController(w).Flush()
				}
			}))
			r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			r.Header.Set("Accept-Encoding", tc.encodings)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if got := w.Header().Get("Content-Encoding"); got != tc.want {
				t.Errorf("Content-Encoding of %s = %q, want %q", tc.contentType, got, tc.want)
			}
		})
	}
}
