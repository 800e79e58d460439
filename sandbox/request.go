package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRequestBody bounds what a caller may send.
const maxRequestBody = 2 << 20

// request is a call with its body read and its member known.
type request struct {
	*http.Request
	body   []byte
	header http.Header // of the answer
	member *member     // nil in the Auth API
	now    time.Time
}

func readRequest(w http.ResponseWriter, r *http.Request) (*request, answer) {
	q := &request{Request: r, header: w.Header()}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return q, failure(http.StatusRequestEntityTooLarge, "Request body is too large.")
		}
		return q, failure(http.StatusBadRequest, "Request body could not be read.")
	}
	q.body = body
	return q, answer{}
}

// decode reads the JSON body into v; an empty body leaves v as it is.
func (q *request) decode(v any) answer {
	if len(q.body) == 0 {
		return answer{}
	}
	if err := json.Unmarshal(q.body, v); err != nil {
		return failure(http.StatusBadRequest, "Error occurred while parsing request parameters")
	}
	return answer{}
}

// id is a numeric path parameter; 0, which no record has, when not a number.
func (q *request) id(name string) int64 { return parseID(q.PathValue(name)) }

func parseID(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// param is a query parameter's last value, as Rails would take it.
func (q *request) param(name string) string {
	values := q.URL.Query()[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// flag is a boolean query parameter.
func (q *request) flag(name string) bool {
	switch q.param(name) {
	case "true", "1":
		return true
	}
	return false
}

// list is a query parameter with several values, in any of the encodings that clients use: name=1&name=2,
// name[]=1&name[]=2, name=1,2.
func (q *request) list(name string) []string {
	var all []string
	query := q.URL.Query()
	for _, value := range append(query[name], query[name+"[]"]...) {
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}

// ids is list for numbers; what is not a number becomes 0 and matches nothing.
func (q *request) ids(name string) []int64 {
	var all []int64
	for _, text := range q.list(name) {
		all = append(all, parseID(text))
	}
	return all
}

// maxPerPage is the most that one page holds. Circle documents no limit; 100 is what clients are known to have used.
const maxPerPage = 100

// paging is the requested page, numbered from 1.
type paging struct{ page, perPage int }

// paging reads page and per_page; invalid values give the defaults.
func (q *request) paging(defaultPerPage int) paging {
	return newPaging(q.param("page"), q.param("per_page"), defaultPerPage)
}

func newPaging(page, perPage string, defaultPerPage int) paging {
	p := paging{page: 1, perPage: defaultPerPage}
	if n, err := strconv.Atoi(page); err == nil && n > 0 {
		p.page = n
	}
	if n, err := strconv.Atoi(perPage); err == nil && n > 0 {
		p.perPage = min(n, maxPerPage)
	}
	return p
}

// listing is a page of records in Circle's envelope. The pointers are what some lists have and others have not.
type listing[T any] struct {
	Page        int     `json:"page"`
	PerPage     int     `json:"per_page"`
	HasNextPage bool    `json:"has_next_page"`
	Count       int     `json:"count"`
	PageCount   *int    `json:"page_count,omitempty"`
	Sort        *string `json:"sort,omitempty"`
	Records     []T     `json:"records"`
	Meta        *empty  `json:"meta,omitempty"`
}

// empty is the object {}.
type empty struct{}

// listPage cuts a page out of all the entities and views only those on it.
func listPage[E, V any](p paging, all []E, view func(E) V) listing[V] {
	from := min((p.page-1)*p.perPage, len(all))
	to := min(from+p.perPage, len(all))
	l := listing[V]{
		Page: p.page, PerPage: p.perPage, HasNextPage: to < len(all), Count: len(all),
		Records: make([]V, 0, to-from),
	}
	for _, e := range all[from:to] {
		l.Records = append(l.Records, view(e))
	}
	return l
}

// withPageCount adds page_count, which in spite of its name is the number of records on the page in most of Circle's
// own examples.
func (l listing[T]) withPageCount() listing[T] {
	l.PageCount = new(len(l.Records))
	return l
}

// withSort adds the sort order that was applied.
func (l listing[T]) withSort(sort string) listing[T] {
	l.Sort = &sort
	return l
}

// withMeta adds the empty meta object.
func (l listing[T]) withMeta() listing[T] {
	l.Meta = &empty{}
	return l
}

func ok(body any) answer      { return answer{http.StatusOK, body} }
func created(body any) answer { return answer{http.StatusCreated, body} }
func noContent() answer       { return answer{http.StatusNoContent, nil} }

// done is the answer of operations that say no more than that they worked.
func done(message string) answer { return ok(outcome{true, message}) }

type outcome struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
}

type errorBody struct {
	Success      bool   `json:"success"`
	Message      string `json:"message"`
	ErrorDetails any    `json:"error_details"` // an object, a string or null
}

// succeeded is the object {"success": true}.
type succeeded struct {
	Success bool `json:"success"`
}

// said is the object {"message": …}.
type said struct {
	Message string `json:"message"`
}

// failure is an error with empty details.
func failure(status int, message string) answer {
	return answer{status, errorBody{Message: message, ErrorDetails: empty{}}}
}

// missingRecord is Circle's 404 for a record that is not there, or that the caller may not know of. Kinds are post,
// comment, space and so on.
func missingRecord(kind string) answer {
	return answer{http.StatusNotFound, errorBody{
		Message:      "Oops! Missing record. Please try again later.",
		ErrorDetails: said{"Missing record: " + kind},
	}}
}

// foundRecord is the first record of the list that match accepts; it refuses with 404 if there is none.
func foundRecord[T any](kind string, list []*T, match func(*T) bool) (*T, answer) {
	if record := find(list, match); record != nil {
		return record, answer{}
	}
	return nil, missingRecord(kind)
}

// missingParameter is Rails' 404 for a parameter that is not there.
func missingParameter(name string) answer {
	return answer{http.StatusNotFound, errorBody{
		Message:      "Oops! Missing parameter. Please try again later.",
		ErrorDetails: said{"Missing parameter: " + name},
	}}
}

// invalid is a 400 for a field that cannot be saved, with the reason.
func invalid(message, field, reason string) answer {
	return answer{http.StatusBadRequest, errorBody{Message: message, ErrorDetails: map[string][]string{field: {reason}}}}
}

// notListed is invalid for a word that is not one of those to choose from.
func notListed(message, field string) answer {
	return invalid(message, field, "is not included in the list")
}

// forbidden is Circle's "not allowed": a 401, as for a bad token, and only the sentence differs.
func forbidden() answer { return failure(http.StatusUnauthorized, "You cannot perform this action.") }

// stamp is a point in time as Rails writes it: UTC with milliseconds.
type stamp time.Time

// MarshalJSON writes the time, or null for the zero time.
func (t stamp) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return time.Time(t).UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z"`), nil
}

// orNull is the text, or null when it is empty.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// idOrNull is the id, or null when it is 0.
func idOrNull(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}
