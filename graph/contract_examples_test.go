package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"circlegraph/circleclient"
	"circlegraph/graph"
	"circlegraph/internal/contract"
	"circlegraph/internal/facade"
)

const (
	memberPath = "/api/headless/v1/"
	authPath   = "/api/v1/headless/"
)

// officialCircle is a Circle that answers with the official examples: the one under test word for word, and every other
// operation with its first example, made to fit what is asked. The facade reads it without sockets between.
type officialCircle struct {
	t        *testing.T
	mux      *http.ServeMux
	defaults map[string]officialAnswer
	facade   http.Handler
	token    string
	askings  sync.Map      // by the address of an asking, which is what its requests say
	spaces   []json.Number // that the defaults speak of
	unlisted json.Number   // a space that the list of them lacks, so that it is read by itself
}

// askingHeader names the asking that a request is for.
const askingHeader = "X-Asking"

// asking is one operation asked of officialCircle. Each request names its own, because one that nobody waits for any
// more may reach Circle after its operation was answered.
type asking struct {
	t      *testing.T
	op     string
	answer json.RawMessage

	spaces []json.Number // that are listed, whatever is asked first

	mu     sync.Mutex
	called bool
}

type askingKey struct{}

type officialAnswer struct {
	status int
	body   json.RawMessage
}

// noon is when these tests happen: before the tokens of the examples expire.
func noon() time.Time { return time.Date(2021, 12, 31, 12, 0, 0, 0, time.UTC) }

// defaults are what every such Circle begins with.
var defaults struct {
	read    sync.Once
	answers map[string]officialAnswer
	spaces  []json.Number
}

func newOfficialCircle(t *testing.T) *officialCircle {
	t.Helper()
	official := contract.Load(t)
	defaults.read.Do(func() {
		defaults.answers = map[string]officialAnswer{}
		for _, op := range official.Operations() {
			first := firstAnswer(official, op.ID)
			defaults.answers[op.ID] = first
			defaults.spaces = append(defaults.spaces, spacesOf(t, first.body)...)
		}
	})
	c := &officialCircle{t: t, mux: http.NewServeMux(), defaults: maps.Clone(defaults.answers), spaces: defaults.spaces}
	for _, op := range official.Operations() {
		c.mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) { c.serve(w, r, op) })
	}
	var err error
	c.token, err = jwt.NewWithClaims(jwt.SigningMethodHS256,
		jwt.MapClaims{"exp": noon().Add(time.Hour).Unix()}).SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	cfg := sandboxSettings(t)
	cfg.CircleURL, cfg.CommunityURL = "https://circle.example.com", ""
	f, err := facade.New(cfg, facade.Dependencies{
		Logger: slog.New(slog.DiscardHandler), Now: noon, Handler: graph.NewUnlimited,
		Circle: func(cfg *circleclient.Config) {
			cfg.Transport, cfg.Retries = c, -1
			cfg.Propagate = func(ctx context.Context, header http.Header) {
				header.Set(askingHeader, ctx.Value(askingKey{}).(string))
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c.facade = f.GraphQL
	return c
}

// RoundTrip is the network: there is none.
func (c *officialCircle) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	c.mux.ServeHTTP(w, r)
	return w.Result(), nil
}

// plenty are the counts that decide whether what came along suffices.
var plenty = regexp.MustCompile(`("(?:user_likes_count|comment_count|comments_count|replies_count|count)": ?)[0-9]+`)

// firstAnswer is the first successful answer that is documented.
func firstAnswer(official *contract.Contract, op string) officialAnswer {
	for _, status := range []int{200, 201, 202, 204} {
		for _, example := range official.Examples(op, status) {
			if status != http.StatusNoContent && string(example.Body) != "null" {
				return officialAnswer{status, example.Body}
			}
		}
	}
	return officialAnswer{status: http.StatusNoContent}
}

func (c *officialCircle) serve(w http.ResponseWriter, r *http.Request, op contract.Operation) {
	answer := c.defaults[op.ID]
	named, _ := c.askings.Load(r.Header.Get(askingHeader))
	a := named.(*asking)
	a.mu.Lock()
	defer a.mu.Unlock()
	if op.ID == a.op && a.about(r) {
		answer.body, a.called = a.answer, true
	} else {
		answer.body = a.fitting(r, op.ID, answer.body)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body)
}

// about reports whether a request is for the very thing that the example shows, and not for another of its kind that it
// mentions.
func (a *asking) about(r *http.Request) bool {
	var record struct{ ID json.Number }
	asked := r.PathValue("id")
	return r.Method != http.MethodGet || asked == "" || json.Unmarshal(a.answer, &record) != nil || record.ID == "" ||
		!a.called || string(record.ID) == asked
}

// fitted are answers that fit what was asked before, since most of it is asked again and again.
var fitted sync.Map

// fitting is an answer that fits what is asked, with plenty of everything.
func (a *asking) fitting(r *http.Request, op string, body json.RawMessage) json.RawMessage {
	asked := fmt.Sprint(op, " ", r.URL.RequestURI(), " ", a.spaces)
	known, ok := fitted.Load(asked)
	if !ok {
		known, _ = fitted.LoadOrStore(asked, plenty.ReplaceAll(a.fit(r, body), []byte("${1}99")))
	}
	return known.([]byte)
}

// fit makes the answer of an operation that is not under test speak of what is asked.
func (a *asking) fit(r *http.Request, body json.RawMessage) json.RawMessage {
	id := r.PathValue("id") + r.PathValue("community_member_id")
	switch path := strings.TrimPrefix(r.URL.Path, memberPath); {
	case path == "spaces":
		return a.copies(body, "id", a.spaces)
	case path == "space_notification_details":
		return a.copies(body, "id", numbers(r.URL.Query()["space_ids"]))
	case strings.HasSuffix(path, "/posts") && r.URL.Query().Has("post_ids"):
		var page map[string]json.RawMessage
		a.decode(body, &page)
		page["records"] = a.copies(page["records"], "id", numbers(r.URL.Query()["post_ids"]))
		return a.encode(page)
	case id != "" && bytes.HasPrefix(body, []byte("{")):
		var record map[string]json.RawMessage
		a.decode(body, &record)
		if _, ok := record["id"]; ok {
			record["id"] = json.RawMessage(id)
		}
		return a.encode(record)
	}
	return body
}

// copies are copies of a list's first record, one for each id.
func (a *asking) copies(list json.RawMessage, key string, ids []json.Number) json.RawMessage {
	var records []map[string]json.RawMessage
	a.decode(list, &records)
	copies := make([]json.RawMessage, len(ids))
	for i, id := range ids {
		records[0][key] = json.RawMessage(id)
		copies[i] = a.encode(records[0])
	}
	return a.encode(copies)
}

func (a *asking) decode(body []byte, out any) {
	if err := json.Unmarshal(body, out); err != nil {
		a.t.Errorf("%s: %v", body, err)
	}
}

func (a *asking) encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		a.t.Error(err)
	}
	return raw
}

