package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"circlegraph/circleclient"
	"circlegraph/circleclient/live"
	"circlegraph/circleclient/richtext"
	"circlegraph/graph/guard"
	"circlegraph/graph/idempotency"
	"circlegraph/graph/model"
	"circlegraph/graph/scalar"
	"circlegraph/internal/panics"
	"circlegraph/tokens"
)

// The codes of errors, in `extensions.code`, besides those of package guard; docs/errors.md says what to do about each.
const (
	codeUnauthenticated = "UNAUTHENTICATED"
	codeForbidden       = "FORBIDDEN"
	codeNotFound        = "NOT_FOUND"
	codeBadUserInput    = "BAD_USER_INPUT"
	codeRateLimited     = "RATE_LIMITED"
	codeUnavailable     = "UPSTREAM_UNAVAILABLE"
	codeTimeout         = "UPSTREAM_TIMEOUT"
	codeInternal        = "INTERNAL_SERVER_ERROR"
)

// introspectionOff is gqlgen's message; the error has no type of its own.
const introspectionOff = "introspection disabled"

// presenter turns every error into what a client may see: a sentence of ours, a code and, if it helps, a reason.
// What Circle or the network said goes only to the log.
func presenter(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		out := &gqlerror.Error{Path: graphql.GetPath(ctx), Extensions: map[string]any{}}
		if parsed, ok := errors.AsType[*gqlerror.Error](err); ok {
			if parsed.Path != nil {
				out.Path = parsed.Path
			}
			out.Locations, out.Rule = parsed.Locations, parsed.Rule
			if parsed.Err == nil { // of the parser, the validator or the transport, which speak to the client
				out.Message = aboutNull(parsed)
				if parsed.Extensions != nil {
					out.Extensions = parsed.Extensions
				}
				if out.Extensions["code"] == nil {
					out.Extensions["code"] = codeBadUserInput
				}
				return out
			}
			err = parsed.Err
		}
		if err.Error() == introspectionOff {
			out.Message = "Introspection is switched off here. The schema can be read at /schema.graphql."
			out.Extensions = map[string]any{"code": codeForbidden, "reason": "INTROSPECTION_DISABLED"}
			return out
		}
		out.Message, out.Extensions = present(err)
		if out.Extensions["code"] == codeInternal {
			log.ErrorContext(ctx, "a field failed", "path", out.Path.String(), "error", err.Error())
		}
		return out
	}
}

// aboutNull is the message of an error, which also says what to do if null was given for what takes none: people mean
// the default by it.
func aboutNull(err *gqlerror.Error) string {
	const hint = " Leave it out to get its default, if it has one."
	switch {
	case strings.HasPrefix(err.Message, "Expected value of type ") && strings.HasSuffix(err.Message, "found null."):
		return err.Message + hint
	case err.Message == "cannot be null" && len(err.Path) > 1 && err.Path[0] == ast.PathName("variable"):
		return fmt.Sprintf("The variable `%s` cannot be null.", err.Path[1:]) + hint
	}
	return err.Message
}

// named adds the request's id in the log to errors of our side.
func named(requestID func(context.Context) string, next graphql.ErrorPresenterFunc) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		out := next(ctx, err)
		if requestID != nil && out.Extensions["code"] == codeInternal {
			out.Extensions["requestId"] = requestID(ctx)
		}
		return out
	}
}

