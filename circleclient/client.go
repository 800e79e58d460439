package circleclient

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	memberAPI = "/api/headless/v1"
	authAPI   = "/api/v1/headless" // not a slip: Circle orders the two halves differently

	defaultBaseURL   = "https://app.circle.so"
	defaultUserAgent = "circlegraph/1"
	defaultTimeout   = 15 * time.Second
	defaultMaxBody   = 8 << 20
	defaultRetries   = 2
)

// Config says how to reach Circle. The zero value of a field stands for its default.
type Config struct {
	// BaseURL is Circle's address without a path, https://app.circle.so by default. It must use TLS unless the host is
	// a loopback address.
	BaseURL string
	// CommunityURL is the address of the community's own web pages, for [CookiesService]; BaseURL if empty. The same
	// rules hold for it.
	CommunityURL string
	// HeadlessToken is the community's "Headless Auth" secret, sent only by [AuthService].
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
	// Rest is how long an operation that keeps failing is not called before it is tried again; 5 seconds by default,
	// negative for calling every operation always.
	Rest time.Duration
	// Logger gets one debug line per attempt: method, operation, status and duration, never a token, query or body.
	Logger *slog.Logger
	// Principals remember the tokens that Circle has accepted; if nil, nothing is remembered.
	Principals Principals
	// Memo says how long answers are remembered; not at all by default.
	Memo MemoConfig
	// Budget says how many requests may be sent; any number by default. It needs Principals.
	Budget BudgetConfig
	// Observe is called after each request that was sent, with the operation, such as "GET /api/headless/v1/spaces/{id}",
	// the status, 0 if there was no answer, and how long it took.
	Observe func(operation string, status int, duration time.Duration)
	// Clock gives the time for durations and for Retry-After dates; [time.Now] by default.
	Clock func() time.Time

	wait func(context.Context, time.Duration) error // before a read is sent again; sleep unless a test says otherwise
}

// withDefaults fills in what is not configured.
func (cfg Config) withDefaults() Config {
	cfg.BaseURL = cmp.Or(cfg.BaseURL, defaultBaseURL)
	cfg.UserAgent = cmp.Or(cfg.UserAgent, defaultUserAgent)
	cfg.Timeout = cmp.Or(cfg.Timeout, defaultTimeout)
	cfg.MaxBody = cmp.Or(cfg.MaxBody, defaultMaxBody)
	cfg.Retries = cmp.Or(cfg.Retries, defaultRetries)
	cfg.Rest = cmp.Or(cfg.Rest, defaultRest)
	cfg.Logger = cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	if cfg.Transport == nil {
		cfg.Transport = newTransport()
	}
	if cfg.Principals == nil {
		cfg.Principals = noPrincipals{}
	}
	if cfg.Observe == nil {
		cfg.Observe = func(string, int, time.Duration) {}
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.wait == nil {
		cfg.wait = sleep
	}
	return cfg
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

	config     Config // with defaults
	base       string
	community  string
	http       *http.Client
	principals Principals
	total      *Usage
	currentIDs singleflight.Group // of CurrentID, by token

	send     send // the chain, which these have links in
	memo     *memo
	circuits *circuits
	budget   *budget
}

// New makes a client. It refuses a BaseURL that is not an absolute http(s) address without path, query and user, one
// without TLS off loopback, and a headless token that cannot stand in a header.
func New(cfg Config) (*Client, error) {
	if cfg.Budget.Requests > 0 && cfg.Principals == nil {
		return nil, errors.New("circleclient: a budget needs principals, or every token stays unproven")
	}
	if !headerSafe(cfg.HeadlessToken) {
		return nil, errors.New("circleclient: the headless token holds characters that no token has")
	}
	cfg = cfg.withDefaults()
	base, err := checkBaseURL(cfg.BaseURL)
	if err != nil {
		return nil, err
	}
	community, err := checkBaseURL(cmp.Or(cfg.CommunityURL, base))
	if err != nil {
		return nil, err
	}
	c := &Client{
		config: cfg, base: base, community: community, principals: cfg.Principals, total: &Usage{},
		memo:     newMemo(cfg.Memo, cfg.Principals, cfg.Clock),
		circuits: newCircuits(cfg.Rest),
		budget:   newBudget(cfg.Budget, cfg.Principals, cfg.Clock),
		http: &http.Client{
			Transport: cfg.Transport,
			// No cookie jar: Circle sets session cookies on every answer, and one member's would ride on another's request.
			Jar: nil,
			// An API has nowhere to send us. Not following keeps the Authorization header on the host it is meant for.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	c.send = c.chain()
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

// chain makes memo(retry(circuit(budget(wire)))), from the last link to the first. What is switched off has no link in
// it. The circuit has one on each side of the budget: nothing is spent on an operation that rests, and none is called
// that has begun to rest while the request waited.
func (c *Client) chain() send {
	cfg, next := c.config, c.wire
	for _, l := range []struct {
		on   bool
		link link
	}{
		{cfg.Rest > 0, c.circuits.watch},
		{cfg.Budget.Requests > 0, c.budget.spend},
		{cfg.Rest > 0, c.circuits.spare},
		{cfg.Retries > 0, retry(cfg.Retries, cfg.wait)},
		{true, within(cfg.Timeout)},
		{cfg.Memo.Bytes > 0, c.memo.remember},
	} {
		if l.on {
			next = l.link(next)
		}
	}
	return next
}

// Forget drops all that is remembered of an access token and for it. It is for tokens that are dead.
func (c *Client) Forget(token string) {
	c.principals.Forget(token)
	c.memo.forget(token)
}
