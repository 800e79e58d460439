package circleclient

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"circlegraph/circleclient/lenient"
)

// The sentinels: what a failure means to a caller. Every error of a call matches exactly one of them with [errors.Is],
// except the error of a [TokenSource], which is returned as it is, and a call whose caller has left
// ([context.Canceled]).
var (
	// ErrNoToken is a call to the Member API without a member: the context carries no token.
	ErrNoToken = errors.New("no access token was given")
	// ErrTokenInvalid is a token that Circle does not know, or whose member or community is gone.
	ErrTokenInvalid = errors.New("the access token is invalid")
	// ErrTokenExpired is a token past its hour.
	ErrTokenExpired = errors.New("the access token has expired")
	// ErrTokenRevoked is a token that was ended by hand.
	ErrTokenRevoked = errors.New("the access token was revoked")
	// ErrRefreshTokenInvalid is a refresh token that Circle does not know, or no longer.
	ErrRefreshTokenInvalid = errors.New("the refresh token is invalid")
	// ErrRefreshTokenExpired is a refresh token past its month.
	ErrRefreshTokenExpired = errors.New("the refresh token has expired")
	// ErrForbidden is a member who may not do this. Circle says 401 here as it does for dead tokens.
	ErrForbidden = errors.New("the member may not do this")
	// ErrFeatureDisabled is a part of Circle that the community has switched off, or that is not open to the member.
	ErrFeatureDisabled = errors.New("the feature is not available to the member")
	// ErrNotFound is a record that does not exist or is hidden from the member.
	ErrNotFound = errors.New("the record was not found")
	// ErrConflict is a wish that the present state forbids: done already, or an event that is full.
	ErrConflict = errors.New("the request conflicts with the present state")
	// ErrInvalid is a request that Circle, or this package before it, does not accept; [Error.Fields] may say why.
	ErrInvalid = errors.New("the request is invalid")
	// ErrNoID is the cause of an [ErrInvalid] that was not sent: nothing names what is asked for, because Circle did not
	// say to what it belongs.
	ErrNoID = errors.New("an id must be positive")
	// ErrBadSlug is the cause of an [ErrInvalid] that was not sent: a slug that is not one segment of a path.
	ErrBadSlug = errors.New("a slug must be one path segment")
	// ErrRateLimited is too many requests from this address; [Error.RetryAfter] says how long to wait if Circle does.
	ErrRateLimited = errors.New("too many requests")
	// ErrUnavailable is Circle, its edge or the network out of order: 5xx, HTML, a redirect, a blocked client, a broken
	// connection, an answer that cannot be read. An HTML 404 belongs here: Circle's API answers JSON, so it is a path
	// that its web application caught, not a missing record.
	ErrUnavailable = errors.New("the service is unavailable")
	// ErrTimeout is no answer in time. [OutcomeUnknown] reports whether a write may have been carried out.
	ErrTimeout = errors.New("the service did not answer in time")
	// ErrBeyondAllowance is a request beyond those that its operation may send, see [Within]. It was not sent.
	ErrBeyondAllowance = errors.New("the operation may not send further requests")
	// ErrCommunitySecret is the Auth API refusing the headless token of this installation: never the caller's fault.
	ErrCommunitySecret = errors.New("the community's headless token was refused")
	// ErrNotEligible is a community whose plan does not include headless access.
	ErrNotEligible = errors.New("the community is not eligible for headless access")
)

// Error is a failed call. Its text is made of this package's own words: no body, address or token of the call is in it.
type Error struct {
	// Kind is one of the sentinels, or [context.Canceled].
	Kind error
	// Status is the HTTP status, 0 if there was no answer.
	Status int
	// Operation is what was called, such as "GET /api/headless/v1/spaces/{id}".
	Operation string
	// Message is Circle's sentence if this package knows it, else empty.
	Message string
	// Fields are complaints about single fields, such as body: can't be blank; nil for most errors.
	Fields map[string][]string
	// RetryAfter is how long Circle asks to wait, 0 if it does not.
	RetryAfter time.Duration
	// RequestID is Circle's name for the request, to quote to its support; empty if unknown.
	RequestID string

	cause       error
	unconfirmed bool // see [OutcomeUnknown]
	edge        bool // Circle's edge refuses the address, before Circle knows who asks
}

// Error says what failed and how, in this package's own words.
func (e *Error) Error() string {
	text := "circle: " + e.Operation + ": " + e.Kind.Error()
	if e.Message != "" {
		text += " (" + e.Message + ")"
	}
	return text
}

// Is makes the error match its kind.
func (e *Error) Is(target error) bool { return target == e.Kind }

