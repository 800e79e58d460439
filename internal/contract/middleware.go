package contract

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Middleware holds everything that passes through it to the contract: each answer, and each request that was answered
// with 2xx. What departs from it is reported to t by t.Errorf, so the exchange itself goes on undisturbed; so is a path
// that no operation has. Known faults of the contract pass.
func (c *Contract) Middleware(t testing.TB, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" { // the contract is of HTTP
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("%s %s: the request cannot be read: %v", r.Method, r.URL.Path, err)
			return
		}
		seen := r.Clone(r.Context()) // before next may change it
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)

		op, found := c.check(r.Context(), exchange{seen, body, answer.Code, answer.Header(), answer.Body.Bytes()})
		if op == "" {
			t.Errorf("%s %s is no operation of the official contract", r.Method, r.URL.Path)
		}
		for _, v := range found {
			if excuse(op, v) < 0 {
				t.Errorf("%s, answered %d, against the official contract: %s", op, answer.Code, v)
			}
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}
