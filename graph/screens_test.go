package graph_test

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
	"circlegraph/internal/race"
	"circlegraph/tokens"
)

// Of every query in the scripts and of every screen, each call to Circle fails in turn. What is lost is null if an
// error says so, with its path and code, and nothing else is lost.
func TestFailedCallCostsItsFields(t *testing.T) {
	t.Parallel()
	for _, name := range race.Some(scripts(t)) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) {
				f := newFailing(t)
				eachStep(t, txtar.Parse(readFile(t, name)), f.inTurn)
			})(t)
		})
	}
	for _, s := range race.Some(allScreens(t)) {
		t.Run("screen "+s.Name, func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) {
				f := newFailing(t)
				if f.inTurn(s.Name, member, s.Document, s.Variables); f.failed < s.Minimum() {
					t.Errorf("%d calls failed, want each of the %d", f.failed, s.Minimum())
				}
			})(t)
		})
	}
}

// failing is a community in which one call to Circle fails.
type failing struct {
	*community
	failed int // calls, so far

	mu    sync.Mutex
	fails string   // the call that does
	asker string   // the token whose calls are noted
	seen  []string // all calls of it
}

func newFailing(t *testing.T) *failing {
	t.Helper()
	f := &failing{}
	f.community = newCommunityInBubble(t, func(circle http.Handler) http.Handler {
		// Slowly, or which calls are made would be a matter of what comes first.
		return slowly(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			call := r.Method + " " + r.URL.String()
			f.mu.Lock()
			if r.Header.Get("Authorization") == "Bearer "+f.asker {
				f.seen = append(f.seen, call)
			}
			fail := call == f.fails
			f.mu.Unlock()
			if fail {
				answerWith(http.StatusInternalServerError, "application/json", `{"message":"no"}`)(w, r)
				return
			}
			circle.ServeHTTP(w, r)
		}))
	}, func(cfg *circleclient.Config) { cfg.Rest = -1 })
	return f
}

// inTurn asks, and again for each of the calls that it cost, which fails then. It gives the whole answer.
func (f *failing) inTurn(step, as, query string, variables map[string]any) []byte {
	f.t.Helper()
	token := f.token(as) // which is no call of the query
	f.mu.Lock()
	f.asker, f.seen = token, nil
	f.mu.Unlock()
	whole, _ := f.ask(as, query, variables)
	if strings.Contains(query, "mutation") {
		return whole
	}
	f.mu.Lock()
	calls := slices.Compact(slices.Sorted(slices.Values(f.seen)))
	f.mu.Unlock()
	for _, call := range calls {
		f.fail(call)
		partly, _ := f.ask(f.anew(as), query, variables)
		checkLoss(f.t, step+" without "+call, whole, partly)
	}
	f.fail("")
	f.failed += len(calls)
	return whole
}

func (f *failing) fail(call string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fails = call
}

// anew signs a member in once more. What was read ahead for an answer that failed may come after it, and is not to be
// taken for a call of the next query.
func (f *failing) anew(as string) string {
	f.t.Helper()
	if !strings.Contains(as, "@") {
		return as
	}
	session, err := f.Sessions.Login(f.t.Context(), tokens.LoginRequest{Email: as})
	if err != nil {
		return as // a member who is gone by now has only the old token
	}
	return session.AccessToken
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
		if known[fmt.Sprint(e.Path)] && e.Extensions.Code != "UPSTREAM_UNAVAILABLE" {
			continue // it failed before
		}
		if e.Extensions.Code != "UPSTREAM_UNAVAILABLE" {
			t.Errorf("%s: %s has the code %s, want %s", name, path, e.Extensions.Code, "UPSTREAM_UNAVAILABLE")
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
