package guard

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"circlegraph/circleclient"
	"circlegraph/circleclient/richtext"
	"circlegraph/graph/serial"
	"circlegraph/internal/memory"
)

// maxTextBytes bounds all texts to write in an operation: as much as a request may hold by default. A text of Markdown
// counts as a part of the largest, since it takes longer to read.
const maxTextBytes = 1 << 20

const (
	// maxAnswerBytes bounds the texts of an answer together, and fieldBytes is what each value counts beside its text.
	maxAnswerBytes = 16 << 20
	fieldBytes     = 32
	// maxAnswerErrors is how many texts beyond it have an error each. The others are only left out.
	maxAnswerErrors = 100
	// heldBytes is in which steps the memory for an answer is held that is put together, and answerWeight how many times
	// its texts take meanwhile. Once it is there it is weighed as a whole.
	heldBytes    = 64 << 10
	answerWeight = 1
)

// Allowance is what a response may still take of what no document shows. It is safe for concurrent use; nil allows
// everything.
type Allowance struct {
	hold *memory.Hold
	// changes is for what has changed something, and is answered in any case.
	changes bool

	texts  atomic.Int64 // bytes to write
	answer atomic.Int64 // bytes that are answered
	left   atomic.Int64 // texts that are left out
	held   atomic.Int64 // bytes of hold
	priced atomic.Int64 // requests
}

// WithAllowance gives the response of a context an allowance. It is of the memory that the context holds by then.
func WithAllowance(ctx context.Context) context.Context {
	a := &Allowance{hold: memory.From(ctx)}
	if graphql.HasOperationContext(ctx) {
		operation := graphql.GetOperationContext(ctx).Operation
		a.changes = operation != nil && operation.Operation == ast.Mutation
	}
	return serial.WithScales(ctx, a)
}

// Price adds requests to the estimate that no document shows, such as those for members whom a text mentions. It
// returns an error if they are more than the operation may still send.
func (a *Allowance) Price(atLeast, atMost int, left *circleclient.Allowance) error {
	if a != nil {
		a.priced.Add(int64(atMost))
	}
	if left.Allows(atLeast) {
		return nil
	}
	return &gqlerror.Error{
		Message: fmt.Sprintf("This needs at least %d further calls to Circle, more than the operation may still make. "+
			"Mention fewer members, or send it by itself.", atLeast),
		Extensions: map[string]any{"code": CodeCostLimit},
	}
}

// Priced is how many requests were added to the estimate.
func (a *Allowance) Priced() int64 {
	if a == nil {
		return 0
	}
	return a.priced.Load()
}

// AllowanceFrom returns the allowance of a response; nil if there is none.
func AllowanceFrom(ctx context.Context) *Allowance {
	a, _ := serial.ScalesFrom(ctx).(*Allowance)
	return a
}

// TakeText takes a text to write, of so many bytes of the most that it may have. It returns an error if the texts of
// the operation are too large together.
func (a *Allowance) TakeText(size, most int) error {
	if a == nil || a.texts.Add(int64(size)*int64(richtext.MaxBytes/most)) <= maxTextBytes {
		return nil
	}
	return beyond("textBytes", maxTextBytes, "The operation writes too much text: %d KiB are allowed together, or %d KiB "+
		"of Markdown. Write the rest in another operation.", maxTextBytes>>10, maxTextBytes/richtext.MaxBytes*
		richtext.MaxMarkdownBytes>>10)
}

// WeighAnswer is a field middleware: beyond the bytes that an answer may have, a text is empty, with an error.
func WeighAnswer(ctx context.Context, next graphql.Resolver) (any, error) {
	value, err := next(ctx)
	if err != nil {
		return value, err
	}
	switch v := value.(type) {
	case string:
		if !takeAnswer(ctx, len(v)) {
			return "", nil
		}
	case *string:
		if v != nil && !takeAnswer(ctx, len(*v)) {
			return (*string)(nil), nil
		}
	case json.RawMessage:
		if !takeAnswer(ctx, len(v)) {
			return json.RawMessage(nil), nil
		}
	default: // it is there in any case, but leaves less for texts
		_ = AllowanceFrom(ctx).TakeAnswer(0)
	}
	return value, nil
}

// takeAnswer takes a text from what the answer may have. If it may have no more, it says so; once it has said so often
// enough only the text is missing.
func takeAnswer(ctx context.Context, size int) bool {
	a := AllowanceFrom(ctx)
	err := a.TakeAnswer(size)
	if err != nil && a.left.Add(1) <= maxAnswerErrors {
		graphql.AddError(ctx, err)
	}
	return err == nil
}

// TakeAnswer implements [serial.Scales].
func (a *Allowance) TakeAnswer(size int) error {
	if a == nil {
		return nil
	}
	taken := a.answer.Add(int64(size) + fieldBytes)
	if taken > maxAnswerBytes {
		return beyond("answerBytes", maxAnswerBytes, "The answer is too large: the texts of an answer have at most %d MiB "+
			"together, so this one and others are left out. Ask for fewer items, or for each text once.", maxAnswerBytes>>20)
	}
	switch more := (taken/heldBytes - (taken-int64(size)-fieldBytes)/heldBytes) * heldBytes * answerWeight; {
	case more == 0:
	case a.changes:
		a.hold.Force(more)
		a.held.Add(more)
	case a.hold.Add(more):
		a.held.Add(more)
	default:
		return busy()
	}
	return nil
}

// End gives back the memory that the answer took while it was put together.
func (a *Allowance) End() { a.hold.Release(a.held.Swap(0)) }

// busy is the refusal of what there is no memory for now.
func busy() *gqlerror.Error {
	return &gqlerror.Error{
		Message:    "This server has too much in hand at the moment. Try again later.",
		Extensions: map[string]any{"code": codeRateLimited, "retryAfterSeconds": 30},
	}
}
