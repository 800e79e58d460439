package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"circlegraph/circleclient"
	"circlegraph/internal/config"
	"circlegraph/internal/facade"
	"circlegraph/internal/memnet"
	"circlegraph/sandbox"
)

// The facade in this process, without sockets: for what cannot be seen from outside, and for time that is made up.

// newFacade is the endpoint with its default settings, changed by edit, and with circle as its Circle. Costs are not
// limited and nothing is counted, so that only the way to the answer is measured.
func newFacade(tb testing.TB, circle http.RoundTripper, edit func(*config.Config)) http.Handler {
	tb.Helper()
	cfg, err := config.Load(nil, func(string) string { return "" }, "", io.Discard)
	if err != nil {
		tb.Fatal(err)
	}
	cfg.CircleURL, cfg.CircleHeadlessToken, cfg.CommunityURL = "http://127.0.0.1", secret, sandbox.DefaultPublicURL
	cfg.MaxCost, cfg.ShowUsage, cfg.ShowHints, cfg.Introspection = 0, false, false, false
	edit(cfg)
	f, err := facade.New(cfg, facade.Dependencies{
		Logger: slog.New(slog.DiscardHandler),
		Circle: func(c *circleclient.Config) { c.Transport, c.Observe = circle, nil },
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(f.Close)
	return f.GraphQL
}

// withoutMemo asks Circle anew each time.
func withoutMemo(cfg *config.Config) { cfg.MemoBytes = 0 }

// replaying answers a read that was answered before by the same bytes, at no cost.
type replaying struct {
	handler http.Handler
	answers sync.Map // of *recorded, by token and address
}

// RoundTrip implements [http.RoundTripper].
func (p *replaying) RoundTrip(r *http.Request) (*http.Response, error) {
	key := r.Header.Get("Authorization") + r.URL.RequestURI()
	known, ok := p.answers.Load(key)
	if !ok {
		w := httptest.NewRecorder()
		p.handler.ServeHTTP(w, memnet.Received(r))
		known = &recorded{w.Code, w.Header(), w.Body.Bytes()}
		p.answers.Store(key, known)
	}
	answer := known.(*recorded)
	return &http.Response{
		StatusCode: answer.status, Header: answer.header, Request: r, ContentLength: int64(len(answer.body)),
		Body: io.NopCloser(bytes.NewReader(answer.body)),
	}, nil
}

// signIn gives an access token of a member, straight from the sandbox.
func signIn(tb testing.TB, box http.Handler, email string) string {
	tb.Helper()
	body, _ := json.Marshal(map[string]string{"email": email})
	r := httptest.NewRequest(http.MethodPost, "/api/v1/headless/auth_token", bytes.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	box.ServeHTTP(w, r)
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.AccessToken == "" {
		tb.Fatalf("no token for %s: %s", email, w.Body)
	}
	return answer.AccessToken
}
