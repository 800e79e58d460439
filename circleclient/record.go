package circleclient

import (
	"context"
	"errors"
)

// Record keeps what Circle has answered to the one write that is made with a context, see [Recording].
type Record struct {
	// Operation is the write; empty if none was answered.
	Operation string `json:"operation,omitempty"`
	// Status, ContentType and Body are the answer.
	Status      int    `json:"status,omitempty"`
	ContentType string `json:"contentType,omitempty"`
	Body        []byte `json:"body,omitempty"`
	// Replay has the record answer the write. Nothing else is written with the context then.
	Replay bool `json:"-"`
}

// Recording keeps the answer of the calls' write in a record, or takes it from there.
func Recording(r *Record) func(*Asking) { return func(a *Asking) { a.record = r } }

// record is the link that keeps the answer of a write, or gives it. What a replayed write has changed is known already.
func record(next send) send {
	return func(ctx context.Context, r *request) (*answer, error) {
		kept := r.record
		switch {
		case kept == nil || r.read || r.route.auth:
			return next(ctx, r)
		case kept.Replay && kept.Operation == r.operation():
			return &answer{status: kept.Status, contentType: kept.ContentType, body: kept.Body}, nil
		case kept.Replay:
			return nil, UnknownOutcome(r.operation())
		}
		got, err := next(ctx, r)
		if err == nil && kept.Operation == "" {
			kept.Operation, kept.Status, kept.ContentType, kept.Body = r.operation(), got.status, got.contentType, got.body
		}
		return got, err
	}
}

// rewrite changes the body of each answer for the one who reads it.
func rewrite(change func(context.Context, []byte) []byte) link {
	return func(next send) send {
		return func(ctx context.Context, r *request) (*answer, error) {
			got, err := next(ctx, r)
			if err != nil {
				return nil, err
			}
			changed := *got
			changed.body = change(ctx, got.body)
			return &changed, nil
		}
	}
}

// UnknownOutcome is the failure of a write of which nobody knows whether it was carried out, see [OutcomeUnknown].
func UnknownOutcome(operation string) error {
	return &Error{Kind: ErrUnavailable, Operation: operation, unconfirmed: true, cause: errUntold}
}

var errUntold = errors.New("another process has made the write, and has not told of its outcome")
