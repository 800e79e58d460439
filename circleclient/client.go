package circleclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/singleflight"

	"circlegraph/circleclient/lenient"
)

const (
	memberAPI = "/api/headless/v1"
	authAPI   = "/api/v1/headless" // not a slip: Circle orders the two halves differently

	defaultBaseURL   = "https://app.circle.so"
	defaultUserAgent = "circlegraph/1"
	defaultTimeout   = 15 * time.Second
	defaultMaxBody   = 8 << 20
	defaultRetries   = 2

	maxErrorBody = 64 << 10
)

// Config says how to reach Circle. The zero value of each field stands for its default.
type Config struct {
	// BaseURL is Circle's address without a path, https://app.circle.so by default. It must use TLS unless the host is
	// a loopback address.
	BaseURL string
	// CommunityURL is the address of the community's own web pages, for [CookiesService]; BaseURL where empty. The same
	// rules hold for it.
	CommunityURL string
	// HeadlessToken is the community's "Headless Auth" secret, sent by [AuthService] alone.
	HeadlessToken string
	// UserAgent names this program. Circle's edge bans some programs' default names, so it is never left out.
	UserAgent string
	// Timeout bounds one call with all its retries, within the caller's own deadline; 15 seconds by default.
	Timeout time.Duration
	// Transport replaces the pooled transport.
	Transport http.RoundTripper
	// MaxBody is the largest answer read, in bytes after decompression; 8 MiB by default.
	MaxBody int64
	// Retries is how often a read is tried again; 2 by default, negative for never. Writes are never tried again.
	Retries int
	// Rest is how long an operation that keeps failing is left alone before it is tried again; 5 seconds by default,
	// negative for never leaving any alone.
	Rest time.Duration
	// Logger gets one debug line per attempt: method, operation, status and duration, never a token, query or body.
	Logger *slog.Logger
	// Principals remember the tokens that Circle has accepted; nothing is remembered where nil.
	Principals Principals
	// Memo says how long answers are remembered; not at all by default.
	Memo MemoConfig
	// Budget says how many requests may be sent; any number by default. It needs Principals.
	Budget BudgetConfig
	// Observe is told of each request that was sent: the operation, such as "GET /api/headless/v1/spaces/{id}", the
	// status, 0 where there was no answer, and how long it took.
	Observe func(operation string, status int, duration time.Duration)
	// Clock tells the time for durations and for Retry-After dates; [time.Now] by default.
	Clock func() time.Time
}

// Client calls Circle's headless APIs. It is safe for concurrent use.
type Client struct {
	Auth          *AuthService
	Members       *MembersService
	Spaces        *SpacesService
	Posts         *PostsService
	Comments      *CommentsService
	Events        *EventsService
	Notifications *NotificationsService
	Bookmarks     *BookmarksService
	Courses       *CoursesService
	Quizzes       *QuizzesService
	Chat          *ChatService
	Uploads       *UploadsService
	Search        *SearchService
	Cookies       *CookiesService

	base       string
	community  string
	secret     string
	userAgent  string
	timeout    time.Duration
	maxBody    int64
	retries    int
	http       *http.Client
	log        *slog.Logger
	principals Principals
	memo       *memo      // nil where nothing is to be remembered
	admission  *admission // nil where there is no budget
	circuits   *circuits
	total      *Usage
	observe    func(operation string, status int, duration time.Duration)
	whose      singleflight.Group // of CurrentID, by token
	now        func() time.Time
	wait       func(context.Context, time.Duration) error
}

