package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
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

// Allow lets a page do more than nothing: each directive is added to the policy that Safe has set, or takes the place
// of the one of its name.
func Allow(h http.Header, directives ...string) {
	kept := slices.DeleteFunc(strings.Split(strictPolicy, "; "), func(strict string) bool {
		name, _, _ := strings.Cut(strict, " ")
		return slices.ContainsFunc(directives, func(d string) bool { return strings.HasPrefix(d, name+" ") })
	})
	h.Set("Content-Security-Policy", strings.Join(append(kept, directives...), "; "))
}

// Hash names a style or script that stands in a page, for its policy.
func Hash(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
