package contract

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// violation is one way in which traffic departs from the contract.
type violation struct {
	where string // as in fault
	rule  string // as in fault
	text  string // for the reader; without the values
}

func (v violation) String() string { return v.where + ": " + v.text + " (" + v.rule + ")" }

// exchange is a request with its answer.
type exchange struct {
	request     *http.Request
	requestBody []byte
	status      int
	header      http.Header
	body        []byte
}

// check compares an exchange with the contract. It answers the operation's ID, empty when there is no such operation. A
// refused request is not checked: it may be wrong.
func (c *Contract) check(ctx context.Context, x exchange) (op string, found []violation) {
	a, route, pathParams := c.find(x.request)
	if route == nil {
		return "", nil
	}
	op = route.Method + " " + route.Path
	input := &openapi3filter.RequestValidationInput{
		Request: withBody(x.request, x.requestBody), PathParams: pathParams, Route: route,
		Options: &openapi3filter.Options{MultiError: true, AuthenticationFunc: bearer, SkipSettingDefaults: true},
	}
	if x.status < 300 {
		found = append(found, flatten(openapi3filter.ValidateRequest(ctx, input))...)
		found = append(found, undeclared(x.request, route)...)
	}
	return op, append(found, c.checkAnswerOnce(ctx, a, x, input)...)
}

// find looks the operation up; the route is nil if there is none.
func (c *Contract) find(r *http.Request) (api, *routers.Route, map[string]string) {
	for _, a := range c.apis {
		if route, params, err := a.router.FindRoute(r); err == nil {
			return a, route, params
		}
	}
	return api{}, nil, nil
}

// withBody is a copy of the request with the body unread.
func withBody(r *http.Request, body []byte) *http.Request {
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.GetBody = nil
	return r
}

// bearer accepts any token: the server decides which are good.
func bearer(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	token, ok := strings.CutPrefix(in.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return errors.New("no bearer token")
	}
	return nil
}

// undeclared finds query parameters that the operation does not have. The validator ignores them, as Circle does.
func undeclared(r *http.Request, route *routers.Route) []violation {
	var found []violation
	for name := range r.URL.Query() {
		declared := false
		for _, ref := range append(route.Operation.Parameters, route.PathItem.Parameters...) {
			p := ref.Value
			deep := p.Style == openapi3.SerializationDeepObject && strings.HasPrefix(name, p.Name+"[")
			declared = declared || p.In == openapi3.ParameterInQuery && (p.Name == name || deep)
		}
		if !declared {
			found = append(found, violation{"query." + name, ruleUndeclared, "the operation has no such parameter"})
		}
	}
	return found
}

// checkAnswerOnce is checkAnswer for what was not checked before: tests get the same answers again and again.
func (c *Contract) checkAnswerOnce(
	ctx context.Context, a api, x exchange, input *openapi3filter.RequestValidationInput,
) []violation {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %s %s", input.Route.Method, input.Route.Path, x.status,
		x.header.Get("Content-Type"), x.body))
	found, ok := c.checked.Load(sum)
	if !ok {
		found, _ = c.checked.LoadOrStore(sum, checkAnswer(ctx, a, x, input))
	}
	return found.([]violation)
}

func checkAnswer(ctx context.Context, a api, x exchange, input *openapi3filter.RequestValidationInput) []violation {
	status := strconv.Itoa(x.status)
	ref := input.Route.Operation.Responses.Value(status)
	if ref == nil {
		found := []violation{{"response." + status, ruleStatus, "the operation does not document this status"}}
		if x.status >= 400 && x.status < 500 && isJSON(x.header) {
			found = append(found, checkFailure(a, x.body)...)
		}
		return found
	}
	media := ref.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		// The refusals of tokens are documented by examples only.
		if x.status >= 400 {
			return checkFailure(a, x.body)
		}
		return nil
	}
	if len(bytes.TrimSpace(x.body)) == 0 || string(x.body) == "null" {
		return []violation{{"response", ruleEmpty, "no body where one is documented"}}
	}
	response := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: x.status, Header: x.header,
		Options: &openapi3filter.Options{MultiError: true},
	}
	response.SetBodyBytes(placesAsLists(x.body))
	return flatten(openapi3filter.ValidateResponse(ctx, response))
}

// places is the one field in which the live API differs from the contract inside an anyOf, and there a row of the table
// would let the whole record through: it sends an object of switches for the list of places that show a tag.
var places = regexp.MustCompile(`"display_locations":\s*\{[^{}]*\}`)

func placesAsLists(body []byte) []byte {
	return places.ReplaceAll(body, []byte(`"display_locations":[]`))
}

// checkFailure compares an error that no schema describes with the general shape. The schema requires nothing, so the
// one field of all examples is required here.
func checkFailure(a api, body []byte) []violation {
	var value map[string]any
	if err := json.Unmarshal(body, &value); err != nil {
		return []violation{{"response", ruleFormat, "an error that is not a JSON object"}}
	}
	found := flattenAt("response", a.failure.VisitJSON(value, openapi3.MultiErrors(), openapi3.VisitAsResponse()))
	if _, ok := value["message"]; !ok {
		found = append(found, violation{"response.message", "required", "an error without a message"})
	}
	return found
}

func isJSON(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// flatten turns the validator's nested errors into violations.
func flatten(err error) []violation { return flattenAt("", err) }

func flattenAt(where string, err error) []violation {
	switch e := err.(type) { //nolint:errorlint // each layer says where, and must be seen by itself
	case nil:
		return nil
	case openapi3.MultiError:
		var all []violation
		for _, one := range e {
			all = append(all, flattenAt(where, one)...)
		}
		return all
	case *openapi3filter.RequestError:
		where = "request"
		if e.Parameter != nil {
			where = e.Parameter.In + "." + e.Parameter.Name
		}
		return flattenInner(where, e.Reason, e.Err)
	case *openapi3filter.ResponseError:
		return flattenInner("response", e.Reason, e.Err)
	case *openapi3filter.SecurityRequirementsError:
		return []violation{{"header.Authorization", "security", "no bearer token"}}
	case *openapi3.SchemaError:
		return []violation{{place(where, e.JSONPointer()), e.SchemaField, e.Reason}}
	}
	if where == "" {
		where = "?"
	}
	return []violation{{where, ruleOther, fmt.Sprintf("%v", err)}}
}

func flattenInner(where, reason string, inner error) []violation {
	if inner == nil {
		return []violation{{where, ruleFormat, reason}}
	}
	if errors.Is(inner, openapi3filter.ErrInvalidRequired) {
		return []violation{{where, "required", "missing"}}
	}
	return flattenAt(where, inner)
}

// place is where followed by the pointer, with "*" for indexes.
func place(where string, pointer []string) string {
	// Parameters have no inside worth naming: "query.search_after", not its items.
	if !strings.HasPrefix(where, "request") && !strings.HasPrefix(where, "response") {
		return where
	}
	index := regexp.MustCompile(`^\d+$`)
	for _, name := range pointer {
		if index.MatchString(name) {
			name = "*"
		}
		where += "." + name
	}
	return where
}
