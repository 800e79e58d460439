package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"time"

	"circlegraph/sandbox"
)

const (
	// secret is the sandbox's community secret; it guards made-up data.
	secret = "bench-headless-token"
	// control is the path of settings and counts, which are not part of Circle.
	control = "/-/bench"
)

// upstreamCommand serves the sandbox in a process of its own.
type upstreamCommand struct {
	Listen string `required:"" help:"Address to listen on."`
	Replay bool   `help:"Answer repeated reads by the same bytes, so that the sandbox's own work does not count."`
}

// Run serves until the context ends.
func (c *upstreamCommand) Run(ctx context.Context) error {
	return listenAndServe(ctx, c.Listen, newUpstream(sandbox.Options{HeadlessToken: secret}, c.Replay))
}

// listenAndServe serves until the context ends.
func listenAndServe(ctx context.Context, address string, handler http.Handler) error {
	server := &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// upstream is the sandbox behind a handler that counts, waits and, if wanted, replays.
type upstream struct {
	box    *sandbox.Sandbox
	replay bool

	mu       sync.Mutex
	latency  func() time.Duration // of the next answer
	counts   counts
	inFlight int
	answers  map[string]*recorded // by token and address
}

// counts are what an upstream has seen since they were last read.
type counts struct {
	// Calls are the requests of all kinds.
	Calls int
	// Peak is the most that were under way at the same time.
	Peak int
	// Refused are those answered by 429.
	Refused int
	// Kinds are the requests by their path, with an asterisk for each id and slug.
	Kinds map[string]int
}

// idOrSlug is one in a path, after what it names.
var idOrSlug = regexp.MustCompile(`/(spaces|posts|messages)/[^/]+`)

// recorded is an answer of the sandbox.
type recorded struct {
	status int
	header http.Header
	body   []byte
}

func newUpstream(opts sandbox.Options, replay bool) *upstream {
	return &upstream{
		box: sandbox.New(opts), replay: replay, counts: counts{Kinds: map[string]int{}}, answers: map[string]*recorded{},
		latency: func() time.Duration { return 0 },
	}
}

// ServeHTTP answers as the sandbox does, later.
func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == control {
		u.serveControl(w, r)
		return
	}
	u.mu.Lock()
	u.counts.Calls++
	u.counts.Kinds[idOrSlug.ReplaceAllString(r.URL.Path, "/$1/*")]++
	if r.URL.Path != "/cable" { // which stays open
		u.inFlight++
		defer u.finished()
	}
	u.counts.Peak = max(u.counts.Peak, u.inFlight)
	latency := u.latency()
	u.mu.Unlock()
	if latency > 0 {
		wait := time.NewTimer(latency)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return
		}
	}
	u.answer(w, r)
}

func (u *upstream) finished() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.inFlight--
}

func (u *upstream) answer(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/cable" {
		u.box.ServeHTTP(w, r)
		return
	}
	key := r.Header.Get("Authorization") + " " + r.URL.RequestURI()
	var known *recorded
	if u.replay && r.Method == http.MethodGet {
		u.mu.Lock()
		known = u.answers[key]
		u.mu.Unlock()
	}
	if known == nil {
		recorder := httptest.NewRecorder()
		u.box.ServeHTTP(recorder, r)
		known = &recorded{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
		u.keep(r, key, known)
	}
	maps.Copy(w.Header(), known.header)
	w.WriteHeader(known.status)
	_, _ = w.Write(known.body) //nolint:gosec // G705: JSON of our own; who has left needs no answer
}

func (u *upstream) keep(r *http.Request, key string, answer *recorded) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if answer.status == http.StatusTooManyRequests {
		u.counts.Refused++
	}
	if u.replay && r.Method == http.MethodGet && answer.status == http.StatusOK {
		u.answers[key] = answer
	}
}

// serveControl sets the latency if one is given, answers the counts and resets them.
func (u *upstream) serveControl(w http.ResponseWriter, r *http.Request) {
	if latency, err := time.ParseDuration(r.URL.Query().Get("latency")); err == nil {
		u.mu.Lock()
		u.latency = func() time.Duration { return latency }
		u.mu.Unlock()
	}
	_ = json.NewEncoder(w).Encode(u.reset()) // who has left needs no answer
}

// reset returns the counts and starts again at zero.
func (u *upstream) reset() counts {
	u.box.ResetCalls()
	u.mu.Lock()
	defer u.mu.Unlock()
	seen := u.counts
	u.counts = counts{Peak: u.inFlight, Kinds: map[string]int{}}
	return seen
}

// circle is the upstream's process, as the measuring side sees it.
type circle struct{ *process }

// startCircle starts the sandbox.
func startCircle(ctx context.Context, work string, built programs, replay bool) (circle, error) {
	args := []string{built.bench, "upstream", "--listen", "%ADDRESS%"}
	if replay {
		args = append(args, "--replay")
	}
	proc, err := start(ctx, work, program{name: "upstream", args: args, ready: control})
	return circle{proc}, err
}

// reset sets the latency, and gives what was counted since the last time.
func (c circle) reset(ctx context.Context, latency time.Duration) (counts, error) {
	var seen counts
	raw, err := fetch(ctx, http.MethodGet, c.url+control+"?latency="+latency.String(), "", nil)
	if err != nil {
		return seen, err
	}
	return seen, json.Unmarshal(raw, &seen)
}

// token gives a new access token of a member.
func (c circle) token(ctx context.Context, email string) (string, error) {
	body, _ := json.Marshal(map[string]string{"email": email}) // strings cannot fail
	raw, err := fetch(ctx, http.MethodPost, c.url+"/api/v1/headless/auth_token", secret, body)
	if err != nil {
		return "", err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	return answer.AccessToken, json.Unmarshal(raw, &answer)
}

// fetch makes one request, which must succeed.
func fetch(ctx context.Context, method, url, token string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s: %.200s", method, strings.SplitN(url, "?", 2)[0], res.Status, raw)
	}
	return raw, err
}

// client keeps its connections, as everything does that is measured, and asks for no compression: on one machine it
// would only cost time.
var client = &http.Client{
	Transport: &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true},
	Timeout:   time.Minute,
}