// Unwrap returns what the network or the decoder said, for [errors.Is] and [errors.As]. It is not fit to be shown.
func (e *Error) Unwrap() error { return e.cause }

// OutcomeUnknown reports whether err is the failure of a write that may have been carried out all the same: it was
// sent, and Circle neither confirmed nor refused it. The outcome of a refusal (4xx), of a write that found no
// connection and of every read is known.
func OutcomeUnknown(err error) bool {
	var failure *Error
	return errors.As(err, &failure) && failure.unconfirmed
}

// confirms reports whether an answer says how a write ended: a redirect and a refusal do, a broken success does not.
func confirms(status int) bool {
	return status >= 300 && status < 500 && status != http.StatusRequestTimeout
}

// fail makes an error of the request; got may be nil.
func (r *request) fail(kind error, got *answer, cause error) *Error {
	e := &Error{Kind: kind, Operation: r.operation(), cause: cause}
	if got != nil {
		e.Status = got.status
		e.RequestID = got.requestID()
		e.unconfirmed = !r.read && !confirms(got.status)
	}
	return e
}

// failNetwork makes an error of a request without a whole answer.
func (r *request) failNetwork(ctx context.Context, err error) *Error {
	if withURL, ok := errors.AsType[*url.Error](err); ok {
		err = withURL.Err // its text would show the query
	}
	kind := ErrUnavailable
	var network net.Error
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		kind = context.Canceled
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		kind = ErrTimeout
	}
	e := r.fail(kind, nil, err)
	op, _ := errors.AsType[*net.OpError](err)
	e.unconfirmed = !r.read && (op == nil || op.Op != "dial")
	return e
}

// tooMany makes an error of a request that was not sent because there have been too many.
func (r *request) tooMany(retryAfter time.Duration) *Error {
	e := r.fail(ErrRateLimited, nil, nil)
	e.RetryAfter = max(retryAfter, time.Second)
	return e
}

// unsent makes an error of a request whose context ended before it was sent, so the outcome of a write is known.
func (r *request) unsent(ctx context.Context) *Error {
	e := r.failNetwork(ctx, ctx.Err())
	e.unconfirmed = false
	return e
}

// classify makes an error of an answer that is no success. Its status is not enough: Circle's Member API has no 403, so
// 401 is both a dead token and "not allowed"; 404 is both a missing record and a missing parameter; and its edge, its
// web application and its API answer in three voices.
func (c *Client) classify(r *request, got *answer) *Error {
	var reply errorReply
	spoken := isJSON(got.contentType) && lenient.Decode(got.body, &reply) == nil && !reply.fromEdge()
	var kind error
	message := ""
	switch {
	case got.status == http.StatusTooManyRequests:
		kind = ErrRateLimited
	case got.status == http.StatusRequestTimeout:
		kind = ErrTimeout
	case got.status < 400 || got.status >= 500 || got.status == http.StatusMethodNotAllowed:
		kind = ErrUnavailable
	case !spoken && len(bytes.TrimSpace(got.body)) > 0:
		kind = ErrUnavailable // HTML of the web application, or the edge: 403 with "error code: 1010" and the like
	case r.route.auth:
		kind, message = authKind(got.status, reply)
	default:
		kind, message = memberKind(got.status, reply)
	}
	if r.read && !r.route.auth && message == "" && reply.fields() == nil && got.status != http.StatusBadRequest &&
		(kind == ErrInvalid || kind == ErrConflict) {
		kind = ErrUnavailable // a read says nothing that a caller could get wrong: 402, 418, 423, 451 and the like
	}
	e := r.fail(kind, got, nil)
	e.Message = message
	e.edge = reply.fromEdge() || strings.Contains(got.contentType, "html")
	e.RetryAfter = parseRetryAfter(got.header.Get("Retry-After"), c.config.Clock())
	if kind == ErrInvalid || kind == ErrConflict {
		e.Fields = reply.fields()
	}
	return e
}

// memberKind classifies an error that the Member API itself made.
func memberKind(status int, reply errorReply) (kind error, message string) {
	if s, ok := memberSentences.find(reply.said()); ok {
		return s.of(reply)
	}
	return kindOf(status, ErrForbidden), ""
}

// authKind classifies an error that the Auth API itself made. What it says about access tokens is about the one in the
// body, to be revoked; 401 and 403 without further words are about our own secret.
func authKind(status int, reply errorReply) (kind error, message string) {
	if s, ok := authSentences.find(reply.said()); ok && (status != http.StatusUnauthorized || !isDeadToken(s.kind)) {
		return s.of(reply)
	}
	return kindOf(status, ErrCommunitySecret), ""
}

