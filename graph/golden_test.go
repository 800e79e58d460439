package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"circlegraph/graph/generated"
	"circlegraph/internal/contract"
)

// TestGolden plays the scripts in testdata, each against a community of its own. A step is a file NAME.graphql with,
// beside it, NAME.as (who asks: an e-mail address, a token, or nothing for nobody; the step before's if absent),
// NAME.variables.json (where {{step:path}} stands for a value of an earlier answer), and the outcome:
// NAME.answer.json and NAME.calls, the upstream calls it cost. -update rewrites the last two.
func TestGolden(t *testing.T) {
	for _, name := range scripts(t) {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			inBubble(func(t *testing.T) { play(t, name) })(t)
		})
	}
}

func scripts(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no scripts", err)
	}
	return names
}

func play(t *testing.T, name string) {
	script := txtar.Parse(readFile(t, name))
	c := newCommunityInBubble(t, slowly)
	named := "" // by whoever asks
	var out txtar.Archive
	out.Comment = script.Comment
	eachStep(t, script, func(step, as, query string, variables map[string]any) []byte {
		out.Files = append(out.Files, section(script, step+".as")...)
		out.Files = append(out.Files, section(script, step+".variables.json")...)
		answer, calls := c.ask(as, query, variables)
		named += as + query
		checkAddresses(t, c, named, step, answer)
		got := []txtar.File{
			{Name: step + ".answer.json", Data: scrub(t, answer)},
			{Name: step + ".calls", Data: []byte(strings.Join(append(calls, ""), "\n"))},
		}
		out.Files = append(append(out.Files, section(script, step+".graphql")...), got...)
		for _, g := range got {
			if *update {
				continue
			}
			var want []byte
			if w := section(script, g.Name); w != nil {
				want = w[0].Data
			}
			if diff := cmp.Diff(string(want), string(g.Data)); diff != "" {
				t.Errorf("%s (-want +got, rewrite with -update)\n%s", g.Name, diff)
			}
		}
		return answer
	})
	if *update {
		if err := os.WriteFile(name, txtar.Format(&out), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestGoldenCallEverything holds the scripts to the whole of Circle: each official operation is called by one at least.
func TestGoldenCallEverything(t *testing.T) {
	called := map[string]bool{}
	for _, name := range scripts(t) {
		for _, file := range txtar.Parse(readFile(t, name)).Files {
			if !strings.HasSuffix(file.Name, ".calls") {
				continue
			}
			for op := range strings.Lines(string(file.Data)) {
				called[strings.TrimSpace(op)] = true
			}
		}
	}
	for _, op := range contract.Load(t).Operations() {
		if !called[op.ID] {
			t.Errorf("no script calls %s", op.ID)
		}
	}
}

// eachStep lets ask carry out the steps of a script one after the other.
func eachStep(
	t *testing.T, script *txtar.Archive, ask func(step, as, query string, variables map[string]any) (answer []byte),
) {
	t.Helper()
	answers, as := map[string]any{}, ""
	for _, file := range script.Files {
		step, ok := strings.CutSuffix(file.Name, ".graphql")
		if !ok {
			continue
		}
		if who := section(script, step+".as"); who != nil {
			as = fill(t, strings.TrimSpace(string(who[0].Data)), answers)
		}
		var variables map[string]any
		if text := section(script, step+".variables.json"); text != nil {
			if err := json.Unmarshal([]byte(fill(t, string(text[0].Data), answers)), &variables); err != nil {
				t.Fatalf("%s: %v", step, err)
			}
		}
		answer := ask(step, as, string(file.Data), variables)
		var value any
		if err := json.Unmarshal(answer, &value); err != nil {
			t.Fatalf("%s: %s", step, answer)
		}
		answers[step] = value
	}
}

// TestEveryNodeCostsOneCall holds the script of node(id) to all types that are a Node.
func TestEveryNodeCostsOneCall(t *testing.T) {
	script := txtar.Parse(readFile(t, "testdata/node.txtar"))
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, def := range schema.GetPossibleTypes(schema.Types["Node"]) {
		if def.IsAbstractType() {
			continue
		}
		calls, answer := section(script, def.Name+".calls"), section(script, def.Name+".answer.json")
		if calls == nil || answer == nil {
			t.Errorf("no script fetches a %s again", def.Name)
			continue
		}
		if n := bytes.Count(calls[0].Data, []byte("\n")); n != 1 ||
			!bytes.Contains(answer[0].Data, []byte(`"__typename": "`+def.Name+`"`)) {
			t.Errorf("a %s costs %d calls: %s", def.Name, n, answer[0].Data)
		}
	}
}

// section is a file of the script, as a list of one or nil.
func section(script *txtar.Archive, name string) []txtar.File {
	i := slices.IndexFunc(script.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return script.Files[i : i+1]
}

var reference = regexp.MustCompile(`\{\{(\w+):([\w.]+)\}\}`)

// fill puts values of earlier answers in their places.
func fill(t *testing.T, text string, answers map[string]any) string {
	return reference.ReplaceAllStringFunc(text, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		value := at(answers[m[1]], m[2])
		if value == nil {
			t.Fatalf("%s: nothing there", ref)
		}
		return fmt.Sprint(value)
	})
}

var secrets = regexp.MustCompile(`("(?:access|refresh)Token": )"[^"]+"`)

// scrub makes an answer readable and the same on every run: tokens are random.
// Fields fail side by side, so errors are put in order too.
func scrub(t *testing.T, answer []byte) []byte {
	var parts struct {
		Errors []json.RawMessage `json:"errors,omitempty"`
		Data   json.RawMessage   `json:"data,omitempty"`
	}
	if err := json.Unmarshal(answer, &parts); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(parts.Errors, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	answer, err := json.Marshal(parts)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, answer, "", "  "); err != nil {
		t.Fatal(err)
	}
	out.WriteByte('\n')
	return secrets.ReplaceAll(out.Bytes(), []byte(`$1"(a token)"`))
}
