// Package sandbox is an in-memory Circle community served over HTTP: the operations of the Auth API and of the headless
// Member API with Circle's paths, shapes, status codes and error sentences, over a community that is made up and the
// same at every start. Nothing leaves the process and nothing is kept.
package sandbox

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// DefaultHeadlessToken is the community secret when Options names none. It guards made-up data only.
const DefaultHeadlessToken = "sandbox-headless-token"

// DefaultPublicURL is the made-up address of the community's pages.
const DefaultPublicURL = "https://allotment.example.com"

// Path prefixes of the two APIs; note the swapped halves.
const (
	memberAPI = "/api/headless/v1"
	authAPI   = "/api/v1/headless"
)

// Options are the settings of a sandbox. The zero value is usable.
type Options struct {
	// HeadlessToken is the community secret that the Auth API asks for; DefaultHeadlessToken if empty.
	HeadlessToken string
	// Clock is the sandbox's time; the system's if nil. The seed's times are relative to the time of New.
	Clock *Clock
	// Latency is the wait before every answer. It ends if the caller gives up.
	Latency time.Duration
	// RateLimit is the number of requests that one IP address may send in five minutes (Circle's own figure is 2,000)
	// before it gets 429; 0 is no limit.
	RateLimit int
	// PublicURL begins the addresses of posts and spaces, without a trailing slash; DefaultPublicURL if empty.
	PublicURL string
	// StorageURL begins the addresses of uploads and downloads; PublicURL if empty. Uploads only work if it leads to this
	// server.
	StorageURL string
	// Crowd is the number of further members, who have joined the open spaces and written nothing. Their addresses are
	// crowd-1@example.com and so on.
	Crowd int
	// TokenLife is how long access tokens last; an hour, as Circle's do, if zero.
	TokenLife time.Duration
	// Cable says how the websocket behaves.
	Cable CableOptions
}

// Sandbox is one community. It is an http.Handler and safe for concurrent use.
type Sandbox struct {
	clock      *Clock
	secret     string
	publicURL  string
	founded    time.Time // about when the community began
	storageURL string
	latency    time.Duration
	tokenLife  time.Duration
	limiter    *rateLimiter
	cables     *cables
	mux        *http.ServeMux

	mu     sync.Mutex // guards what follows, and everything inside store and vault
	store  *store
	vault  *vault
	calls  []Call
	serial int64 // of requests, for x-request-id
}

// New seeds a community.
func New(opts Options) *Sandbox {
	s := &Sandbox{
		clock:     opts.Clock,
		secret:    opts.HeadlessToken,
		publicURL: strings.TrimSuffix(opts.PublicURL, "/"),
		latency:   opts.Latency,
		tokenLife: cmp.Or(opts.TokenLife, accessTokenLife),
		cables:    newCables(opts.Cable),
		mux:       http.NewServeMux(),
		store:     newStore(),
		vault:     newVault(),
	}
	if s.clock == nil {
		s.clock = NewSystemClock()
	}
	if s.secret == "" {
		s.secret = DefaultHeadlessToken
	}
	if s.publicURL == "" {
		s.publicURL = DefaultPublicURL
	}
	s.storageURL = cmp.Or(strings.TrimSuffix(opts.StorageURL, "/"), s.publicURL)
	if opts.RateLimit > 0 {
		s.limiter = newRateLimiter(opts.RateLimit)
	}
	now := s.clock.Now()
	s.founded = now.Add(-1000 * day)
	s.seed(now, opts.Crowd)
	s.mount(authAPI, s.checkSecret, s.authRoutes())
	s.mount(memberAPI, s.authenticate, s.memberRoutes(), s.spaceRoutes(), s.postRoutes(), s.uploadRoutes(),
		s.searchRoutes(), s.cookieRoutes(), s.commentRoutes(), s.eventRoutes(), s.notificationRoutes(),
		s.bookmarkRoutes(), s.courseRoutes(), s.quizRoutes(), s.chatRoutes(), s.chatThreadRoutes(), s.reactionRoutes(),
		s.liveRoomRoutes())
	s.mountStorage()
	s.mux.HandleFunc("GET /cable", s.serveCable)
	s.mux.HandleFunc("/", s.serveNotFoundPage)
	return s
}

// handler answers the calls of one operation.
type handler func(*request) answer

// route is an operation: its official method and path, without the prefix of its API, and its handler.
type route struct {
	call   string
	handle handler
}

// found makes a handler of one that needs a record. If find refuses, it answers the refusal.
func found[T any](find func(*request) (T, answer), handle func(*request, T) answer) handler {
	return func(q *request) answer {
		record, refusal := find(q)
		if refusal.status != 0 {
			return refusal
		}
		return handle(q, record)
	}
}

// mount serves the routes of an API below its prefix. admit refuses callers without the right token. Method and full
// path are both the mux pattern and the name of the operation.
func (s *Sandbox) mount(prefix string, admit handler, domains ...[]route) {
	for _, r := range slices.Concat(domains...) {
		operation := strings.Replace(r.call, " ", " "+prefix, 1)
		s.mux.Handle(operation, s.serve(operation, admit, r.handle))
	}
}

// ServeHTTP answers one call.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.latency > 0 {
		wait := time.NewTimer(s.latency)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return
		}
	}
	s.setEdgeHeaders(w, r)
	if s.limiter != nil && !s.limiter.allow(clientIP(r), s.clock.Now()) {
		s.log(Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Status: http.StatusTooManyRequests})
		// Circle documents no body; this is what Rack::Attack says by itself.
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte("Retry later\n"))
		return
	}
	s.mux.ServeHTTP(w, r)
}