// kindOf classifies an error that says nothing known, by its status. denied is what 401 and 403 mean.
func kindOf(status int, denied error) error {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return denied
	case http.StatusNotFound, http.StatusGone:
		return ErrNotFound
	case http.StatusConflict:
		return ErrConflict
	}
	return ErrInvalid
}

func isDeadToken(kind error) bool {
	return kind == ErrTokenInvalid || kind == ErrTokenExpired || kind == ErrTokenRevoked
}

// sentence is something Circle says: how it begins or what is in it, what it means, and what may be shown of it.
type sentence struct {
	has  string // in lower case
	kind error
	say  string
}

// of returns what the sentence means in a reply, and what may be shown of it.
func (s sentence) of(reply errorReply) (kind error, message string) {
	if s.kind == ErrNotFound && reply.missingParameter() {
		return ErrInvalid, "A parameter is missing."
	}
	return s.kind, s.say
}

// sentences are tried in order.
type sentences []sentence

func (list sentences) find(message string) (sentence, bool) {
	message = strings.ToLower(message)
	for _, s := range list {
		if message != "" && strings.Contains(message, s.has) {
			return s, true
		}
	}
	return sentence{}, false
}

// The sentences of the contract, then words that tell live refusals apart if the contract is silent. They are
// constants in all but name: nothing writes to them.
var (
	tokenSentences = sentences{
		{"associated with the access token not found", ErrTokenInvalid, ""},
		{"access token is invalid", ErrTokenInvalid, ""},
		{"access token is expired", ErrTokenExpired, ""},
		{"access token not found", ErrTokenRevoked, ""},
		{"eligible for headless api access", ErrNotEligible, ""},
		{"missing record", ErrNotFound, "The record is missing."},
		{"missing parameter", ErrNotFound, ""}, // by its details ErrInvalid
	}
	memberSentences = append(slices.Clip(tokenSentences),
		sentence{"home page feature not applicable", ErrFeatureDisabled, ""},
		sentence{"you cannot perform this action", ErrForbidden, "You cannot perform this action."},
		sentence{"already created profile", ErrConflict, "You already created profile."},
		sentence{"failed to update comment", ErrInvalid, "Failed to update comment."},
		sentence{"failed to update reply", ErrInvalid, "Failed to update reply."},
		sentence{"invalid page parameter", ErrInvalid, "Page must be a positive integer."},
		sentence{"invalid per_page parameter", ErrInvalid, "Per page must be a positive integer."},
		sentence{"unsupported page_name", ErrInvalid, "The page is not one that has profile fields."},
		sentence{"disabled by receiver", ErrForbidden, "The member does not receive direct messages."},
		sentence{"comments are closed", ErrForbidden, "Comments are closed."},
		sentence{"event is full", ErrConflict, "The event is full."},
		sentence{"event limit", ErrConflict, "The event is full."},
		sentence{"rsvp limit", ErrConflict, "The event is full."},
		sentence{"is full", ErrConflict, "It is full."},
		sentence{"limit reached", ErrConflict, "A limit has been reached."},
		sentence{"limit has been reached", ErrConflict, "A limit has been reached."},
		sentence{"rsvp is disabled", ErrForbidden, "The event takes no RSVPs."},
		sentence{"rsvp disabled", ErrForbidden, "The event takes no RSVPs."},
		sentence{"already", ErrConflict, alreadyDone},
	)
	authSentences = append(slices.Clip(tokenSentences),
		sentence{"account could not be authenticated", ErrCommunitySecret, ""},
		sentence{"refresh token is expired", ErrRefreshTokenExpired, ""},
		sentence{"refresh token not found", ErrRefreshTokenInvalid, ""},
		sentence{"invalid refresh token", ErrRefreshTokenInvalid, ""},
		sentence{"community member not found", ErrNotFound, "There is no such member."},
		// 422 each, yet nothing in the request is at fault.
		sentence{"token generation failed", ErrUnavailable, ""},
		sentence{"error creating the token", ErrUnavailable, ""},
		sentence{"failed to revoke", ErrUnavailable, ""},
	)
)

// directoryOff reads a missing member directory as a feature that is off: communities without one have no such path.
func directoryOff(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Status == http.StatusNotFound && e.Message == "" {
		e.Kind = ErrFeatureDisabled
	}
	return err
}

// requestID is Circle's name for the request, and nothing else: what a header says may come into logs.
func (a *answer) requestID() string {
	const most = 64
	s := a.header.Get("X-Request-Id")
	odd := func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-'
	}
	if len(s) > most || strings.ContainsFunc(s, odd) {
		return ""
	}
	return s
}
