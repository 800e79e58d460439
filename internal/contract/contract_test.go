package contract

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestOperations(t *testing.T) {
	ops := Load(t).Operations()
	if len(ops) != 106 {
		t.Errorf("len(Operations()) = %d, want 106", len(ops))
	}
	for i := 1; i < len(ops); i++ {
		if ops[i-1].ID >= ops[i].ID {
			t.Errorf("%s stands before %s", ops[i-1].ID, ops[i].ID)
		}
	}
	if got, want := ops[0], (Operation{
		"DELETE", "/api/headless/v1/bookmarks/{id}",
		"DELETE /api/headless/v1/bookmarks/{id}",
	}); got != want {
		t.Errorf("Operations()[0] = %v, want %v", got, want)
	}
}

func TestExamples(t *testing.T) {
	c := Load(t)
	tests := []struct {
		op     string
		status int
		want   int
	}{
		{"GET /api/headless/v1/notifications", 200, 10},
		{"GET /api/headless/v1/notifications", 400, 6},
		{"GET /api/headless/v1/notifications", 418, 0},
		{"GET /api/headless/v1/nothing", 200, 0},
		{"POST /api/v1/headless/auth_token", 200, 1},
	}
	for _, tt := range tests {
		list := c.Examples(tt.op, tt.status)
		if len(list) != tt.want {
			t.Errorf("len(Examples(%q, %d)) = %d, want %d", tt.op, tt.status, len(list), tt.want)
		}
		for _, e := range list {
			if !bytes.HasPrefix(e.Body, []byte("{")) {
				t.Errorf("Examples(%q, %d): %s is %.20q, want an object", tt.op, tt.status, e.Name, e.Body)
			}
		}
	}
}

// official replays every official example as an answer and calls seen with what is found.
func official(t *testing.T, c *Contract, seen func(op, name string, found []violation)) int {
	count := 0
	parameter := regexp.MustCompile(`\{[a-z_]+\}`)
	for _, op := range c.Operations() {
		for _, status := range []int{200, 201, 202, 204, 400, 401, 403, 404, 409, 422} {
			for _, example := range c.Examples(op.ID, status) {
				x := exchange{
					status: status, header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
					body: example.Body,
				}
				x.request = httptest.NewRequestWithContext(t.Context(), op.Method, parameter.ReplaceAllString(op.Path, "1"),
					http.NoBody)
				id, _ := c.check(t.Context(), x)
				if id != op.ID {
					t.Errorf("check(%s) takes it for %q", op.ID, id)
				}
				_, found := c.check(t.Context(), x)
				var answer []violation
				for _, v := range found {
					if strings.HasPrefix(v.where, "response") {
						answer = append(answer, v)
					}
				}
				seen(id, fmt.Sprintf("%d %s", status, example.Name), answer)
				count++
			}
		}
	}
	return count
}

func TestOfficialExamplesValidate(t *testing.T) {
	count := official(t, Load(t), func(op, name string, found []violation) {
		for _, v := range found {
			if excuse(op, v) < 0 {
				t.Errorf("%s, example %s: %s", op, name, v)
			}
		}
	})
	if count < 850 {
		t.Errorf("only %d examples were replayed: the contract has more", count)
	}
}

// call is an exchange in short: "GET /path?query", a body, a status, an answer.
type call struct {
	line    string
	body    string
	status  int // 200 if it is not given
	answer  string
	noToken bool
	want    string // the violations, joined
}

func (k call) exchange(t *testing.T) exchange {
	method, target, _ := strings.Cut(k.line, " ")
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(k.body))
	if !k.noToken {
		r.Header.Set("Authorization", "Bearer x")
	}
	if k.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return exchange{
		r, []byte(k.body), cmp.Or(k.status, http.StatusOK),
		http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		[]byte(k.answer),
	}
}

const (
	member   = "/api/headless/v1"
	comments = member + "/posts/7/comments"
)

