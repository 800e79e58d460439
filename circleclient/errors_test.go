package circleclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"circlegraph/internal/contract"
)

// refusal is what a server says in a test.
type refusal struct {
	status      int
	contentType string
	body        string
}

func jsonError(status int, message, details string) refusal {
	return refusal{status, "application/json; charset=utf-8", `{"success":false,"message":"` + message +
		`","error_details":` + details + `}`}
}

func TestClassify(t *testing.T) {
	const html = "<!DOCTYPE html><html><title>Circle</title></html>"
	memberCall := &request{method: http.MethodGet, route: member("/spaces/{id}", id(1))}
	authCall := &request{method: http.MethodPost, route: auth("/auth_token")}
	tests := []struct {
		name string
		call *request
		got  refusal
		want error
	}{
		// The Member API's 401 is a dead token only if it says so.
		{"invalid", memberCall, jsonError(401, "The access token is invalid.", "{}"), ErrTokenInvalid},
		{"expired", memberCall, jsonError(401, "The access token is expired.", "{}"), ErrTokenExpired},
		{"revoked", memberCall, jsonError(401, "The access token not found.", "{}"), ErrTokenRevoked},
		{
			"community gone", memberCall, jsonError(401, "Community associated with the access token not found.", "{}"),
			ErrTokenInvalid,
		},
		{
			"member gone", memberCall, jsonError(401, "Community member associated with the access token not found.", "{}"),
			ErrTokenInvalid,
		},
		{"plan", memberCall, jsonError(401, "Community does not eligible for headless API access.", "{}"), ErrNotEligible},
		{
			"not allowed", memberCall,
			refusal{401, "application/json", `{"message":"You cannot perform this action."}`},
			ErrForbidden,
		},
		{"unknown 401", memberCall, jsonError(401, "Something else.", "null"), ErrForbidden},
		{"empty 401", memberCall, refusal{401, "", ""}, ErrForbidden},
		{"403", memberCall, jsonError(403, "No.", "{}"), ErrForbidden},
		{"home off", memberCall, jsonError(401, "Home page feature not applicable", "{}"), ErrFeatureDisabled},
		{"receiver", memberCall, jsonError(422, "Messaging is disabled by receiver", "{}"), ErrForbidden},

		{"missing record", memberCall, jsonError(404, "Oops! Missing record. Please try again later.",
			`{"message":"Missing record: post"}`), ErrNotFound},
		{"missing parameter", memberCall, jsonError(404, "Oops! Missing parameter. Please try again later.",
			`{"message":"Missing parameter: comment"}`), ErrInvalid},
		{"details as string", memberCall, jsonError(404, "Oops! Missing parameter. Please try again later.",
			`"Missing parameter: blob"`), ErrInvalid},
		{"other 404", memberCall, jsonError(404, "Not here", "null"), ErrNotFound},
		{"empty 404", memberCall, refusal{404, "", ""}, ErrNotFound},
		{"wrong path", memberCall, refusal{404, "text/html; charset=utf-8", html}, ErrUnavailable},

		{"profile twice", memberCall, jsonError(409, "You already created profile", "{}"), ErrConflict},
		{"liked twice", memberCall, jsonError(422, "Already liked", "{}"), ErrConflict},
		{"full", memberCall, jsonError(422, "This event is full", "{}"), ErrConflict},
		{"full in other words", memberCall, jsonError(422, "Event limit reached", "{}"), ErrConflict},
		{"full as in Rails", memberCall, refusal{422, "application/json", `{"errors":["Event limit reached"]}`}, ErrConflict},
		{"a word", memberCall, refusal{400, "application/json", `{"error":"You cannot perform this action."}`}, ErrForbidden},
		{"blank", memberCall, jsonError(400, "Failed to update comment!", `{"body":["can't be blank"]}`), ErrInvalid},
		{"page", memberCall, jsonError(400, "Invalid page parameter. Page must be a positive integer.", "{}"), ErrInvalid},
		{"unknown 422", memberCall, jsonError(422, "Hm", `"text"`), ErrInvalid},

		{"rate", memberCall, jsonError(429, "Slow down", "{}"), ErrRateLimited},
		{"rate of the edge", memberCall, refusal{429, "text/html", html}, ErrRateLimited},
		{"cloudflare ban", memberCall, refusal{403, "text/plain", "error code: 1010"}, ErrUnavailable},
		{"cloudflare ban as JSON", memberCall, refusal{
			403, "application/problem+json",
			`{"cloudflare_error":true,"error_code":1010,"title":"x"}`,
		}, ErrUnavailable},
		{"cloudflare page", memberCall, refusal{401, "text/html", html}, ErrUnavailable},
		{"500", memberCall, jsonError(500, "The access token is invalid.", "{}"), ErrUnavailable},
		{"502", memberCall, refusal{502, "text/html", html}, ErrUnavailable},
		{"504", memberCall, refusal{504, "text/html", html}, ErrUnavailable},
		{"408", memberCall, refusal{408, "", ""}, ErrTimeout},
		{"405", memberCall, refusal{405, "text/html", html}, ErrUnavailable},
		{"redirect", memberCall, refusal{302, "text/html", html}, ErrUnavailable},
		{"broken JSON", memberCall, refusal{401, "application/json", `{"message":"The access tok`}, ErrUnavailable},

		// The Auth API's 401 is our own secret.
		{"secret", authCall, jsonError(401, "Your account could not be authenticated.", "{}"), ErrCommunitySecret},
		{"unknown 401 of auth", authCall, jsonError(401, "What?", "{}"), ErrCommunitySecret},
		{"secret called a token", authCall, jsonError(401, "The access token is invalid.", "{}"), ErrCommunitySecret},
		{"secret of another API", authCall, jsonError(403, "Forbidden", "{}"), ErrCommunitySecret},
		{"plan of auth", authCall, jsonError(403,
			"Your community isn't eligible for headless API access. Please upgrade or contact support", "{}"), ErrNotEligible},
		{"no such member", authCall, jsonError(404,
			"Community member not found. Please provide a valid SSO User ID, community member ID, or email.",
			"{}"), ErrNotFound},
		{"refresh unknown", authCall, jsonError(404, "Refresh token not found.", "{}"), ErrRefreshTokenInvalid},
		{"refresh of a wrong type", authCall, jsonError(404, "Invalid refresh token.", "{}"), ErrRefreshTokenInvalid},
		{"refresh expired", authCall, jsonError(401, "The refresh token is expired. Please generate/get new auth token.",
			"{}"), ErrRefreshTokenExpired},
		{"revoke invalid", authCall, jsonError(422, "The access token is invalid.", "{}"), ErrTokenInvalid},
		{"revoke expired", authCall, jsonError(422, "The access token is expired.", "{}"), ErrTokenExpired},
		{"revoke twice", authCall, jsonError(422, "The access token not found.", "{}"), ErrTokenRevoked},
		{"revoke without", authCall, jsonError(404, "Oops! Missing parameter. Please try again later.",
			`{"message":"Missing parameter: access_token"}`), ErrInvalid},
		{"encode", authCall, jsonError(422, "The access token generation failed. Please contact support.",
			`{"message":"JWT::EncodeError"}`), ErrUnavailable},
		{"create", authCall, jsonError(422, "There was an error creating the token. Please contact support.",
			`{"message":"Record invalid"}`), ErrUnavailable},
		{"destroy", authCall, jsonError(422, "Failed to revoke the refresh token.", `{"message":"x"}`), ErrUnavailable},
		{"cloudflare on auth", authCall, refusal{403, "text/plain", "error code: 1010"}, ErrUnavailable},
	}
	c := testClient(t, nil)
	all := []error{
		ErrNoToken, ErrTokenInvalid, ErrTokenExpired, ErrTokenRevoked, ErrRefreshTokenInvalid, ErrRefreshTokenExpired,
		ErrForbidden,
		ErrFeatureDisabled, ErrNotFound, ErrConflict, ErrInvalid, ErrRateLimited, ErrUnavailable, ErrTimeout,
		ErrCommunitySecret, ErrNotEligible,
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := c.classify(tt.call, &answer{
				status: tt.got.status, contentType: tt.got.contentType, header: http.Header{},
				body: []byte(tt.got.body),
			})
			if err.Status != tt.got.status {
				t.Errorf("Status = %d, want %d", err.Status, tt.got.status)
			}
			for _, sentinel := range all {
				if got, want := errors.Is(err, sentinel), sentinel == tt.want; got != want {
					t.Errorf("errors.Is(err, %q) = %v, want %v", sentinel, got, want)
				}
			}
		})
	}
}

