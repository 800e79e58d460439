package circleclient

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"circlegraph/internal/memory"
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
	// Logger gets one debug line per attempt: method, operation, status, duration and cause, and a warning if an operation
	// keeps failing. Never a token, query or body.
	Logger *slog.Logger
	// Principals remember the tokens that Circle has accepted; if nil, nothing is remembered.
	Principals Principals
	// Memo says how long answers are remembered; not at all by default.
	Memo MemoConfig
	// Budget says how many requests may be sent; any number by default. It needs Principals.
	Budget BudgetConfig
	// OnWrote is called at the end of each write, before its caller goes on; nobody is told if nil. Other processes that
	// serve the member tell their clients by [Client.Wrote].
	OnWrote func(ctx context.Context, w Written)
	// Memory is what answers share with all else that the process holds for its clients; nil for any number of bytes.
	Memory *memory.Budget
	// Observe is called after each request that was sent, with the context of the call.
	Observe func(context.Context, Sent)
	// Propagate adds headers to a request that tell Circle what it belongs to; none if nil.
	Propagate func(context.Context, http.Header)
	// Rewrite changes what is read of an answer, for the context of the call; nothing if nil. What is remembered stays as
	// Circle has sent it.
	Rewrite func(ctx context.Context, body []byte) []byte
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
		cfg.Transport = newTransport(newDialer(), cfg.Budget.underWay(cfg.Timeout))
	}
	if cfg.Principals == nil {
		cfg.Principals = noPrincipals{}
	}
	if cfg.Observe == nil {
		cfg.Observe = func(context.Context, Sent) {}
	}
	if cfg.Propagate == nil {
		cfg.Propagate = func(context.Context, http.Header) {}
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
	headless   atomic.Pointer[string] // the community's secret
	currentIDs singleflight.Group     // of CurrentID, by token
	onForget   []func(token TokenHash)

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
		memo:     newMemo(cfg.Memo, cfg.Principals, cfg.Clock, cfg.OnWrote),
		circuits: newCircuits(cfg),
		budget:   newBudget(cfg.Budget, cfg.Principals, cfg.Clock),
		http: &http.Client{
			Transport: cfg.Transport,
			// No cookie jar: Circle sets session cookies on every answer, and one member's would ride on another's request.
			Jar: nil,
			// An API has nowhere to send us. Not following keeps the Authorization header on the host it is meant for.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	c.budget.learnOwner = c.learnOwner
	c.send = c.chain()
	c.Auth = &AuthService{c}
	if err := c.Auth.UseHeadlessToken(cfg.HeadlessToken); err != nil {
		return nil, err
	}
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

// chain makes rewrite(record(memo(retry(circuit(budget(wire)))))), from the last link to the first. What is switched
// off has no link in it. The circuit has one on each side of the budget: nothing is spent on an operation that rests,
// and none is called that has begun to rest while the request waited.
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
		{true, keepWithin},
		{cfg.Memo.Bytes > 0, c.memo.remember},
		{true, record},
		{cfg.Rewrite != nil, rewrite(cfg.Rewrite)},
	} {
		if l.on {
			next = l.link(next)
		}
	}
	return next
}

// Forget drops all that is remembered of an access token and for it. It is for tokens that are dead.
func (c *Client) Forget(token string) {
	hash := HashToken(token)
	c.principals.Forget(hash)
	c.Ended(hash)
}

// Ended drops what is remembered for a token that another process has found dead.
func (c *Client) Ended(token TokenHash) {
	c.memo.forget(token)
	for _, forget := range c.onForget {
		forget(token)
	}
}

// Wrote drops what a write that another process has sent for a member has touched.
func (c *Client) Wrote(w Written) { c.memo.writtenElsewhere(w) }

// OnForget has dead tokens told to somebody else as well. It must be called before the client is used.
func (c *Client) OnForget(forget func(token TokenHash)) { c.onForget = append(c.onForget, forget) }

// ChangedChat drops what a member has read of chat rooms, messages and threads, because others have changed it.
func (c *Client) ChangedChat(memberID int64) { c.memo.changed(memberID, classChat) }

// ChangedNotifications drops what a member has read of notifications and their counts.
func (c *Client) ChangedNotifications(memberID int64) { c.memo.changed(memberID, classNotifications) }
