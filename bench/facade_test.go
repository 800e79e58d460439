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
	"time"

	"circlegraph/circleclient"
	"circlegraph/graph"
	"circlegraph/sandbox"
	"circlegraph/tokens"
)

// The facade in this process, without sockets: for what cannot be seen from outside, and for time that is made up.

// inMemory is a transport that asks a handler.
type inMemory struct{ handler http.Handler }

// RoundTrip implements [http.RoundTripper]. Who gives up gets no answer, although the handler may go on.
func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := make(chan *http.Response, 1)
	go func() {
		w := httptest.NewRecorder()
		m.handler.ServeHTTP(w, received(r))
		answer <- w.Result()
	}()
	select {
	case response := <-answer:
		response.Request = r
		return response, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// received is a request as a server gets it.
func received(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:1"
	if r.Body == nil {
		r.Body = http.NoBody
	}
	return r
}

// newFacade wires the facade as the server does, with circle as its Circle.
func newFacade(tb testing.TB, circle http.RoundTripper, memo circleclient.MemoConfig, budget int) http.Handler {
	tb.Helper()
	log := slog.New(slog.DiscardHandler)
	principals := tokens.NewPrincipals(0, time.Now)
	client, err := circleclient.New(circleclient.Config{
		BaseURL: "http://127.0.0.1", HeadlessToken: secret, Transport: circle, Principals: principals, Logger: log,
		Memo: memo, Budget: circleclient.BudgetConfig{Requests: budget},
	})
	if err != nil {
		tb.Fatal(err)
	}
	settings, err := tokens.Config{}.Validate(tokens.Deployment{Listen: "127.0.0.1:8080"})
	if err != nil {
		tb.Fatal(err)
	}
	revocations := tokens.NewMemoryRevocations(0, time.Now)
	sessions, err := tokens.New(settings, tokens.Dependencies{
		Auth: client.Auth, Revocations: revocations, Principals: principals, OnRevoked: client.Forget, Clock: time.Now, Logger: log,
	})
	if err != nil {
		tb.Fatal(err)
	}
	authenticator := tokens.NewAuthenticator(settings, revocations, time.Now)
	return authenticator.Middleware(graph.NewHandler(graph.Options{
		Circle: client, Sessions: sessions, Authenticator: authenticator, Logger: log, Timeout: 30 * time.Second,
		CommunityURL: sandbox.DefaultPublicURL,
	}))
}

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
		p.handler.ServeHTTP(w, received(r))
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
