package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
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
		made := &heldPage{header: http.Header{}}
		page.ServeHTTP(made, r)
		scripts := []string{"script-src" + cdn}
		for _, script := range inlineScript.FindAllSubmatch(made.body.Bytes(), -1) {
			sum := sha256.Sum256(script[1])
			scripts = append(scripts, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
		}
		maps.Copy(w.Header(), made.header)
		w.Header().Set("Content-Security-Policy", strings.Join([]string{
			strictPolicy, strings.Join(scripts, " "), "connect-src 'self'", "img-src 'self' data:", "font-src data:" + cdn,
			"style-src 'unsafe-inline'" + cdn, // the editor writes styles as it goes
		}, "; "))
		_, _ = made.body.WriteTo(w) // a peer that has gone needs no answer
	})
}

// heldPage holds a page back until its policy is known.
type heldPage struct {
	header http.Header
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (p *heldPage) Header() http.Header { return p.header }

// Write implements [http.ResponseWriter].
func (p *heldPage) Write(b []byte) (int, error) { return p.body.Write(b) }

// WriteHeader implements [http.ResponseWriter]: a page is always 200.
func (*heldPage) WriteHeader(int) {}
