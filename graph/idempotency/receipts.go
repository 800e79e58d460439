package idempotency

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"circlegraph/circleclient"
)

// Receipts keep the outcomes of keyed creates for several processes. Keep and Drop do their best: whatever they cannot
// say now they say later. Implementations are safe for concurrent use.
type Receipts interface {
	// Claim makes a key the caller's to carry out, or gives what is known of it. An error is a record that cannot be
	// reached.
	Claim(ctx context.Context, id, input [32]byte) (Receipt, error)
	// Keep notes the outcome of what was claimed.
	Keep(ctx context.Context, id, input [32]byte, outcome []byte)
	// Drop notes that it came to nothing.
	Drop(ctx context.Context, id [32]byte)
}

// Receipt is what is known of a key.
type Receipt struct {
	// Mine reports whether the caller is to carry it out; then nothing else is set.
	Mine bool
	// Pending reports whether another process is about to.
	Pending bool
	// Broken reports whether nobody knows the outcome, because the process that was about to has not told.
	Broken bool
	// Input is what the key was used for, and Outcome how that ended.
	Input   [32]byte
	Outcome []byte
}

const (
	// polling is the pause between two looks at what another process does.
	polling = 200 * time.Millisecond
	// maxBody is the largest answer of Circle, in bytes, that is kept for other processes. Of a larger one only the id is.
	maxBody = 64 << 10
)

// errLeft is the outcome of waiting for another process if the caller has left.
var errLeft = errors.New("the caller has left")

// outcome is how a create ended.
type outcome struct {
	Record  circleclient.Record `json:"record,omitzero"`
	Ref     circleclient.Ref    `json:"ref,omitzero"` // instead of a large answer
	Unknown bool                `json:"unknown,omitempty"`
}

// carryOutOnce is create, unless another process has carried it out: then it is made again of what Circle answered
// there. Without receipts, or while they cannot be reached, this process knows only of itself.
func carryOutOnce[T any](
	ctx context.Context, s *Store, r *record, create func(context.Context) (T, error),
) (value T, err error) {
	lasting, done := unending(ctx)
	defer done()
	if s.receipts == nil {
		return create(lasting)
	}
	receipt, err := s.receipts.Claim(lasting, r.id, r.input)
	for err == nil && receipt.Pending && receipt.Input == r.input {
		if err := pause(ctx, polling); err != nil {
			return value, errors.Join(errLeft, err)
		}
		receipt, err = s.receipts.Claim(lasting, r.id, r.input)
	}
	switch {
	case err != nil || receipt.Mine:
		return tellOf(lasting, s, r, create)
	case receipt.Broken:
		return value, circleclient.UnknownOutcome("")
	case receipt.Input != r.input:
		return value, ErrReused
	}
	var known outcome
	if err := json.Unmarshal(receipt.Outcome, &known); err != nil || known.Unknown {
		return value, circleclient.UnknownOutcome(known.Record.Operation)
	}
	if !known.Ref.IsZero() {
		result, err := s.read(ctx, known.Ref)
		value, _ = result.(T)
		return value, err
	}
	known.Record.Replay = true
	return create(circleclient.With(lasting, circleclient.Recording(&known.Record)))
}

// tellOf carries create out, and tells the other processes its outcome.
func tellOf[T any](
	ctx context.Context, s *Store, r *record, create func(context.Context) (T, error),
) (value T, err error) {
	var kept circleclient.Record
	err = errPanicked
	defer func() {
		switch {
		case err == nil:
			s.keep(ctx, r, outcome{Record: kept}, value)
		case circleclient.OutcomeUnknown(err), kept.Operation != "": // Circle has answered, and it is not understood
			s.keep(ctx, r, outcome{Record: circleclient.Record{Operation: kept.Operation}, Unknown: true}, nil)
		default:
			s.receipts.Drop(ctx, r.id)
		}
	}()
	return create(circleclient.With(ctx, circleclient.Recording(&kept)))
}

func (s *Store) keep(ctx context.Context, r *record, o outcome, value any) {
	if node, ok := value.(interface{ NodeRef() circleclient.Ref }); ok && s.read != nil && len(o.Record.Body) > maxBody {
		o = outcome{Ref: node.NodeRef()}
	}
	text, _ := json.Marshal(o) // text, numbers and bytes cannot fail
	s.receipts.Keep(ctx, r.id, r.input, text)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
