package graph

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"circlegraph/circleclient"
)

// Of every query in the scripts, each call to Circle fails in turn. What is lost is null where an error says so, with its
// path and code, and nothing else is lost.
func TestFailedCallCostsItsFields(t *testing.T) {
	for _, name := range scripts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			failCalls(t, txtar.Parse(readFile(t, name)))
		})
	}
}

func failCalls(t *testing.T, script *txtar.Archive) {
	var mu sync.Mutex
	var fails string // the call that does
	var seen []string
	c := newCommunityBehind(t, func(circle http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			call := r.Method + " " + r.URL.String()
			mu.Lock()
			seen = append(seen, call)
			fail := call == fails
			mu.Unlock()
			if fail {
				answerWith(http.StatusInternalServerError, "application/json", `{"message":"no"}`)(w, r)
				return
			}
			circle.ServeHTTP(w, r)
		})
	}, func(cfg *circleclient.Config) { cfg.Rest = -1 })
	eachStep(t, script, func(step, as, query string, variables map[string]any) []byte {
		c.token(as) // which is no call of the query
		seen = nil
		whole, _ := c.ask(as, query, variables)
		if strings.Contains(query, "mutation") {
			return whole
		}
		t.Logf("%s: %d calls fail in turn", step, len(seen))
		calls := slices.Compact(slices.Sorted(slices.Values(seen)))
		for _, call := range calls {
			fails = call
			partly, _ := c.ask(as, query, variables)
			checkLoss(t, step+" without "+call, whole, partly)
		}
		fails = ""
		return whole
	})
}

// checkLoss holds an answer that lacks one call to the whole one.
func checkLoss(t *testing.T, name string, whole, partly []byte) {
	t.Helper()
	all, got := parseFailed(t, whole), parseFailed(t, partly)
	known := map[string]bool{}
	for _, e := range all.Errors {
		known[fmt.Sprint(e.Path)] = true
	}
	lost := map[string]bool{}
	for _, e := range got.Errors {
		path := pathOf(e.Path)
		if known[fmt.Sprint(e.Path)] && e.Extensions.Code != codeUnavailable {
			continue // it failed before
		}
		if e.Extensions.Code != codeUnavailable {
			t.Errorf("%s: %s has the code %s, want %s", name, path, e.Extensions.Code, codeUnavailable)
		}
		if lost[path] {
			t.Errorf("%s: two errors of %s", name, path)
		}
		lost[path] = true
		if value, ok := lookUp(got.Data, e.Path); !ok || value != nil {
			t.Errorf("%s: %s failed and took what is above it along", name, path)
		}
	}
	if len(lost) == 0 {
		t.Errorf("%s: no error", name)
	}
	compareLoss(t, name, "", all.Data, got.Data, lost)
}

// compareLoss reports what differs without an error that says so.
func compareLoss(t *testing.T, name, path string, whole, partly any, lost map[string]bool) {
	t.Helper()
	if lost[path] {
		return
	}
	switch w := whole.(type) {
	case map[string]any:
		if p, ok := partly.(map[string]any); ok {
			for key := range w {
				compareLoss(t, name, path+"/"+key, w[key], p[key], lost)
			}
			return
		}
	case []any:
		if p, ok := partly.([]any); ok && len(p) == len(w) {
			for i := range w {
				compareLoss(t, name, fmt.Sprint(path, "/", i), w[i], p[i], lost)
			}
			return
		}
	}
	if !reflect.DeepEqual(whole, partly) {
		raw, _ := json.Marshal([]any{whole, partly})
		t.Errorf("%s: without an error, %s differs: %.300s", name, path, raw)
	}
}

func pathOf(path []any) string {
	var out strings.Builder
	for _, p := range path {
		fmt.Fprint(&out, "/", p)
	}
	return out.String()
}

// lookUp walks into an answer by the path of an error.
func lookUp(value any, path []any) (any, bool) {
	for _, step := range path {
		switch v := value.(type) {
		case map[string]any:
			child, ok := v[fmt.Sprint(step)]
			if !ok {
				return nil, false
			}
			value = child
		case []any:
			value = v[int(step.(float64))]
		default:
			return nil, false
		}
	}
	return value, true
}
