package graph_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"text/template"

	"circlegraph/internal/contract"
	"circlegraph/internal/race"
)

// TestOfficialExamples serves every official example word for word. Each must resolve, with every field of what it
// feeds, without an error; and every field that it carries must be seen in the answer, or be listed in
// testdata/unexposed.txt with the reason why it is not. A field is seen if the answer changes with it.
func TestOfficialExamples(t *testing.T) {
	t.Parallel()
	official := contract.Load(t)
	reasons := readReasons(t)
	t.Run("operations", func(t *testing.T) {
		for _, op := range official.Operations() {
			t.Run(op.ID, func(t *testing.T) {
				t.Parallel()
				inBubble(func(t *testing.T) { checkExamples(t, official, op.ID, reasons) })(t)
			})
		}
	})
	if !race.Detector {
		reasons.wantAllUsed(t)
	}
}

func checkExamples(t *testing.T, official *contract.Contract, op string, reasons *reasons) {
	c := newOfficialCircle(t)
	seen := map[string]bool{}
	examples := 0
	if feeds[op] == "" && !slices.Contains(silent, op) {
		t.Fatal("no GraphQL operation is fed by it")
	}
	for _, status := range []int{200, 201, 202} {
		for _, example := range official.Examples(op, status) {
			if string(example.Body) == "null" {
				continue
			}
			examples++
			checkExample(t, c, op, example, reasons, seen)
		}
	}
	if (examples == 0) != slices.Contains(silent, op) {
		t.Errorf("%d examples: are they silent?", examples)
	}
	for path, shown := range seen {
		if excused := reasons.excuse(op, path); shown == excused {
			t.Errorf("%q: seen in the answer: %t, listed as unexposed: %t", path, shown, excused)
		}
	}
}

// checkExample serves an example, and then again with each of its leaves changed.
func checkExample(
	t *testing.T, c *officialCircle, op string, example contract.Example, reasons *reasons, seen map[string]bool,
) {
	value, err := parseNumbers(example.Body)
	if err != nil {
		t.Fatal(err)
	}
	c.unlist(op, value)
	query := expand(t, fillFeed(t, feeds[op], value))
	answer, called := c.ask(op, example.Body, query)
	if !called {
		t.Fatalf("%s is not called by\n%.300s\n%.2000s", op, query, answer.Errors)
	}
	if len(answer.Errors) > 0 {
		t.Errorf("example %q: %.3000s", example.Name, answer.Errors)
	}
	if race.Detector { // it would take minutes, and nothing here is about what happens side by side
		return
	}
	value = telling(value)
	shown := func(value any) string {
		body, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := c.ask(op, body, query)
		return string(answer.Data)
	}
	want := shown(value)
	hidden := reasons.hidden(op, value)
	for variant := range others(nil) { // all that is hidden at once, which saves most of the work
		if shown(changedAt("", value, hidden, variant)) != want {
			hidden = nil // some of it is not: they are told apart below
			break
		}
	}
	tried := map[string]int{}
	change(value, func(path string) {
		if seen[path] || tried[path] == maxTries {
			return
		}
		tried[path]++
		seen[path] = !hidden[path] && shown(value) != want
	})
}

// changedAt is a copy of a value in which the leaves with certain paths are changed.
func changedAt(path string, value any, paths map[string]bool, variant int) any {
	switch v := value.(type) {
	case map[string]any:
		other := map[string]any{}
		for key, child := range v {
			other[key] = changedAt(strings.TrimPrefix(path+"."+key, "."), child, paths, variant)
		}
		return other
	case []any:
		other := make([]any, len(v))
		for i, child := range v {
			other[i] = changedAt(path+"[]", child, paths, variant)
		}
		return other
	}
	if !paths[path] {
		return value
	}
	all := others(value)
	return all[variant%len(all)]
}

// telling leaves out the records of a list that show nothing which those before them do not show, to save time.
func telling(example any) any {
	records, ok := example.([]any)
	page, paged := example.(map[string]any)
	if paged {
		records, ok = page["records"].([]any)
	}
	if !ok {
		return example
	}
	shown := map[string]bool{}
	var kept []any
	for _, record := range records {
		before := len(shown)
		leaves("", record, func(path string, value any) {
			if value != nil {
				shown[path] = true
			}
		})
		if len(shown) > before || len(kept) == 0 {
			kept = append(kept, record)
		}
	}
	if !paged {
		return kept
	}
	page["records"] = kept
	return page
}

