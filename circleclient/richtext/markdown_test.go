package richtext

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// knownMembers knows the members 1 to 5.
func knownMembers(members []MentionedMember) ([]string, error) {
	signedIDs := make([]string, len(members))
	for i, m := range members {
		if len(m.ID) == 1 && m.ID >= "1" && m.ID <= "5" {
			signedIDs[i] = "sgid-" + m.ID
		}
	}
	return signedIDs, nil
}

// TestMarkdownGolden converts each NAME.md of testdata/markdown. Beside it is the result: NAME.json, a node of the
// document in each line, with NAME.html and NAME.txt, the same text read back; or NAME.refused, what its author is
// told.
func TestMarkdownGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/markdown/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d files, error %v", len(files), err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := &txtar.Archive{Comment: archive.Comment}
		for _, f := range archive.Files {
			if name, ok := strings.CutSuffix(f.Name, ".md"); ok {
				got.Files = append(append(got.Files, f), convert(t, name, string(f.Data))...)
			}
		}
		if *updateGolden {
			if err := os.WriteFile(file, txtar.Format(got), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(got))); diff != "" {
			t.Errorf("%s (-want +got, rewrite with -update-richtext):\n%s", file, diff)
		}
	}
}

func convert(t *testing.T, name, source string) []txtar.File {
	t.Helper()
	r, err := FromMarkdown(source, knownMembers)
	if problems, ok := errors.AsType[Errors](err); ok {
		var lines []byte
		for _, problem := range problems {
			lines = append(lines, problem.Error()+"\n"...)
		}
		return []txtar.File{{Name: name + ".refused", Data: lines}}
	}
	if err != nil {
		return []txtar.File{{Name: name + ".refused", Data: []byte(err.Error() + "\n")}}
	}
	var doc struct{ Content []json.RawMessage }
	if err := json.Unmarshal(r.JSON(), &doc); err != nil {
		t.Fatal(err)
	}
	read := New(Source{Envelope: json.RawMessage(`{"body":` + string(r.JSON()) + `}`)})
	return []txtar.File{
		{Name: name + ".json", Data: append(bytes.Join(rawLines(doc.Content), []byte("\n")), '\n')},
		{Name: name + ".html", Data: []byte(read.HTML() + "\n")},
		{Name: name + ".txt", Data: []byte(read.PlainText() + "\n")},
	}
}

func rawLines(nodes []json.RawMessage) [][]byte {
	lines := make([][]byte, len(nodes))
	for i, n := range nodes {
		lines[i] = n
	}
	return lines
}

func TestMarkdownMentionsAreLookedUpOnce(t *testing.T) {
	var asked [][]MentionedMember
	lookup := func(members []MentionedMember) ([]string, error) {
		asked = append(asked, members)
		return []string{"sgid-a", "sgid-b"}, nil
	}
	r, err := FromMarkdown("Hi [@Ada](member:1)\nand [@Bo](member:2),\n**[@Ada L.](member:1)**!", lookup)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]MentionedMember{{{ID: "1", Name: "Ada", Line: 1}, {ID: "2", Name: "Bo", Line: 2}}}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	if n := strings.Count(string(r.JSON()), `"sgid-a"`); n != 2 {
		t.Errorf("%d of 2 mentions of the same member are in %s", n, r.JSON())
	}
}

func TestMarkdownLookupIsNotAskedInVain(t *testing.T) {
	lookup := func([]MentionedMember) ([]string, error) {
		t.Error("members were looked up")
		return nil, nil
	}
	for _, source := range []string{"nobody", "[@Ada](member:1)\n\n# Too big", strings.Repeat("> ", 40) +
		"[@Ada](member:1)"} {
		if _, err := FromMarkdown(source, lookup); err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", source, err)
		}
	}
}

func TestMarkdownLookupFails(t *testing.T) {
	down := errors.New("down")
	_, err := FromMarkdown("[@Ada](member:1)", func([]MentionedMember) ([]string, error) { return nil, down })
	if !errors.Is(err, down) {
		t.Errorf("error %v, want that of the lookup", err)
	}
}

// Text that is hard on a parser is read or refused as fast as any other.
func TestMarkdownOfPathologicalInput(t *testing.T) {
	if _, err := FromMarkdown(strings.Repeat("x", MaxMarkdownBytes+1), knownMembers); !errors.Is(err,
		ErrContentTooLarge) {
		t.Errorf("a text that is too long: %v, want ErrContentTooLarge", err)
	}
	for _, part := range []string{
		"[", "*a_ ", "`a``", "> ", "- ", "<a", "![", "&#x", "~~a", "|-\n", "[^1]", "[a](<b",
		"[a]: b\n", "a\n", "\\", "<!--", "1. ",
	} {
		source := strings.Repeat(part, MaxMarkdownBytes/len(part))
		if _, err := FromMarkdown(source, knownMembers); err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%q repeated: %v", part, err)
		}
	}
}

// FuzzMarkdown: Markdown becomes a document that this package takes, of nodes and marks that Circle knows, and that
// reads back as the same text; or it is refused.
func FuzzMarkdown(f *testing.F) {
	files, err := filepath.Glob("testdata/markdown/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, c := range archive.Files {
			f.Add(string(c.Data))
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		r, err := FromMarkdown(source, knownMembers)
		checkReadsBack(t, source, r, err)
	})
}
