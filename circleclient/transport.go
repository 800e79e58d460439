package circleclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// connsWithoutBudget is how many connections of HTTP/1.1 are held if no budget says how many can be of use: each call
	// takes one.
	connsWithoutBudget = 256
	maxErrorBody       = 64 << 10
)

// errTooLarge is an answer beyond [Config.MaxBody].
var errTooLarge = errors.New("the answer is too large")

// wire is the last link: it sends the request once, and tells the principals what the answer says of the token.
func (c *Client) wire(ctx context.Context, r *request) (*answer, error) {
	r.underWay(true)
	answer, err := c.attempt(ctx, r)
	failure, _ := errors.AsType[*Error](err)
	switch {
	case r.route.auth: // says nothing of the member's token
	case err == nil:
		c.principals.Prove(r.token, 0)
	case failure != nil && isDeadToken(failure.Kind):
		c.Forget(r.caller)
	}
	return answer, err
}

// Sent is a request that was sent to Circle.
type Sent struct {
	// Operation is what was called, such as "GET /api/headless/v1/spaces/{id}".
	Operation string
	// Status is Circle's, 0 if there was no answer.
	Status int
	// Attempt is 1 for the first, more after failures.
	Attempt int
	// Start is when it was sent, Duration how long it took until the answer was read.
	Start    time.Time
	Duration time.Duration
}

// attempt sends the request and reads the answer.
func (c *Client) attempt(ctx context.Context, r *request) (_ *answer, failed error) {
	got, start := &answer{}, c.config.Clock()
	defer func() {
		duration := c.config.Clock().Sub(start)
		c.config.Observe(ctx, Sent{
			Operation: r.operation(), Status: got.status, Attempt: r.attempt + 1, Start: start, Duration: duration,
		})
		c.config.Logger.LogAttrs(ctx, slog.LevelDebug, "circle call", slog.String("method", r.method),
			slog.String("operation", r.route.template), slog.Int("status", got.status), slog.Int("attempt", r.attempt+1),
			slog.Duration("duration", duration), slog.String("request_id", got.requestID()),
			slog.String("cause", Cause(failed)))
	}()
	sending, cancel := withoutValues(ctx)
	defer cancel()
	req, err := c.encode(sending, r)
	if err != nil {
		return nil, r.fail(ErrInvalid, nil, errors.New("the request could not be built"))
	}
	c.config.Propagate(ctx, req.Header)
	r.count(requests, 1)
	if r.usage != nil {
		r.usage.sentTo(r.operation())
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, r.failNetwork(ctx, err)
	}
	defer resp.Body.Close()
	got.status, got.contentType, got.header = resp.StatusCode, resp.Header.Get("Content-Type"), resp.Header
	limit := c.config.MaxBody
	if got.status >= 300 {
		limit = min(limit, maxErrorBody)
	}
	hold := c.hold(r)
	defer hold.End()
	got.body, err = readBody(resp, limit, func(n int) bool { return r.weigh(hold, readWeight*n) })
	switch {
	case got.status >= 300:
		return nil, c.classify(r, got) // by its status, even if the body broke off
	case errors.Is(err, errNoRoom):
		return nil, r.noRoom(got)
	case err != nil:
		return nil, r.failNetwork(ctx, err)
	case int64(len(got.body)) > limit:
		return nil, r.fail(ErrUnavailable, got, errTooLarge)
	case saysNothing(got.body):
		got.body = nil
	case !isJSON(got.contentType):
		return nil, r.fail(ErrUnavailable, got, errors.New("the answer is not JSON"))
	case got.refuses(!r.read):
		return nil, c.refused(r, got)
	}
	return got, nil
}

// saysNothing reports whether a body is empty or null.
func saysNothing(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) == 0 || string(body) == "null"
}

// encode makes an HTTP request.
func (c *Client) encode(ctx context.Context, r *request) (*http.Request, error) {
	target := c.base
	if r.route.community {
		target = c.community
	}
	target += r.route.path
	if len(r.query) > 0 {
		target += "?" + url.Values(r.query).Encode()
	}
	var body io.Reader
	if r.json != nil {
		body = bytes.NewReader(r.json)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+r.caller)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.config.UserAgent)
	if r.json != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// newDialer asks DNS for each connection anew, and tries the other family of addresses after 300 ms, as Go does.
// What pings of HTTP/2 do, probes of TCP do for connections of HTTP/1.1 that are idle.
func newDialer() *net.Dialer {
	return &net.Dialer{
		Timeout:         5 * time.Second,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	}
}

// newTransport makes a pool of as many connections as given. Over HTTP/2, which Circle speaks, one carries many calls.
func newTransport(dialer *net.Dialer, conns int) *http.Transport {
	return &http.Transport{
		Proxy:             http.ProxyFromEnvironment,
		DialContext:       dialer.DialContext,
		ForceAttemptHTTP2: true,
		// A connection that swallows what is sent is noticed by pings, and requests on it fail, before a call times out. Else
		// it would be used for as long as the kernel repeats itself, minutes.
		HTTP2:                 &http.HTTP2Config{SendPingTimeout: 3 * time.Second, PingTimeout: 3 * time.Second},
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		// One host takes all connections; the standard two idle ones would have every burst dial anew.
		MaxIdleConns:        conns,
		MaxIdleConnsPerHost: conns,
		MaxConnsPerHost:     conns,
	}
}

// withoutValues returns a context that ends with ctx and holds nothing of it. A pooled transport keeps the context of a
// request that had to wait for a connection until the next one has to wait, and ours holds all that an operation has
// read.
func withoutValues(ctx context.Context) (context.Context, context.CancelFunc) {
	bare, cancel := context.WithCancel(context.Background())
	if deadline, limited := ctx.Deadline(); limited {
		cancel()
		bare, cancel = context.WithDeadline(context.Background(), deadline)
	}
	stop := context.AfterFunc(ctx, cancel)
	if ctx.Err() != nil {
		cancel() // before the function above comes to it
	}
	return bare, func() {
		stop()
		cancel()
	}
}

// readBody reads an answer, or as much of it as shows that it exceeds the limit. take reports whether there is room for
// n bytes more.
func readBody(resp *http.Response, limit int64, take func(n int) bool) ([]byte, error) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Cap() <= maxBuffer {
			buffer.Reset()
			buffers.Put(buffer)
		}
	}()
	_, err := buffer.ReadFrom(weighed{io.LimitReader(resp.Body, limit+1), take})
	return bytes.Clone(buffer.Bytes()), err
}

// buffers are kept for the next answers. Circle compresses what it sends and does not say how long it is: a new buffer
// for each answer would have to grow, and be copied, again and again.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxBuffer is the capacity, in bytes, up to which a buffer is kept.
const maxBuffer = 1 << 20

func checkBaseURL(raw string) (string, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("circleclient: the base URL must be an absolute http or https address")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return "", errors.New("circleclient: the base URL must have neither path, query nor user")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", errors.New("circleclient: the base URL must use https, because tokens travel with every request")
	}
	return u.Scheme + "://" + u.Host, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func isJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

// headerSafe reports whether s can stand in a header. net/http would refuse it too, but later and with another error.
func headerSafe(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}