// New makes a client. It refuses a BaseURL that is not an absolute http(s) address without path, query and user, one
// without TLS off loopback, and a headless token that cannot stand in a header.
func New(cfg Config) (*Client, error) {
	base, err := checkBaseURL(or(cfg.BaseURL, defaultBaseURL))
	if err != nil {
		return nil, err
	}
	if cfg.Budget.Requests > 0 && cfg.Principals == nil {
		return nil, errors.New("circleclient: a budget needs principals, or every token stays unproven")
	}
	community := base
	if cfg.CommunityURL != "" {
		if community, err = checkBaseURL(cfg.CommunityURL); err != nil {
			return nil, err
		}
	}
	if !headerSafe(cfg.HeadlessToken) {
		return nil, errors.New("circleclient: the headless token holds characters that no token has")
	}
	c := &Client{
		base:       base,
		community:  community,
		secret:     cfg.HeadlessToken,
		userAgent:  or(cfg.UserAgent, defaultUserAgent),
		timeout:    or(cfg.Timeout, defaultTimeout),
		maxBody:    or(cfg.MaxBody, defaultMaxBody),
		retries:    max(or(cfg.Retries, defaultRetries), 0),
		log:        cfg.Logger,
		principals: cfg.Principals,
		total:      &Usage{},
		circuits:   newCircuits(or(cfg.Rest, defaultRest)),
		observe:    cfg.Observe,
		now:        cfg.Clock,
		wait:       sleep,
	}
	transport := cfg.Transport
	if transport == nil {
		transport = newTransport()
	}
	c.http = &http.Client{
		Transport: transport,
		// No cookie jar: Circle sets session cookies on every answer, and one member's would ride on another's request.
		Jar: nil,
		// An API has nowhere to send us. Not following keeps the Authorization header on the host it is meant for.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.principals == nil {
		c.principals = noPrincipals{}
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.observe == nil {
		c.observe = func(string, int, time.Duration) {}
	}
	c.memo = newMemo(cfg.Memo, c.principals, c.total, c.now)
	c.admission = newAdmission(cfg.Budget, c.principals, c.total, c.now)
	c.Auth = &AuthService{c}
	c.Members = &MembersService{c}
	c.Spaces = &SpacesService{c}
	c.Posts = &PostsService{c}
	c.Comments = &CommentsService{c}
	c.Events = &EventsService{c}
	c.Notifications = &NotificationsService{c}
	c.Bookmarks = &BookmarksService{c}
	c.Courses = &CoursesService{c}
	c.Quizzes = &QuizzesService{c}
	c.Chat = &ChatService{c}
	c.Uploads = &UploadsService{c}
	c.Search = &SearchService{c}
	c.Cookies = &CookiesService{c}
	return c, nil
}

// TokenSource gives the access token of the member who is asking.
type TokenSource interface {
	// Token returns the token, or why there is none; every call to the Member API returns that error as it is.
	Token() (string, error)
}

type tokenSourceKey struct{}

// WithTokenSource returns a context whose calls to the Member API are made as ts's member.
func WithTokenSource(ctx context.Context, ts TokenSource) context.Context {
	return context.WithValue(ctx, tokenSourceKey{}, ts)
}

// call is one request of an operation.
type call struct {
	method string
	route  route
	query  query
	body   any  // sent as JSON unless nil; the one place that takes any, because encoding does
	read   bool // a POST that changes nothing, so it may be tried again
}

// operation names what is called, as errors and metrics do.
func (c call) operation() string { return c.method + " " + c.route.template }

// get reads. The answer is never nil without an error, nor empty.
func get[T any](ctx context.Context, c *Client, r route, q query) (*T, error) {
	return do[T](ctx, c, call{method: http.MethodGet, route: r, query: q, read: true})
}

// getList reads an answer that is a bare array.
func getList[T any](ctx context.Context, c *Client, r route, q query) ([]T, error) {
	list, err := get[[]T](ctx, c, r, q)
	if err != nil {
		return nil, err
	}
	return *list, nil
}

// write writes and decodes the answer. Circle leaves some answers to writes empty: then the value is zero.
func write[T any](ctx context.Context, c *Client, method string, r route, body any) (*T, error) {
	return do[T](ctx, c, call{method: method, route: r, body: body})
}

// exec writes where the answer says nothing but "done".
func exec(ctx context.Context, c *Client, method string, r route, body any) error {
	_, err := do[nothing](ctx, c, call{method: method, route: r, body: body})
	return err
}

// nothing is an answer that nobody reads.
type nothing struct{}

// do makes the call and decodes the answer into a T, which is never nil without an error.
func do[T any](ctx context.Context, c *Client, call call) (*T, error) {
	out := new(T)
	_, ignore := any(out).(*nothing)
	token, err := c.authorization(ctx, call)
	if err != nil {
		return nil, err
	}
	answer, err := c.roundTrip(ctx, call, token)
	if err != nil {
		return nil, err
	}
	if ignore || len(answer.body) == 0 && !call.read {
		return out, nil
	}
	if err := lenient.Decode(answer.body, out); err != nil {
		if c.memo != nil {
			c.memo.drop(call, token)
		}
		return nil, call.fail(ErrUnavailable, answer, err)
	}
	return out, nil
}

// answer is what came back, whatever it says.
type answer struct {
	status      int
	contentType string
	header      http.Header
	body        []byte
}

// roundTrip answers the call, from memory where that will do.
func (c *Client) roundTrip(ctx context.Context, call call, token string) (*answer, error) {
	ask := func(ctx context.Context) (*answer, error) { return c.ask(ctx, call, token) }
	switch {
	case c.memo == nil || call.route.auth:
		return ask(ctx)
	case call.memorable():
		return c.memo.read(ctx, call, token, ask)
	case !call.read:
		defer c.memo.wrote(call, token)
	}
	return ask(ctx)
}

// ask makes the call, again where that is safe, and classifies the failure if there is one.
func (c *Client) ask(ctx context.Context, call call, token string) (*answer, error) {
	var body []byte
	if call.body != nil {
		var err error
		if body, err = json.Marshal(call.body); err != nil {
			return nil, call.fail(ErrInvalid, nil, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	for attempt := 0; ; attempt++ {
		answer, err := c.admitted(ctx, call, token, body, attempt)
		if err == nil {
			return answer, nil
		}
		if !call.read || attempt >= c.retries || !c.memo.wanted(ctx) || !c.pause(ctx, err, attempt) {
			return nil, err
		}
	}
}

// admitted sends the request once it may be sent, and learns from what comes of it.
func (c *Client) admitted(ctx context.Context, call call, token string, body []byte, attempt int) (*answer, error) {
	if err := c.circuits.resting(call); err != nil {
		return nil, err
	}
	done, err := c.admission.admit(ctx, call, token)
	if err != nil {
		return nil, err
	}
	defer done()
	c.memo.sent(ctx)
	answer, err := c.circuits.through(call, func() (*answer, error) { return c.attempt(ctx, call, token, body, attempt) })
	failure, _ := errors.AsType[*Error](err)
	c.admission.learn(err == nil, failure)
	switch {
	case call.route.auth: // says nothing of the member's token
	case err == nil:
		c.principals.Prove(token, 0)
	case failure != nil && isDeadToken(failure.Kind):
		c.Forget(token)
		c.admission.refuse(token, failure.Kind)
	}
	return answer, err
}

// Forget drops all that is remembered of an access token and for it. It is for tokens that are dead.
func (c *Client) Forget(token string) {
	c.principals.Forget(token)
	if c.memo != nil {
		c.memo.forget(token)
	}
}

// authorization returns what the Authorization header carries: the community's secret for the Auth API, else the
// member's token.
func (c *Client) authorization(ctx context.Context, call call) (string, error) {
	if call.route.err != nil {
		return "", call.fail(ErrInvalid, nil, call.route.err)
	}
	if call.route.auth {
		if c.secret == "" {
			return "", call.fail(ErrCommunitySecret, nil, errors.New("no headless token is configured"))
		}
		return c.secret, nil
	}
	source, _ := ctx.Value(tokenSourceKey{}).(TokenSource)
	if source == nil {
		return "", call.fail(ErrNoToken, nil, nil)
	}
	token, err := source.Token()
	switch {
	case err != nil:
		return "", err
	case token == "":
		return "", call.fail(ErrNoToken, nil, nil)
	case !headerSafe(token):
		return "", call.fail(ErrTokenInvalid, nil, nil)
	}
	return token, nil
}

// attempt sends the request once.
func (c *Client) attempt(
	ctx context.Context, call call, token string, body []byte, attempt int,
) (_ *answer, err error) {
	start := c.now()
	status := 0
	requestID := ""
	defer func() {
		duration := c.now().Sub(start)
		c.observe(call.operation(), status, duration)
		c.log.LogAttrs(ctx, slog.LevelDebug, "circle call", slog.String("method", call.method),
			slog.String("operation", call.route.template), slog.Int("status", status), slog.Int("attempt", attempt+1),
			slog.Duration("duration", duration), slog.String("request_id", requestID))
	}()
	base := c.base
	if call.route.community {
		base = c.community
	}
	target := base + call.route.path
	if len(call.query) > 0 {
		target += "?" + url.Values(call.query).Encode()
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	sending, cancel := withoutValues(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(sending, call.method, target, reader)
	if err != nil {
		return nil, call.fail(ErrInvalid, nil, errors.New("the request could not be built"))
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	c.total.count(ctx, requests, 1)
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, call.failNetwork(ctx, err)
	}
	defer resp.Body.Close()
	status = resp.StatusCode
	requestID = cleanRequestID(resp.Header.Get("X-Request-Id"))
	got := &answer{status: status, contentType: resp.Header.Get("Content-Type"), header: resp.Header}
	limit := c.maxBody
	if status >= 300 {
		limit = min(limit, maxErrorBody)
	}
	got.body, err = readBody(resp, limit)
	switch {
	case status >= 300:
		return nil, c.classify(call, got) // by its status, even where the body broke off
	case err != nil:
		return nil, call.failNetwork(ctx, err)
	case int64(len(got.body)) > limit:
		return nil, call.fail(ErrUnavailable, got, fmt.Errorf("the answer exceeds %d bytes", limit))
	case len(bytes.TrimSpace(got.body)) == 0:
		got.body = nil
	case !isJSON(got.contentType):
		return nil, call.fail(ErrUnavailable, got, errors.New("the answer is not JSON"))
	}
	return got, nil
}

func or[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