// rest are exchanges that trip the rows of the table that no official example trips.
var rest = []call{
	{line: "GET " + comments, answer: `{"records":[]}`},
	{line: "GET " + member + "/spaces/a/posts?post_ids=7&sort=latest", answer: `{}`},
	{line: "GET " + member + "/spaces/a/posts?topics[]=7&post_ids[]=8", answer: `{}`},
	{line: "GET " + member + "/community_members?search_after=1&search_after=a", answer: `{}`},
	{line: "GET " + member + "/community_members?search_after[]=1", answer: `{}`},
	{line: "GET " + member + "/advanced_search?query=a&filters[space_ids][]=1", answer: `{}`},
	{line: "POST " + member + "/bookmarks", status: 400, answer: `{"success":false,"message":"x"}`},
	{line: "POST " + member + "/bookmarks", status: 404, answer: `{"success":false,"message":"x"}`},
	{line: "POST " + member + "/bookmarks", status: 409, answer: `{"success":false,"message":"x"}`},
	{line: "POST " + member + "/bookmarks", status: 422, answer: `{"success":false,"message":"x"}`},
	{line: "POST " + member + "/bookmarks", status: 413, answer: `{"success":false,"message":"x"}`},
	{line: "GET " + member + "/spaces", answer: `[{"space_member_id":null}]`},
	{line: "GET " + member + "/spaces/7", answer: `{"space_member_id":null}`},
	{line: "GET " + member + "/community_members/7/spaces", answer: `{"records":[{"space_member_id":null}]}`},
	{line: "GET " + member + "/courses/7/lessons/8", answer: `{"featured_media":null,"featured_media_duration":null}`},
	{
		line:   "GET " + member + "/courses/7/quiz_attempts",
		answer: `{"records":[{"passing_grade":null,"result":"pending"}]}`,
	},
	{line: "GET " + member + "/quizzes/7/attempts/8", answer: `{"passing_grade":null}`},
	{line: "GET " + member + "/posts/7/user_likes", answer: `{"count":0,"page_count":0,"records":[]}`},
	{line: "GET " + member + "/home", status: 429, answer: `{"success":false,"message":"x"}`},
	{line: "GET " + member + "/home", status: 502, answer: `Bad gateway`},
	{line: "POST " + member + "/search/community_members", status: 401, answer: `{"success":false,"message":"x"}`},
}

// The live API sends an object where the contract has a list: a tag of an author within an anyOf, where a row of the
// table would let the whole post through.
func TestPlacesOfTagsMayBeAnObject(t *testing.T) {
	c := Load(t)
	for answer, want := range map[string]int{
		`{"records":[{"post_type":"basic","author":{"member_tags":[{"display_locations":{"post_bio":true}}]}}]}`:          0,
		`{"records":[{"post_type":"basic","author":{"member_tags":[{"display_locations":{"post_bio":true},"name":7}]}}]}`: 1,
	} {
		_, found := c.check(t.Context(), call{line: "GET " + member + "/home", status: 200, answer: answer}.exchange(t))
		if len(found) != want {
			t.Errorf("%s: %v, want %d violations", answer, found, want)
		}
	}
}

// TestKnownFaultsAreStillNeeded fails for rows that nothing trips any more.
func TestKnownFaultsAreStillNeeded(t *testing.T) {
	c := Load(t)
	tripped := make([]bool, len(knownFaults))
	note := func(op, name string, found []violation) {
		for _, v := range found {
			if i := excuse(op, v); i >= 0 {
				tripped[i] = true
			}
		}
	}
	official(t, c, note)
	for _, k := range rest {
		op, found := c.check(t.Context(), k.exchange(t))
		note(op, k.line, found)
		for _, v := range found {
			if excuse(op, v) < 0 {
				t.Errorf("%s: %s", k.line, v)
			}
		}
	}
	for i, f := range knownFaults {
		if !tripped[i] {
			t.Errorf("nothing trips {%s, %s, %s}: the row can go", f.operation, f.where, f.rule)
		}
		if f.reason == "" {
			t.Errorf("{%s, %s, %s} has no reason", f.operation, f.where, f.rule)
		}
	}
}

