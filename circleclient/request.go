package circleclient

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"circlegraph/circleclient/lenient"
	"circlegraph/internal/memory"
)

// request is one call of an operation: what is called, who asks and how. The links of [Client.chain] pass it on.
type request struct {
	method string
	route  route
	query  query
	body   any  // sent as JSON unless nil; the one place that takes any, because encoding does
	read   bool // a GET, or a POST that changes nothing, so it may be sent again

	// From the context, see [Asking].
	caller  string    // what the Authorization header carries: the member's token, or the community's secret
	token   TokenHash // of caller
	address netip.Addr
	fresh   bool
	maxAge  time.Duration
	idle    bool    // nobody waits for the answer
	vouched string  // whose turn it is by the proof they have shown, see [Vouched]; empty if nobody vouches
	screen  *screen // nil if the call stands by itself
	usage   *Usage  // nil if nobody counts
	total   *Usage  // of the client

	allowance *Allowance // nil if any number may be sent
	record    *Record    // nil if nobody keeps the answer

	// From link to link.
	json    []byte  // the body
	flight  *flight // of the memo; nil if only the caller waits for the answer
	stale   bool    // a stale answer is available, so this one is not needed badly
	attempt int     // how many have failed
	taken   bool    // from the allowance
}

// answer is what Circle says, whatever it is.
type answer struct {
	status      int
	contentType string
	header      http.Header
	body        []byte
}

// send answers a request. An error is an [*Error], or a panic that the memo has caught.
type send func(context.Context, *request) (*answer, error)

// link answers a request by itself or by what is next, see [Client.chain].
type link func(next send) send

// get reads. The answer is never nil without an error, nor empty.
func get[T any](ctx context.Context, c *Client, r route, q query) (*T, error) {
	return do[T](ctx, c, &request{method: http.MethodGet, route: r, query: q, read: true})
}

// getList reads an answer that is a bare array.
func getList[T any](ctx context.Context, c *Client, r route, q query) ([]T, error) {
	list, err := get[[]T](ctx, c, r, q)
	if err != nil {
		return nil, err
	}
	return *list, nil
}

// write writes and decodes the answer. The value is zero if Circle documents the answer as empty, see [emptyAnswers].
func write[T any](ctx context.Context, c *Client, method string, r route, body any) (*T, error) {
	return do[T](ctx, c, &request{method: method, route: r, body: body})
}

// exec writes if the answer says nothing but "done".
func exec(ctx context.Context, c *Client, method string, r route, body any) error {
	_, err := do[nothing](ctx, c, &request{method: method, route: r, body: body})
	return err
}

// nothing is an answer that nobody reads.
type nothing struct{}

// do sends the request and decodes the answer into a T, which is never nil without an error.
func do[T any](ctx context.Context, c *Client, r *request) (*T, error) {
	out := new(T)
	_, ignore := any(out).(*nothing)
	if err := c.prepare(ctx, r); err != nil {
		return nil, err
	}
	answer, err := c.send(ending(ctx), r)
	if page, hasParts := any(out).(inParts); hasParts && r.tooLarge(err) {
		if ok, failed := page.readInParts(ctx, c, r); ok {
			return out, failed
		}
	}
	if err != nil {
		return nil, err
	}
	if ignore {
		if !r.confirmedBy(answer) {
			return nil, r.fail(ErrUnavailable, answer, errUnconfirmed)
		}
		return out, nil
	}
	if len(answer.body) == 0 && r.confirmedBy(answer) && !r.read && !nameless(out) {
		return out, nil
	}
	if !r.weigh(memory.From(ctx), decodedWeight*len(answer.body)) {
		return nil, r.noRoom(answer)
	}
	if err := lenient.Decode(answer.body, out); err != nil {
		c.memo.drop(r)
		return nil, r.fail(ErrUnavailable, answer, err)
	}
	if nameless(out) {
		c.memo.drop(r)
		return nil, r.fail(ErrUnavailable, answer, errNameless)
	}
	if page, ok := any(out).(interface{ settle(*request) }); ok {
		page.settle(r)
	}
	return out, nil
}

// prepare fills in what the context says about the asking, once.
func (c *Client) prepare(ctx context.Context, r *request) (err error) {
	if r.caller != "" {
		return nil
	}
	if r.route.err != nil {
		return r.fail(ErrInvalid, nil, r.route.err)
	}
	asking := AskingFrom(ctx)
	if r.caller, err = c.authorization(r, asking.Caller); err != nil {
		return err
	}
	r.token = HashToken(r.caller)
	r.address, r.fresh, r.vouched, r.screen = asking.Address, asking.Fresh, asking.vouched, asking.screen
	r.maxAge = asking.MaxAge
	r.usage, r.total, r.idle = asking.Usage, c.total, asking.Background
	r.allowance, r.record = asking.allowance, asking.record
	if r.body != nil {
		if r.json, err = json.Marshal(r.body); err != nil {
			return r.fail(ErrInvalid, nil, err)
		}
	}
	return nil
}

// authorization returns what the Authorization header carries: the community's secret for the Auth API, else the
// caller's token.
func (c *Client) authorization(r *request, caller TokenSource) (string, error) {
	if r.route.auth {
		headless := *c.headless.Load()
		if headless == "" {
			return "", r.fail(ErrCommunitySecret, nil, errors.New("no headless token is configured"))
		}
		return headless, nil
	}
	if caller == nil {
		return "", r.fail(ErrNoToken, nil, nil)
	}
	token, err := caller.Token()
	switch {
	case err != nil:
		return "", err
	case token == "":
		return "", r.fail(ErrNoToken, nil, nil)
	case !headerSafe(token):
		return "", r.fail(ErrTokenInvalid, nil, nil)
	}
	return token, nil
}

// operation names what is called, as errors and metrics do.
func (r *request) operation() string { return r.method + " " + r.route.template }

// count adds n to a figure of all calls and of those of the caller.
func (r *request) count(f figure, n int64) {
	f(r.total).Add(n)
	if r.usage != nil {
		f(r.usage).Add(n)
	}
}

// underWay notes whether the request is being sent, and reports whether anybody still waits for the answer.
func (r *request) underWay(sent bool) (wanted bool) {
	return r.flight == nil || r.flight.underWay(sent)
}