func TestErrorFields(t *testing.T) {
	tests := []struct {
		name, details string
		want          map[string][]string
	}{
		{
			"Rails' words", `{"body":["can't be blank","is too long (maximum is 255 characters)"]}`,
			map[string][]string{"body": {"can't be blank", "is too long (maximum is 255 characters)"}},
		},
		{"a bare string", `{"name":"can't be blank"}`, map[string][]string{"name": {"can't be blank"}}},
		{"somebody's data", `{"email":["ada@example.com is taken by Ada"]}`, map[string][]string{"email": {"is invalid"}}},
		{"an odd name", `{"<script>":["can't be blank"]}`, nil},
		{"a missing parameter", `{"message":"Missing parameter: comment"}`, map[string][]string{"comment": {"is missing"}}},
		{"a message", `{"message":"ActiveRecord::RecordInvalid"}`, nil},
		{"a string", `"body can't be blank"`, nil},
		{"null", `null`, nil},
		{"a list", `["a"]`, nil},
	}
	c := testClient(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := jsonError(422, "no", tt.details)
			err := c.classify(&request{}, &answer{
				status: r.status, contentType: r.contentType, header: http.Header{},
				body: []byte(r.body),
			})
			if diff := cmp.Diff(tt.want, err.Fields); diff != "" {
				t.Errorf("Fields (-want +got):\n%s", diff)
			}
		})
	}
	many := `{`
	for i := range 50 {
		many += `"f` + string(rune('a'+i%26)) + string(rune('a'+i/26)) + `":["a","b","c","d","e","f","g"],`
	}
	many = strings.TrimSuffix(many, ",") + "}"
	r := jsonError(422, "no", many)
	err := c.classify(&request{}, &answer{
		status: 422, contentType: r.contentType, header: http.Header{},
		body: []byte(r.body),
	})
	if len(err.Fields) != maxErrorFields {
		t.Errorf("%d fields kept, want %d", len(err.Fields), maxErrorFields)
	}
	for name, complaints := range err.Fields {
		if len(complaints) != maxFieldMessages {
			t.Errorf("%d complaints about %s kept, want %d", len(complaints), name, maxFieldMessages)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		header string
		want   time.Duration
	}{
		{"", 0},
		{"30", 30 * time.Second},
		{" 5 ", 5 * time.Second},
		{"-1", 0},
		{"soon", 0},
		{"99999999", 24 * time.Hour},
		{"Sun, 01 Mar 2026 12:00:45 GMT", 45 * time.Second},
		{"Sun, 01 Mar 2026 11:00:00 GMT", 0},
		{"Mon, 01 Mar 2027 12:00:00 GMT", 24 * time.Hour},
	}
	for _, tt := range tests {
		if got := parseRetryAfter(tt.header, now); got != tt.want {
			t.Errorf("parseRetryAfter(%q) = %v, want %v", tt.header, got, tt.want)
		}
	}
}

