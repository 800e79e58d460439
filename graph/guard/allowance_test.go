package guard

import (
	"context"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"circlegraph/circleclient/richtext"
	"circlegraph/internal/memory"
)

// Short texts count like long ones, and every value counts something. However many are left out, errors are few.
func TestShortTextsCount(t *testing.T) {
	for name, value := range map[string]any{
		"short": strings.Repeat("x", 100), "pointer": new(strings.Repeat("x", 100)), "number": 1,
	} {
		ctx := graphql.WithResponseContext(WithAllowance(t.Context()), graphql.DefaultErrorPresenter, graphql.DefaultRecover)
		given, left := 0, 0
		weigh := func(value any) any {
			got, err := WeighAnswer(ctx, func(context.Context) (any, error) { return value, nil })
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		for range maxAnswerBytes / fieldBytes {
			weigh(value)
		}
		for range 1000 {
			if got, _ := weigh("title").(string); got == "" {
				left++
			} else {
				given++
			}
		}
		if errs := graphql.GetErrors(ctx); given != 0 || left != 1000 || len(errs) != maxAnswerErrors {
			t.Errorf("%s: %d texts given, %d left out with %d errors, want all left out with %d", name, given, left,
				len(errs), maxAnswerErrors)
		}
	}
}

// An answer is weighed while it is put together, not only once it is there. What has changed something is answered.
func TestAnswersAreWeighedWhileTheyAreMade(t *testing.T) {
	for operation, want := range map[ast.Operation]int{ast.Query: 15, ast.Mutation: 20} {
		b := memory.New(1 << 20)
		hold := b.Hold(netip.Prefix{}, true)
		ctx := graphql.WithOperationContext(memory.With(t.Context(), hold), &graphql.OperationContext{
			Operation: &ast.OperationDefinition{Operation: operation},
		})
		ctx = graphql.WithResponseContext(WithAllowance(ctx), graphql.DefaultErrorPresenter, graphql.DefaultRecover)
		text, given := strings.Repeat("x", heldBytes), 0
		for range 20 {
			got, err := WeighAnswer(ctx, func(context.Context) (any, error) { return text, nil })
			if err != nil {
				t.Fatal(err)
			}
			if got == text {
				given++
			}
		}
		errs := graphql.GetErrors(ctx)
		if given < want || given > want+1 || len(errs) != 20-given {
			t.Errorf("%s: %d texts and %d errors, want %d texts of %d bytes in a memory of 1 MiB", operation, given,
				len(errs), want, heldBytes)
		}
		if len(errs) > 0 && errs[0].Extensions["code"] != codeRateLimited {
			t.Errorf("%s: %v, want %s", operation, errs[0], codeRateLimited)
		}
		AllowanceFrom(ctx).End()
		if b.Used() != 0 {
			t.Errorf("%s: %d bytes are still held once the answer is there", operation, b.Used())
		}
		if hold.End(); b.Used() != 0 {
			t.Errorf("%s: %d bytes are still held", operation, b.Used())
		}
	}
}

// Whole documents are texts too, beyond the limit and where there is no memory.
func TestDocumentsOfAnswersAreWeighed(t *testing.T) {
	ctx := graphql.WithResponseContext(WithAllowance(t.Context()), graphql.DefaultErrorPresenter, graphql.DefaultRecover)
	document, given := json.RawMessage(strings.Repeat(" ", 1<<20)), 0
	for range 40 {
		got, err := WeighAnswer(ctx, func(context.Context) (any, error) { return document, nil })
		if err != nil {
			t.Fatal(err)
		}
		if raw, _ := got.(json.RawMessage); raw != nil {
			given++
		}
	}
	if errs := graphql.GetErrors(ctx); given != 15 || len(errs) != 25 {
		t.Errorf("%d documents of 1 MiB given and %d errors, want 15 in 16 MiB and an error for each other", given, len(errs))
	}
}

// A text of Markdown counts as a part of the largest text, since it takes longer to read.
func TestTextsToWriteAreWeighed(t *testing.T) {
	for name, tc := range map[string]struct{ most, want int }{
		"HTML": {richtext.MaxBytes, maxTextBytes >> 10}, "Markdown": {richtext.MaxMarkdownBytes, maxTextBytes >> 10 *
			richtext.MaxMarkdownBytes / richtext.MaxBytes},
	} {
		a, taken := AllowanceFrom(WithAllowance(t.Context())), 0
		for a.TakeText(1<<10, tc.most) == nil {
			taken++
		}
		if taken != tc.want {
			t.Errorf("%d KiB of %s are taken, want %d", taken, name, tc.want)
		}
	}
}
