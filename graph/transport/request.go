package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"circlegraph/internal/memory"
)

// DocumentID is the key under which Extensions hold the id of a trusted document, where the client named one beside the
// query instead of in `extensions.persistedQuery`: as `documentId`, `doc_id` or `id`.
const DocumentID = "documentId"

// read takes the parameters out of a request.
func (t HTTP) read(ctx context.Context, w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refusal) {
	started := graphql.Now()
	var params *graphql.RawParams
	var problem *refusal
	switch r.Method {
	case http.MethodGet:
		params, problem = readURL(r.URL.RawQuery, memory.From(ctx))
	case http.MethodPost:
		params, problem = t.readBody(ctx, w, r)
	default:
		return nil, &refusal{
			status: http.StatusMethodNotAllowed, message: "Send queries by GET or POST, and mutations by POST.", allow: allowed,
		}
	}
	if problem != nil {
		return nil, problem
	}
	if unasked(params) {
		return nil, refused(http.StatusBadRequest, "The request has no `query`.")
	}
	params.Headers = r.Header
	params.ReadTime = graphql.TraceTiming{Start: started, End: graphql.Now()}
	return params, nil
}

// readURL reads the parameters of a GET.
func readURL(query string, hold *memory.Hold) (*graphql.RawParams, *refusal) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, refused(http.StatusBadRequest, "The parameters in the address cannot be read.")
	}
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName")}
	for name, into := range map[string]*map[string]any{"variables": &params.Variables, "extensions": &params.Extensions} {
		text := []byte(values.Get(name))
		if problem := weighJSON([]byte(`{"":`+string(text)+"}"), hold); problem != nil {
			return nil, problem
		}
		if len(text) > 0 && decode(bytes.NewReader(text), (*object)(into)) != nil {
			return nil, refused(http.StatusBadRequest, "`"+name+"` must be a JSON object.")
		}
	}
	nameDocument(params, values.Get("documentId"), values.Get("doc_id"), values.Get("id"))
	return params, nil
}

// readBody reads the parameters of a POST.
func (t HTTP) readBody(
	ctx context.Context, w http.ResponseWriter, r *http.Request,
) (*graphql.RawParams, *refusal) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset, encoding := params["charset"], r.Header.Get("Content-Encoding")
	switch {
	case err != nil || media != mediaJSON: // forms too: browsers send those for any page without asking
		w.Header().Set("Accept-Post", mediaJSON)
		return nil, refused(http.StatusUnsupportedMediaType,
			"The body of a request must be application/json, and its Content-Type must say so.")
	case charset != "" && !strings.EqualFold(charset, "utf-8"), encoding != "" && encoding != "identity":
		return nil, refused(http.StatusUnsupportedMediaType, "The body of a request must be plain UTF-8.")
	}
	body, problem := t.readAll(ctx, w, r)
	if problem == nil {
		problem = weighJSON(body, memory.From(ctx))
	}
	if problem != nil {
		return nil, problem
	}
	request, err := decodeRequest(body)
	if err != nil {
		return nil, refused(http.StatusBadRequest, complaint(body, err))
	}
	return request, nil
}

// decodeRequest reads the parameters out of a JSON object.
func decodeRequest(body []byte) (*graphql.RawParams, error) {
	var request struct {
		Query         string `json:"query"`
		OperationName string `json:"operationName"`
		Variables     object `json:"variables"`
		Extensions    object `json:"extensions"`
		DocumentID    any    `json:"documentId"`
		DocID         any    `json:"doc_id"`
		ID            any    `json:"id"`
	}
	if err := decode(bytes.NewReader(bytes.TrimPrefix(body, []byte(byteOrderMark))), &request); err != nil {
		return nil, err
	}
	p := &graphql.RawParams{
		Query: request.Query, OperationName: request.OperationName, Variables: request.Variables,
		Extensions: request.Extensions,
	}
	nameDocument(p, request.DocumentID, request.DocID, request.ID)
	return p, nil
}

// unasked reports whether a request names no document in any way.
func unasked(p *graphql.RawParams) bool {
	return p.Query == "" && p.Extensions["persistedQuery"] == nil && p.Extensions[DocumentID] == nil
}

// readAll reads a body that is not too long. One whose announced length is too long is not read at all.
func (t HTTP) readAll(ctx context.Context, w http.ResponseWriter, r *http.Request) (body []byte, problem *refusal) {
	switch {
	case r.ContentLength > t.MaxBytes:
		problem = tooLarge(t.MaxBytes)
	case r.ContentLength > maxSmall:
		problem = t.vouch(ctx, memory.From(ctx))
	}
	if problem == nil {
		body, problem = t.receive(ctx, http.MaxBytesReader(w, r.Body, t.MaxBytes), t.MaxBytes, memory.From(ctx))
	}
	if problem != nil {
		w.Header().Set("Connection", "close") // rather than read the rest
	}
	return body, problem
}

// decode reads exactly one JSON value. Numbers keep all their digits.
func decode(r io.Reader, into any) error {
	d := json.NewDecoder(r)
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// byteOrderMark is what some programs write in front of UTF-8.
const byteOrderMark = "\ufeff"

// object is a JSON object. Clients without variables send null or an empty text for it.
type object map[string]any

// UnmarshalJSON implements [json.Unmarshaler].
func (o *object) UnmarshalJSON(raw []byte) error {
	if string(raw) == `""` {
		*o = nil
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode((*map[string]any)(o))
}

// complaint says what is wrong with a body without repeating any of it: tokens may be in there.
func complaint(body []byte, err error) string {
	if bytes.HasPrefix(bytes.TrimLeft(body, byteOrderMark+" \t\r\n"), []byte("[")) {
		return "Send one operation per request: arrays of operations are not accepted."
	}
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok || wrong.Field == "" {
		return "The body of the request is not a JSON object with a `query`."
	}
	switch wrong.Field {
	case "query", "operationName":
		return "`" + wrong.Field + "` must be a string."
	}
	return "`" + wrong.Field + "` must be a JSON object."
}

// nameDocument keeps the first id that is a string and not empty.
func nameDocument(params *graphql.RawParams, ids ...any) {
	for _, id := range ids {
		if name, ok := id.(string); ok && name != "" {
			if params.Extensions == nil {
				params.Extensions = map[string]any{}
			}
			params.Extensions[DocumentID] = name
			return
		}
	}
}
