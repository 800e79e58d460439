package web

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
)

// strictPolicy is for what is no page: nothing in it is to be run, loaded or framed.
const strictPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// Safe tells browsers to make of an answer nothing but what it is.
func Safe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", strictPolicy)
		next.ServeHTTP(w, r)
	})
}

var inlineScript = regexp.MustCompile(`(?s)<script>(.*?)</script>`)

// Playground serves a page under a policy that lets it run its own scripts, named by their hashes, and those of the CDN that
// it pins itself; and that lets it talk to this server alone.
func Playground(page http.Handler) http.Handler {
	const cdn = " https://cdn.jsdelivr.net"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		made := httptest.NewRecorder()
		page.ServeHTTP(made, r)
		scripts := []string{"script-src" + cdn}
		for _, script := range inlineScript.FindAllSubmatch(made.Body.Bytes(), -1) {
			sum := sha256.Sum256(script[1])
			scripts = append(scripts, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}
		maps.Copy(w.Header(), made.Header())
		w.Header().Set("Content-Security-Policy", strings.Join([]string{
			strictPolicy, strings.Join(scripts, " "), "connect-src 'self'", "img-src 'self' data:", "font-src data:" + cdn,
			"style-src 'unsafe-inline'" + cdn, // the editor writes styles as it goes
		}, "; "))
		w.WriteHeader(made.Code)
		_, _ = w.Write(made.Body.Bytes()) // a peer that has gone needs no answer
	})
}
