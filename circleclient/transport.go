package circleclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const maxConns = 64

func newTransport() http.RoundTripper {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		// One host takes all connections; the standard two idle ones would have every burst dial anew.
		MaxIdleConns:        maxConns,
		MaxIdleConnsPerHost: maxConns,
		MaxConnsPerHost:     maxConns,
	}
}

// withoutValues returns a context that ends with ctx and holds nothing of it. A pooled transport keeps the context of a
// request that had to wait for a connection until the next one has to, and all that an operation has read hangs on
// ours.
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

// readBody reads an answer, or as much of it as shows that it exceeds the limit.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	buffer := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Cap() <= maxBuffer {
			buffer.Reset()
			buffers.Put(buffer)
		}
	}()
	_, err := buffer.ReadFrom(io.LimitReader(resp.Body, limit+1))
	return bytes.Clone(buffer.Bytes()), err
}

// buffers are at rest. Circle compresses what it sends and does not say how long it is: a new buffer for each answer
// would have to grow, and be copied, again and again.
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