// present gives the sentence and the extensions of an error.
func present(err error) (string, map[string]any) {
	if input, ok := errors.AsType[*scalar.InputError](err); ok {
		return input.Message, map[string]any{"code": codeBadUserInput}
	}
	// before the sentinels that it wraps, which would speak of the caller's own token
	if login, ok := errors.AsType[*tokens.LoginError](err); ok {
		if login.Code == tokens.CodeIdentityProviderMisfit {
			return login.Message, map[string]any{"code": codeInternal}
		}
		return login.Message, map[string]any{"code": codeUnavailable}
	}
	if pending, ok := errors.AsType[*tokens.EndPendingError](err); ok {
		_, extensions := present(pending.Cause)
		extensions["reason"] = "END_PENDING"
		return pending.Error(), extensions
	}
	if reason := unauthenticated(err); reason != "" {
		return (&tokens.Error{Reason: reason}).Error(), map[string]any{"code": codeUnauthenticated, "reason": string(reason)}
	}
	if off, ok := errors.AsType[featureOff](err); ok {
		return off.Error(), map[string]any{"code": codeForbidden, "reason": "FEATURE_DISABLED"}
	}
	if text, ok := errors.AsType[*richtext.Error](err); ok {
		return text.Error(), map[string]any{"code": codeBadUserInput}
	}
	switch {
	case errors.Is(err, circleclient.ErrBeyondAllowance):
		return "The operation has made all the calls to Circle that it may make, so this was not asked for. Ask for fewer " +
			"items, or for this in another operation.", map[string]any{"code": guard.CodeCostLimit}
	case errors.Is(err, live.ErrTooMany):
		return fmt.Sprintf("You have too many subscriptions open: %d of them and %d rooms are allowed at a time. End some "+
			"first.", live.MaxFollowers, live.MaxRooms), map[string]any{"code": codeRateLimited, "reason": "SUBSCRIPTION_LIMIT"}
	case errors.Is(err, circleclient.ErrFeatureDisabled):
		return "This is not available to you in this community.", map[string]any{
			"code":   codeForbidden,
			"reason": "FEATURE_DISABLED",
		}
	case errors.Is(err, circleclient.ErrForbidden):
		return "You are not allowed to see or do this.", map[string]any{"code": codeForbidden}
	case errors.Is(err, circleclient.ErrNotFound):
		return "It does not exist, or you are not allowed to see it.", map[string]any{"code": codeNotFound}
	case errors.Is(err, circleclient.ErrNoID), errors.Is(err, circleclient.ErrBadSlug):
		return refusal(err), map[string]any{"code": codeBadUserInput}
	case errors.Is(err, circleclient.ErrInvalid), errors.Is(err, circleclient.ErrConflict):
		return "Circle did not accept the request: " + refusal(err), map[string]any{"code": codeBadUserInput}
	case errors.Is(err, circleclient.ErrRateLimited):
		return "Circle is asked too often at the moment. Try again later.", map[string]any{
			"code":              codeRateLimited,
			"retryAfterSeconds": retryAfter(err),
		}
	case errors.Is(err, circleclient.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		return "Circle did not answer in time. Try again.", map[string]any{"code": codeTimeout}
	case errors.Is(err, circleclient.ErrUnavailable), errors.Is(err, circleclient.ErrCommunitySecret), errors.Is(err,
		circleclient.ErrNotEligible), errors.Is(err, context.Canceled):
		return "Circle cannot be reached at the moment. Try again later.", map[string]any{"code": codeUnavailable}
	}
	return "Something went wrong on our side.", map[string]any{"code": codeInternal}
}

// unauthenticated returns why the caller's token cannot be used, if that is what an error means; else it is empty.
func unauthenticated(err error) tokens.Reason {
	switch {
	case errors.Is(err, circleclient.ErrNoToken):
		return tokens.ReasonMissing
	case errors.Is(err, circleclient.ErrTokenExpired):
		return tokens.ReasonExpired
	case errors.Is(err, circleclient.ErrTokenRevoked):
		return tokens.ReasonRevoked
	case errors.Is(err, circleclient.ErrTokenInvalid):
		return tokens.ReasonInvalid
	}
	return ""
}

// defaultRetryAfter is what to wait if Circle does not say: it documents a window of five minutes and advises a
// minute.
const defaultRetryAfter = 60

func retryAfter(err error) int {
	var e *circleclient.Error
	if errors.As(err, &e) && e.RetryAfter > 0 {
		return int(math.Ceil(e.RetryAfter.Seconds()))
	}
	return defaultRetryAfter
}

// refusal is the complaint in words that may be shown: ours about what was not sent, or else Circle's sentence if it is
// a known one, then the fields.
func refusal(err error) string {
	switch {
	case errors.Is(err, circleclient.ErrNoID):
		return "Circle did not say to what this belongs, so its id does not lead to it. Take what you need " +
			"where it was given, or find it by its address."
	case errors.Is(err, circleclient.ErrBadSlug):
		return "A slug is one part of an address, without `/`, such as \"introduce-yourself\"."
	}
	var e *circleclient.Error
	if !errors.As(err, &e) {
		return "the input is not acceptable."
	}
	if len(e.Fields) == 0 {
		if e.Message != "" {
			return e.Message
		}
		return "the input is not acceptable."
	}
	var complaints []string
	for field, words := range e.Fields {
		complaints = append(complaints, field+" "+strings.Join(words, ", "))
	}
	slices.Sort(complaints)
	return strings.Join(complaints, "; ") + "."
}

// userErrors returns what the person can mend in a refused mutation, and every other error as an error. A nil error
// gives the empty list of a success.
func userErrors(err error) ([]*model.UserError, error) {
	if err == nil {
		return []*model.UserError{}, nil
	}
	if unauthenticated(err) != "" {
		return nil, err
	}
	var input *scalar.InputError
	var text *richtext.Error
	switch {
	case errors.As(err, &input):
		return nil, err // a mistake of the program: a malformed id, a cursor of another list
	case errors.As(err, &text):
		return textProblems(err, text), nil
	case errors.Is(err, idempotency.ErrReused):
		return refused(model.UserErrorCodeIdempotencyKeyReused,
			"This `idempotencyKey` was used for another input. Make up a new one.", "idempotencyKey"), nil
	case circleclient.OutcomeUnknown(err):
		return refused(model.UserErrorCodeOutcomeUnknown,
			"Circle did not confirm this, so it is not known whether it was carried out. Look before you try again."), nil
	case errors.Is(err, circleclient.ErrFeatureDisabled):
		return nil, err
	case errors.Is(err, circleclient.ErrForbidden):
		return refused(model.UserErrorCodeForbidden,
			knownSentence(err, "You are not allowed to do this. Joining the space may help.")), nil
	case errors.Is(err, circleclient.ErrNotFound):
		return refused(model.UserErrorCodeNotFound, "It does not exist, or you are not allowed to see it."), nil
	case errors.Is(err, circleclient.ErrConflict):
		return refused(model.UserErrorCodeConflict, knownSentence(err, "This is in conflict with the present state.")), nil
	case errors.Is(err, circleclient.ErrInvalid):
		return refused(model.UserErrorCodeInvalid, sentence(refusal(err))), nil
	}
	return nil, err
}

// textProblems returns everything that is wrong with a text.
func textProblems(err error, one *richtext.Error) []*model.UserError {
	all, several := errors.AsType[richtext.Errors](err)
	if !several {
		all = richtext.Errors{one}
	}
	var problems []*model.UserError
	for _, problem := range all {
		problems = append(problems, refused(model.UserErrorCodeInvalid, sentence(problem.Error()), "body")...)
	}
	return problems
}

// refused is a refusal of one field of the input, or of the whole.
func refused(code model.UserErrorCode, message string, field ...string) []*model.UserError {
	e := &model.UserError{Code: code, Message: message}
	if len(field) > 0 {
		e.Field = append([]string{"input"}, field...)
	}
	return []*model.UserError{e}
}

func knownSentence(err error, otherwise string) string {
	var e *circleclient.Error
	if errors.As(err, &e) && e.Message != "" {
		return e.Message
	}
	return otherwise
}

// sentence begins with a capital and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// recovered turns a panic of a resolver into the failure of one field. The log says where it was.
func recovered(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, p any) error {
		log.ErrorContext(ctx, "a resolver panicked", "path", graphql.GetPath(ctx).String(), "error", panics.Error(p))
		return errInternal
	}
}

var errInternal = errors.New("internal error")

func isNotFound(err error) bool { return errors.Is(err, circleclient.ErrNotFound) }