// TestHarnessCanFail sends what must not pass.
func TestHarnessCanFail(t *testing.T) {
	c := Load(t)
	tests := []call{
		{line: "GET " + member + "/posts/7/comments/8", answer: `{"created_at":1}`, want: "response.created_at type"},
		{line: "GET " + comments, answer: `{"records":[{"id":1},{"id":"2"}]}`, want: "response.records.*.id type"},
		{line: "GET " + comments, answer: `{"count":null}`, want: "response.count nullable"},
		{line: "GET " + comments, answer: `{"count":"1","page":"1"}`, want: "response.count type, response.page type"},
		{line: "GET " + comments, answer: `[]`, want: "response type"},
		{line: "GET " + comments, want: "response empty"},
		{line: "GET " + comments, answer: `<html>`, want: "response other"},
		{line: "GET " + comments, status: 206, answer: `{}`, want: "response.206 status"},
		{line: "GET " + comments, status: 418, answer: `{"success":false,"message":"x"}`, want: "response.418 status"},
		{line: "GET " + comments, status: 401, answer: `{"success":false}`, want: "response.message required"},
		{line: "GET " + comments, status: 404, answer: `{"success":"no","message":"x"}`, want: "response.success type"},
		{line: "GET " + member + "/posts/a/comments/8", answer: `{}`, want: "path.post_id other"},
		{line: "GET " + comments + "?sort=best", answer: `{}`, want: "query.sort enum"},
		{line: "GET " + comments + "?page=x", answer: `{}`, want: "query.page other"},
		{line: "GET " + comments + "?limit=3", answer: `{}`, want: "query.limit undeclared"},
		{line: "PUT " + member + "/notification_preferences/push?enabled=true", answer: `{}`, want: "query.type required"},
		{
			line: "POST " + comments, body: `{"comment":{"body":1}}`, status: 201,
			answer: `{}`, want: "request.comment.body type",
		},
		{line: "POST " + comments, status: 201, answer: `{}`, want: "request required"},
		{line: "GET " + comments, noToken: true, answer: `{}`, want: "header.Authorization security"},
		{line: "POST " + comments, status: 401, answer: `{"success":false,"message":"x"}`},
		{line: "GET " + comments, answer: `{"records":[{"id":1,"mood":"fine"}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			op, found := c.check(t.Context(), tt.exchange(t))
			var left []string
			for _, v := range found {
				if excuse(op, v) < 0 {
					left = append(left, v.where+" "+v.rule)
				}
			}
			if got := strings.Join(left, ", "); got != tt.want {
				t.Errorf("check(%s) = %q, want %q", tt.line, got, tt.want)
			}
		})
	}
}

// recorder is a testing.TB that only counts its errors.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func TestMiddleware(t *testing.T) {
	c := Load(t)
	tests := []struct {
		call
		errors string // a part of the only error; empty: none
	}{
		{call{line: "GET " + comments, answer: `{"count":1}`}, ""},
		{call{line: "GET " + comments, answer: `{"count":"1"}`}, "response.count"},
		{call{line: "GET " + member + "/nowhere", status: 404, answer: `<html>`}, "no operation"},
		{call{line: "PUT " + member + "/home", status: 404, answer: `<html>`}, "no operation"},
		{call{line: "POST " + comments, body: `{"comment":{"body":"x"}}`, status: 201, answer: `{"id":1}`}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			rec := &recorder{TB: t}
			x := tt.exchange(t)
			w := httptest.NewRecorder()
			c.Middleware(rec, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got, err := io.ReadAll(r.Body); err != nil || string(got) != tt.body {
					t.Errorf("the handler reads %q, %v, want %q", got, err, tt.body)
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(x.status)
				_, _ = io.WriteString(w, tt.answer)
			})).ServeHTTP(w, x.request)
			if w.Code != x.status || w.Body.String() != tt.answer || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("passed on %d %q, want %d %q", w.Code, w.Body, x.status, tt.answer)
			}
			if got := strings.Join(rec.errors, "\n"); !strings.Contains(got, tt.errors) ||
				len(rec.errors) != min(1, len(tt.errors)) {
				t.Errorf("reported %q, want one error with %q", got, tt.errors)
			}
		})
	}
}

func TestReadSaysWhatIsAbsent(t *testing.T) {
	t.Setenv(SpecsVariable, t.TempDir())
	if _, err := read(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read() of an empty folder = %v, want fs.ErrNotExist", err)
	}
}
