package main

import (
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"time"

	"circlegraph/sandbox"
)

const headlessToken = "headless-token-of-the-soak-run"

// circle is the sandbox with bad moments. It runs in this process and not in the one that is watched.
type circle struct {
	*httptest.Server

	url     string
	members []sandbox.Member
	stop    func()
}

const (
	badEvery, badFor = 10 * time.Second, 2 * time.Second
	// badPart of the requests of a bad moment fail.
	badPart = .3
)

func startCircle() *circle {
	box := sandbox.New(sandbox.Options{HeadlessToken: headlessToken})
	begin := time.Now()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if time.Since(begin)%badEvery > badEvery-badFor && rand.Float64() < badPart {
			faults[rand.IntN(len(faults))](w, r)
			return
		}
		box.ServeHTTP(w, r)
	}))
	return &circle{Server: server, url: server.URL, members: box.Members(), stop: func() {
		server.CloseClientConnections()
		server.Close()
	}}
}

// faults are what goes wrong in a bad moment.
var faults = []http.HandlerFunc{
	answer(500, "application/json", `{"message":"no"}`),
	answer(502, "text/html", "<html>"),
	answer(503, "text/html", "<html>"),
	answer(429, "application/json", `{"message":"no"}`),
	answer(200, "text/html", "<html>"),
	answer(200, "application/json", `{"records":[{`),
	func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // then the server notices when its client leaves
		<-r.Context().Done()
	},
	func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"records":[`)
		panic(http.ErrAbortHandler)
	},
}

func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