// maxTries is how often a field is changed that no answer changes with: in the first records of a list, or into values
// of several types where it is null.
const maxTries = 6

func fillFeed(t *testing.T, feed string, example any) string {
	t.Helper()
	tmpl, err := template.New("").Funcs(template.FuncMap{
		"id":   opaqueID,
		"room": func() string { return "ba871a82-de70-4ff8-b04e-08d666fff96c" },
	}).Option("missingkey=error").Parse(feed)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := tmpl.Execute(&out, example); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func opaqueID(kind string, numbers ...any) string {
	text := kind
	for _, n := range numbers {
		text += fmt.Sprint(":", n)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// change changes the leaves of a JSON value in place, one after another, calls check while one is changed, and changes
// it back.
func change(value any, check func(path string)) { changeIn("", value, func(any) {}, check) }

func changeIn(path string, value any, set func(any), check func(path string)) {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			changeIn(strings.TrimPrefix(path+"."+key, "."), child, func(changed any) { v[key] = changed }, check)
		}
	case []any:
		for i, child := range v {
			changeIn(path+"[]", child, func(changed any) { v[i] = changed }, check)
		}
	default:
		for _, changed := range others(value) {
			set(changed)
			check(path)
		}
		set(value)
	}
}

// others are other values that may stand in the place of one; what may stand for null is not known.
func others(value any) []any {
	switch v := value.(type) {
	case bool:
		return []any{!v}
	case json.Number:
		return []any{json.Number("7" + string(v))}
	case string:
		if len(v) > 4 && strings.HasPrefix(v, "20") { // a time, in whatever notation
			return []any{"2019" + v[4:]}
		}
		return []any{"another" + v}
	}
	return []any{
		"https://example.com/", "2019-01-01T00:00:00Z", json.Number("5"), true,
		map[string]any{"body": map[string]any{"type": "doc"}},
	}
}

// reasons are why parts of Circle's answers are not in the schema: lines of operations (without the common part of
// their paths, separated by commas, * for all), path (*.name for that name anywhere, * for everything) and reason,
// separated by tabs. A reason that begins with ! is why the part is in the schema after all.
type reasons struct {
	lines []reason
}

type reason struct {
	op, path, why string
	used          *atomic.Bool
}

func readReasons(t *testing.T) *reasons {
	t.Helper()
	text, err := os.ReadFile("testdata/unexposed.txt")
	if err != nil {
		t.Fatal(err)
	}
	r := &reasons{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, "\t")
		if len(parts) != 3 || parts[2] == "" {
			t.Fatalf("testdata/unexposed.txt: %q is not operation, path and reason", line)
		}
		r.lines = append(r.lines, reason{parts[0], parts[1], parts[2], new(atomic.Bool)})
	}
	return r
}

// excuse reports whether a path of an operation's answer is listed.
func (r *reasons) excuse(op, path string) bool {
	op = strings.Replace(op, memberPath, "", 1)
	for _, line := range r.lines {
		suffix, anywhere := strings.CutPrefix(line.path, "*")
		ofOp := line.op == "*" || slices.Contains(strings.Split(line.op, ", "), op)
		if ofOp && (path == line.path || anywhere && strings.HasSuffix("."+path, suffix)) {
			line.used.Store(true)
			return !strings.HasPrefix(line.why, "!")
		}
	}
	return false
}

// hidden are the paths of an answer that are listed.
func (r *reasons) hidden(op string, answer any) map[string]bool {
	paths := map[string]bool{}
	change(answer, func(path string) {
		if _, known := paths[path]; !known {
			paths[path] = r.excuse(op, path)
		}
	})
	return paths
}

// wantAllUsed fails for what is listed in vain.
func (r *reasons) wantAllUsed(t *testing.T) {
	t.Helper()
	for _, line := range r.lines {
		if !line.used.Load() {
			t.Errorf("testdata/unexposed.txt: no answer has %s %s", line.op, line.path)
		}
	}
}