func TestNetworkErrors(t *testing.T) {
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		err  error
		want error
	}{
		{"refused", t.Context(), errors.New("connection refused"), ErrUnavailable},
		{"broken off", t.Context(), io.ErrUnexpectedEOF, ErrUnavailable},
		{"deadline", t.Context(), context.DeadlineExceeded, ErrTimeout},
		{"caller left", canceled, context.Canceled, context.Canceled},
	}
	for _, tt := range tests {
		if err := (&request{}).failNetwork(tt.ctx, tt.err); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// What is said of a write must be true: only a refusal, or a connection that never was, means that nothing has
// happened.
func TestOutcomeUnknown(t *testing.T) {
	const html = "<html>"
	hang := func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body); <-r.Context().Done() }
	for name, tc := range map[string]struct {
		h    http.HandlerFunc
		want bool
	}{
		"done":             {say(200, "application/json", `{"id":1}`), false},
		"refused":          {say(422, "application/json", `{"message":"no"}`), false},
		"unknown token":    {say(401, "application/json", `{"message":"The access token is invalid."}`), false},
		"too many":         {say(429, "text/plain", "later"), false},
		"edge's ban":       {say(403, "text/plain", "error code: 1010"), false},
		"redirect":         {say(302, "text/html", html), false},
		"gave up waiting":  {say(408, "text/html", html), true},
		"broken":           {say(500, "application/json", `{"message":"no"}`), true},
		"edge's timeout":   {say(504, "text/html", html), true},
		"page as success":  {say(200, "text/html", html), true},
		"cut off":          {say(200, "application/json", `{"id":`), true},
		"connection lost":  {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true},
		"no answer at all": {hang, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := testClient(t, tc.h, func(cfg *Config) {
				cfg.Retries = -1
				if name == "no answer at all" {
					cfg.Timeout = 100 * time.Millisecond
				}
			})
			_, err := c.Spaces.Join(asMember(t), 1)
			if got := OutcomeUnknown(err); got != tc.want {
				t.Errorf("write: OutcomeUnknown(%v) = %v, want %v", err, got, tc.want)
			}
			if _, err := c.Spaces.Get(asMember(t), 1); OutcomeUnknown(err) {
				t.Errorf("read: the outcome of %v is called unknown", err)
			}
		})
	}
	nobody := testClient(t, nil, func(cfg *Config) { cfg.BaseURL = "http://127.0.0.1:1" })
	if _, err := nobody.Spaces.Join(asMember(t), 1); !errors.Is(err, ErrUnavailable) || OutcomeUnknown(err) {
		t.Errorf("without a connection: %v, want ErrUnavailable with a known outcome", err)
	}
	if _, err := nobody.Spaces.Join(asMember(t), 0); OutcomeUnknown(err) {
		t.Errorf("not sent: the outcome of %v is called unknown", err)
	}
}

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
					if _, err := op.call(client); !errors.Is(err, want) {
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

// Whatever has a limit is not called an event.
func TestWhatIsFull(t *testing.T) {
	c := testClient(t, nil)
	for said, want := range map[string]string{
		"This event is full":                         "The event is full.",
		"RSVP limit has been reached for this event": "The event is full.",
		"Event limit reached":                        "The event is full.",
		"This chat room is full":                     "It is full.",
		"Daily message limit reached":                "A limit has been reached.",
	} {
		r := jsonError(http.StatusUnprocessableEntity, said, "{}")
		err := c.classify(&request{}, &answer{
			status: r.status, contentType: r.contentType, header: http.Header{}, body: []byte(r.body),
		})
		if !errors.Is(err, ErrConflict) || err.Message != want {
			t.Errorf("%q: %v, %q, want a conflict that says %q", said, err, err.Message, want)
		}
	}
}