// serve makes an HTTP handler of an operation's: it adds authentication, the lock and the log of calls.
func (s *Sandbox) serve(operation string, admit, handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q, a := readRequest(w, r)
		s.mu.Lock()
		q.now = s.clock.Now()
		if a.status == 0 {
			a = admit(q)
		}
		if a.status == 0 {
			a = handle(q)
		}
		raw, err := a.encode() // under the lock: bodies may share memory with the store
		call := Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Operation: operation, Status: a.status}
		if q.member != nil {
			call.MemberID = q.member.id
		}
		if err != nil {
			call.Status = http.StatusInternalServerError
		}
		s.keep(call)
		s.mu.Unlock()
		if err != nil {
			http.Error(w, "the sandbox could not encode its answer: "+err.Error(), http.StatusInternalServerError)
			return
		}
		writeAnswer(w, r, a.status, raw)
	})
}

// Reachable has the addresses of files in an answer begin with the origin by which clients reach them, see
// [Sandbox.ServeFiles]. Without an origin the answer stays as it is.
func (s *Sandbox) Reachable(origin string, answer []byte) []byte {
	if origin == "" {
		return answer
	}
	return bytes.ReplaceAll(answer, []byte(s.storageURL+storagePath), []byte(origin+storagePath))
}

// Call is one request that the sandbox has answered.
type Call struct {
	// Method, Path and Query are as they came, the query still encoded.
	Method, Path, Query string
	// Operation is method and official path, e.g. "GET /api/headless/v1/spaces/{space_id}/posts"; empty if no operation
	// has that path or the rate limit refused the call.
	Operation string
	// Status is the HTTP status of the answer.
	Status int
	// MemberID is the caller's community member id; 0 for the Auth API and for refused tokens.
	MemberID int64
}

// maxCalls bounds the log: a sandbox may run for weeks.
const maxCalls = 100_000

// Calls returns a copy of the log of calls, oldest first. Of more than 100,000 it has at least the latest half of that.
func (s *Sandbox) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// ResetCalls empties the log of calls.
func (s *Sandbox) ResetCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

func (s *Sandbox) log(c Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(c)
}

// keep enters a call into the log, under the lock.
func (s *Sandbox) keep(c Call) {
	if len(s.calls) >= maxCalls {
		s.calls = slices.Clone(s.calls[maxCalls/2:])
	}
	s.calls = append(s.calls, c)
}

// setEdgeHeaders sets the headers of Circle's edge. The cookies matter: a client that keeps them would carry one
// member's session into another member's call.
func (s *Sandbox) setEdgeHeaders(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.serial++
	serial := s.serial
	s.mu.Unlock()
	id := uuidOf("request", serial)
	h := w.Header()
	h.Set("X-Request-Id", id)
	h.Set("X-Runtime", "0.056120")
	h.Set("Vary", "Origin")
	cookies := []string{"__cf_bm", "ahoy_visitor", "ahoy_visit"}
	if r.Method == http.MethodPost {
		cookies = append(cookies, "_circle_session")
	}
	for _, name := range cookies {
		http.SetCookie(w, &http.Cookie{
			Name: name, Value: id, Path: "/", Secure: true, HttpOnly: true,
			SameSite: http.SameSiteNoneMode,
		})
	}
}

// uuidOf is the UUID of a thing: the same for the same id at every start.
func uuidOf(kind string, id int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, id))
	sum[6], sum[8] = sum[6]&0x0f|0x40, sum[8]&0x3f|0x80 // version 4, as Circle's are
	text := hex.EncodeToString(sum[:16])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// serveNotFoundPage answers unknown paths as Circle does: with the web application's page, not with JSON.
func (s *Sandbox) serveNotFoundPage(w http.ResponseWriter, r *http.Request) {
	s.log(Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Status: http.StatusNotFound})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("<!DOCTYPE html>\n<html><head><title>The page you were looking for doesn't exist " +
		"(404)</title></head>" +
		"<body><h1>The page you were looking for doesn't exist.</h1></body></html>\n"))
}

func writeAnswer(w http.ResponseWriter, r *http.Request, status int, raw []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	switch {
	case status == http.StatusNoContent:
		h.Del("Content-Type")
	case status == http.StatusOK && r.Method == http.MethodGet:
		sum := sha256.Sum256(raw)
		h.Set("ETag", `W/"`+hex.EncodeToString(sum[:16])+`"`)
		h.Set("Cache-Control", "max-age=0, private, must-revalidate")
	default:
		h.Set("Cache-Control", "no-cache")
	}
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

// answer is what a handler returns. The zero value means "no answer yet": helpers that may refuse return it if they do
// not.
type answer struct {
	status int
	body   any // encoded as JSON; nil: an empty body
}

func (a answer) encode() ([]byte, error) {
	if a.body == nil {
		return nil, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a.body); err != nil {
		return nil, err
	}
	return bytes.TrimRight(buf.Bytes(), "\n"), nil
}

// rateLimiter counts the requests of each address in fixed windows.
type rateLimiter struct {
	limit int

	mu      sync.Mutex
	windows map[string]window
}

type window struct {
	start time.Time
	count int
}

// limitWindow is the length of Circle's window.
const limitWindow = 5 * time.Minute

func newRateLimiter(limit int) *rateLimiter {
	return &rateLimiter{limit: limit, windows: map[string]window{}}
}

func (l *rateLimiter) allow(ip string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	win := l.windows[ip]
	if now.Sub(win.start) >= limitWindow {
		win = window{start: now}
	}
	win.count++
	l.windows[ip] = win
	return win.count <= l.limit
}

func clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
