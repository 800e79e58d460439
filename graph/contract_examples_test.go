package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
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

	mu     sync.Mutex
	op     string
	answer json.RawMessage
	called bool
	spaces []json.Number // that answers spoke of
}

type officialAnswer struct {
	status int
	body   json.RawMessage
}

// noon is when these tests happen: before the tokens of the examples expire.
func noon() time.Time { return time.Date(2021, 12, 31, 12, 0, 0, 0, time.UTC) }

func newOfficialCircle(t *testing.T) *officialCircle {
	t.Helper()
	c := &officialCircle{t: t, mux: http.NewServeMux(), defaults: map[string]officialAnswer{}}
	official := contract.Load(t)
	for _, op := range official.Operations() {
		c.defaults[op.ID] = firstAnswer(official, op.ID)
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
		Circle: func(cfg *circleclient.Config) { cfg.Transport, cfg.Retries = c, -1 },
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
	c.mu.Lock()
	defer c.mu.Unlock()
	if op.ID == c.op && c.about(r) {
		answer.body, c.called = c.answer, true
	} else {
		answer.body = plenty.ReplaceAll(c.fit(r, answer.body), []byte("${1}99"))
	}
	c.note(answer.body)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body)
}

// about reports whether a request is for the very thing that the example shows, and not for another of its kind that it
// mentions.
func (c *officialCircle) about(r *http.Request) bool {
	var record struct{ ID json.Number }
	asked := r.PathValue("id")
	return r.Method != http.MethodGet || asked == "" || json.Unmarshal(c.answer, &record) != nil || record.ID == "" ||
		!c.called || string(record.ID) == asked
}

// fit makes the answer of an operation that is not under test speak of what is asked.
func (c *officialCircle) fit(r *http.Request, body json.RawMessage) json.RawMessage {
	id := r.PathValue("id") + r.PathValue("community_member_id")
	switch path := strings.TrimPrefix(r.URL.Path, memberPath); {
	case path == "spaces":
		return c.copies(body, "id", c.spaces)
	case path == "space_notification_details":
		return c.copies(body, "id", numbers(r.URL.Query()["space_ids"]))
	case strings.HasSuffix(path, "/posts") && r.URL.Query().Has("post_ids"):
		var page map[string]json.RawMessage
		c.decode(body, &page)
		page["records"] = c.copies(page["records"], "id", numbers(r.URL.Query()["post_ids"]))
		return c.encode(page)
	case id != "" && bytes.HasPrefix(body, []byte("{")):
		var record map[string]json.RawMessage
		c.decode(body, &record)
		if _, ok := record["id"]; ok {
			record["id"] = json.RawMessage(id)
		}
		return c.encode(record)
	}
	return body
}

// copies are copies of a list's first record, one for each id.
func (c *officialCircle) copies(list json.RawMessage, key string, ids []json.Number) json.RawMessage {
	var records []map[string]json.RawMessage
	c.decode(list, &records)
	copies := make([]json.RawMessage, len(ids))
	for i, id := range ids {
		records[0][key] = json.RawMessage(id)
		copies[i] = c.encode(records[0])
	}
	return c.encode(copies)
}

func (c *officialCircle) decode(body []byte, out any) {
	if err := json.Unmarshal(body, out); err != nil {
		c.t.Errorf("%s: %v", body, err)
	}
}

func (c *officialCircle) encode(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		c.t.Error(err)
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

// ask sends an operation while Circle answers op with body, and reports whether op was called.
func (c *officialCircle) ask(op string, body json.RawMessage, query string) (answer graphqlAnswer, called bool) {
	c.op, c.answer, c.called = op, body, false
	text, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		c.t.Fatal(err)
	}
	req := httptest.NewRequestWithContext(c.t.Context(), http.MethodPost, "/", bytes.NewReader(text))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	w := httptest.NewRecorder()
	c.facade.ServeHTTP(w, req)
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		c.t.Fatalf("%v\n%s", err, w.Body)
	}
	return answer, c.called
}

// note remembers which spaces an answer speaks of.
func (c *officialCircle) note(answer json.RawMessage) {
	if len(answer) == 0 {
		return
	}
	value, err := parseNumbers(answer)
	if err != nil {
		c.t.Error(err)
	}
	c.noteHits(value)
	leaves("", value, func(path string, value any) {
		number, ok := value.(json.Number)
		if ok && (strings.HasSuffix(path, "space_id") || strings.HasSuffix(path, "space.id")) &&
			!slices.Contains(c.spaces, number) {
			c.spaces = append(c.spaces, number)
		}
	})
}

// noteHits remembers the spaces among what a search has found.
func (c *officialCircle) noteHits(answer any) {
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
		if id, ok := hit["id"].(json.Number); ok && !slices.Contains(c.spaces, id) {
			c.spaces = append(c.spaces, id)
		}
	}
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