func numbers(lists []string) []json.Number {
	var out []json.Number
	for _, list := range lists {
		for n := range strings.SplitSeq(list, ",") {
			out = append(out, json.Number(n))
		}
	}
	return out
}

// graphqlAnswer is what the facade answers.
type graphqlAnswer struct {
	Data   json.RawMessage
	Errors []json.RawMessage
}

// unlist has the space of an example read by itself, if that is what op does: a batch of spaces is read by their list.
func (c *officialCircle) unlist(op string, example any) {
	if op == "GET /api/headless/v1/spaces/{id}" {
		record, _ := example.(map[string]any)
		c.unlisted, _ = record["id"].(json.Number)
	}
}

// ask sends an operation while Circle answers op with body, and reports whether op was called.
func (c *officialCircle) ask(op string, body json.RawMessage, query string) (answer graphqlAnswer, called bool) {
	a := &asking{t: c.t, op: op, answer: body}
	for _, id := range append(spacesOf(c.t, body), c.spaces...) {
		if id != c.unlisted && !slices.Contains(a.spaces, id) {
			a.spaces = append(a.spaces, id)
		}
	}
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		c.t.Fatal(err)
	}
	name := fmt.Sprintf("%p", a)
	c.askings.Store(name, a)
	ctx := context.WithValue(c.t.Context(), askingKey{}, name)
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", bytes.NewReader(text))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	w := httptest.NewRecorder()
	c.facade.ServeHTTP(w, req)
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		c.t.Fatalf("%v\n%s", err, w.Body)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return answer, a.called
}

// spacesOf are the spaces that an answer speaks of.
func spacesOf(t *testing.T, answer json.RawMessage) (spaces []json.Number) {
	t.Helper()
	if len(answer) == 0 {
		return nil
	}
	value, err := parseNumbers(answer)
	if err != nil {
		t.Fatal(err)
	}
	spaces = spacesFound(value)
	leaves("", value, func(path string, value any) {
		number, ok := value.(json.Number)
		if ok && (strings.HasSuffix(path, "space_id") || strings.HasSuffix(path, "space.id")) {
			spaces = append(spaces, number)
		}
	})
	return spaces
}

// spacesFound are the spaces among what a search has found.
func spacesFound(answer any) (spaces []json.Number) {
	page, _ := answer.(map[string]any)
	records, _ := page["records"].([]any)
	for _, record := range records {
		hit, _ := record.(map[string]any)
		if hit["type"] != "space" {
			continue
		}
		if attributes, ok := hit["attributes"].(map[string]any); ok {
			hit = attributes
		}
		if id, ok := hit["id"].(json.Number); ok {
			spaces = append(spaces, id)
		}
	}
	return spaces
}

// leaves visits the leaves of a JSON value. Items of lists share a path: "records[].author.name".
func leaves(path string, value any, visit func(path string, value any)) {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			leaves(strings.TrimPrefix(path+"."+key, "."), child, visit)
		}
		if len(v) == 0 {
			visit(path, v)
		}
	case []any:
		for _, child := range v {
			leaves(path+"[]", child, visit)
		}
		if len(v) == 0 {
			visit(path, v)
		}
	default:
		visit(path, v)
	}
}

func parseNumbers(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("%s: %w", body, err)
	}
	return v, nil
}
