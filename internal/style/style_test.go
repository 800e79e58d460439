// Package style holds the tree to one way of writing.
package style

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"circlegraph/internal/race"
)

// phrase is wording to avoid, and what to write instead.
type phrase struct {
	avoid  *regexp.Regexp
	prefer string
}

// phrases need a dictionary of their own, or are not Go's idiom.
var phrases = []phrase{
	{regexp.MustCompile(`\b(tells?|says?) whether\b`), "reports whether"},
	{regexp.MustCompile(`\balone\b`), "only, by itself, orphaned"},
	{regexp.MustCompile(`[^e] (is|are|was|were) none\b`), "is not, are not"}, // "there is none" is fine
	{regexp.MustCompile(`\b(nil|null|empty|zero|false|true|nothing) where\b`), "if"},
	{regexp.MustCompile(`\bwhere (nil|null|empty|zero|none|absent|absence)\b`), "if"},
	{regexp.MustCompile(`\bwhat (came|comes|became|becomes) of\b`), "the outcome of, the state of"},
	{regexp.MustCompile(`^ \w+ tells (how|if|what|where|which|who|why)\b`), "returns"},
	{regexp.MustCompile(`\bnobody is if nil\b`), "may be nil"},
	{regexp.MustCompile(`\bas long as there (is|are)\b`), "while, if"},
	{regexp.MustCompile(`(?i)\berrands?\b`), "screen"},
	{regexp.MustCompile(`(?i)\b(is|are|be|was) reckoned\b|\breckonings?\b`), "estimate"},
	{regexp.MustCompile(`(?i)\b(dearest|tally|tallies)\b`), "most expensive, total, sum"},
	{regexp.MustCompile(`\b(one|member) asking\b`), "caller (of a token), viewer (a member)"},
	{regexp.MustCompile(`\bstands? in for\b`), "serves instead, is stale"},
	{regexp.MustCompile(`\bgraph/(wire|documents|lists)\b`), "graph/transport, graph/persisted, graph/serial"},
	{regexp.MustCompile(`\b(ahead|walk|cannot)\.go\b`), "prefetch.go, search_after.go, permissions.go"},
	{regexp.MustCompile(`\bcircleclient/(cache|limit)\.go\b`), "memo.go, budget.go"},
	{regexp.MustCompile(`\bsandbox/course\.go\b`), "course_rules.go"},
}

// maxLine is the length of a line of SDL. The linter checks Go.
const maxLine = 120

// TestWords looks for phrases to avoid in the comments of Go, and in all of SDL and Markdown.
func TestWords(t *testing.T) {
	race.Skip(t, "one file after the other")
	for file, text := range sources(t) {
		for n, line := range strings.Split(text, "\n") {
			if filepath.Ext(file) == ".go" {
				line = comment(line)
			}
			for _, p := range phrases {
				if found := p.avoid.FindString(line); found != "" {
					t.Errorf("%s:%d: %q, better: %s", file, n+1, strings.TrimSpace(found), p.prefer)
				}
			}
		}
	}
}

func TestLinesOfSDL(t *testing.T) {
	for file, text := range sources(t) {
		for n, line := range strings.Split(text, "\n") {
			if length := utf8.RuneCountInString(line); filepath.Ext(file) == ".graphqls" && length > maxLine {
				t.Errorf("%s:%d: %d characters, want at most %d", file, n+1, length, maxLine)
			}
		}
	}
}

// sources are the hand-written files that git tracks, by path from the root of the module.
func sources(t *testing.T) map[string]string {
	t.Helper()
	const root = "../.."
	list, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "*.go", "*.graphqls", "*.md").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for file := range strings.FieldsSeq(string(list)) {
		text, err := os.ReadFile(filepath.Join(root, file))
		if os.IsNotExist(err) { // removed, but not yet from git
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		generated := strings.HasPrefix(string(text), "// Code generated ")
		if !generated && file != "internal/style/style_test.go" {
			files[file] = string(text)
		}
	}
	if len(files) == 0 {
		t.Fatal("no files")
	}
	return files
}

// comment is the comment at the end of a line of Go, or the whole line; empty if there is none.
func comment(line string) string {
	if text, ok := strings.CutPrefix(strings.TrimLeft(line, "\t"), "//"); ok {
		return text
	}
	_, text, _ := strings.Cut(line, " // ")
	return text
}
