package circleclient

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"
)

// Each repetition comes out of the allowance of what it is for.
func TestRepetitionsTakeOfTheAllowance(t *testing.T) {
	sent := 0
	link := retry(9, func(context.Context, time.Duration) error { return nil })
	_, err := link(func(context.Context, *request) (*answer, error) {
		sent++
		return nil, &Error{Kind: ErrUnavailable, Status: http.StatusServiceUnavailable}
	})(t.Context(), &request{read: true, allowance: NewAllowance(2)})
	if !errors.Is(err, ErrUnavailable) || sent != 3 {
		t.Errorf("%v after %d requests, want the first and the two that the allowance has left", err, sent)
	}
}

// A request takes of its allowance once, with a memo too, and one that is beyond it was certainly not sent.
func TestAllowance(t *testing.T) {
	c, _, _ := memoClient(t, &scripted{})
	allowance := NewAllowance(2)
	if !allowance.Allows(2) || allowance.Allows(3) {
		t.Errorf("two allow two: %t, three: %t", allowance.Allows(2), allowance.Allows(3))
	}
	ctx := With(asMember(t), Within(allowance))
	if _, err := c.Spaces.Get(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if err := c.Posts.Like(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Spaces.Get(ctx, 1); err != nil {
		t.Errorf("what is remembered: %v, want it to take nothing", err)
	}
	if err := c.Posts.Like(ctx, 2); !errors.Is(err, ErrBeyondAllowance) || OutcomeUnknown(err) {
		t.Errorf("the third of two gives %v, unknown outcome %t", err, OutcomeUnknown(err))
	}
}
