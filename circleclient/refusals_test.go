package circleclient

import (
	"errors"
	"testing"

	"circlegraph/internal/contract"
)

// refusals are what the contract's examples of refusals mean, by the example's name.
var refusals = map[string]error{
	"invalid_token_error":              ErrTokenInvalid,
	"missing_token_error":              ErrTokenInvalid,
	"expired_token_error":              ErrTokenExpired,
	"revoked_access_token_error":       ErrTokenRevoked,
	"community_not_found_error":        ErrTokenInvalid,
	"community_member_not_found_error": ErrTokenInvalid,
	"community_not_eligible_error":     ErrNotEligible,
	"unauthorized_error":               ErrForbidden,
	"unauthorized":                     ErrCommunitySecret,
	"forbidden":                        ErrNotEligible,
	"member_not_found":                 ErrNotFound,
	"not_found":                        ErrNotFound,
	"post_not_found":                   ErrNotFound,
	"comment_not_found":                ErrNotFound,
	"reply_not_found":                  ErrNotFound,
	"quiz_not_found":                   ErrNotFound,
	"quiz_attempt_not_found":           ErrNotFound,
	"reaction_not_found":               nil, // taken back already, which is what was wanted
	"conflict":                         ErrConflict,
	"bad_request_tiptap":               ErrInvalid,
	"bad_request_trix":                 ErrInvalid,
	"missing_page_name":                ErrInvalid,
	"invalid_page_zero":                ErrInvalid,
	"invalid_page_negative":            ErrInvalid,
	"invalid_page_non_numeric":         ErrInvalid,
	"invalid_per_page_zero":            ErrInvalid,
	"invalid_per_page_negative":        ErrInvalid,
	"invalid_per_page_non_numeric":     ErrInvalid,
	"not_found_error":                  ErrRefreshTokenInvalid,
	"invalid_refresh_token":            ErrRefreshTokenInvalid,
	"invalid_refresh_token_type":       ErrRefreshTokenInvalid,
	"refresh_token_expired":            ErrRefreshTokenExpired,
	"refresh_token_expired_error":      ErrRefreshTokenExpired,
	"invalid_access_token_error":       ErrTokenInvalid,
	"access_token_expired_error":       ErrTokenExpired,
	"missing_parameter":                ErrInvalid,
	"missing_refresh_token":            ErrInvalid,
	"invalid_access_token_type":        ErrInvalid,
	"access_token_generation_failed":   ErrUnavailable,
	"unprocessable_entity":             ErrUnavailable,
}

// TestRefusals answers every method with each refusal that the contract shows for it.
func TestRefusals(t *testing.T) {
	c := contract.Load(t)
	count := 0
	for _, op := range operations(t) {
		t.Run(op.id, func(t *testing.T) {
			for _, status := range []int{400, 401, 403, 404, 409, 422} {
				for _, example := range c.Examples(op.id, status) {
					want, known := refusals[example.Name]
					if !known {
						t.Errorf("what does example %q of %d mean?", example.Name, status)
						continue
					}
					client := testClient(t, &oneAnswer{status: status, body: string(example.Body)})
					if _, err := op.call(asMember(t), client); !errors.Is(err, want) {
						t.Errorf("%d %s: %v, want %v", status, example.Name, err, want)
					}
					count++
				}
			}
		})
	}
	if count < 400 {
		t.Errorf("only %d refusals were tried: the contract shows more", count)
	}
}
