package persisted

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// lay writes files into a directory of their own.
func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	directory := t.TempDir()
	for name, text := range files {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return directory
}

func TestRead(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  []string // file, id and text
		err   string
	}{
		{
			"a manifest",
			map[string]string{"m.json": `{"b": "{ b }", "sha256:a": "{ a }"}`},
			[]string{"m.json a { a }", "m.json b { b }"},
			"",
		},
		{"fragments of other files", map[string]string{
			"src/a.graphql":              "# ä\nquery A { ...F }\nquery B {\n  b\n}",
			"src/parts/f.gql":            "fragment F on T { ...G }\n\n# Unused.\nfragment H on T { h }",
			"src/g.graphql":              "fragment G on T { g }",
			"node_modules/x/bad.graphql": "query {",
			".cache/bad.graphql":         "query {",
			"schema.graphql":             "type Query { a: Int }",
			"package.json":               "{}",
		}, []string{
			"src/a.graphql  query A { ...F }\nfragment F on T { ...G }\n\n# Unused.\nfragment G on T { g }\n",
			"src/a.graphql  query B {\n  b\n}\n",
		}, ""},
		{
			"a file that cannot be read",
			map[string]string{"a.graphql": "query {"},
			[]string{"a.graphql  query {"},
			"",
		},
		{"a fragment that is lacking", map[string]string{"a.graphql": "{ ...F }"}, []string{"a.graphql  { ...F }\n"}, ""},
		{
			"two fragments of a name",
			map[string]string{"a.graphql": "fragment F on T { a }", "b.graphql": "{ c }\nfragment F on T { b }"},
			nil,
			"b.graphql:2: the fragment F stands in",
		},
		{"no manifest", map[string]string{"a.json": "{"}, nil, "a.json: neither an Apollo manifest"},
		{"nothing", map[string]string{"a.txt": ""}, nil, "no documents"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			directory := lay(t, tc.files)
			documents, err := Read(directory)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Fatalf("Read() fails with %v, want %q", err, tc.err)
			}
			var got []string
			for _, d := range documents {
				file, err := filepath.Rel(directory, d.File)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, filepath.ToSlash(file)+" "+d.ID+" "+d.Text)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("Read() (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := Read(filepath.Join(t.TempDir(), "nowhere")); !os.IsNotExist(err) {
		t.Errorf("Read(nowhere) fails with %v, want that it does not exist", err)
	}
}

// A mistake is shown where it was made, not where it has got to.
func TestPlace(t *testing.T) {
	directory := lay(t, map[string]string{
		"a.graphql": "\n\nquery A {\n  ...F\n}",
		"f.graphql": "# F.\nfragment F on T {\n  f\n}\n",
	})
	documents, err := Read(filepath.Join(directory, "a.graphql"), filepath.Join(directory, "f.graphql"))
	if err != nil || len(documents) != 1 {
		t.Fatal(documents, err)
	}
	for line, want := range map[int]string{1: "a.graphql:3", 2: "a.graphql:4", 4: "f.graphql:2", 5: "f.graphql:3"} {
		file, inFile := documents[0].Place(line)
		if got := filepath.Base(file) + ":" + string(rune('0'+inFile)); got != want {
			t.Errorf("line %d of %q is %s, want %s", line, documents[0].Text, got, want)
		}
	}
	if file, line := (Document{File: "m.json", ID: "a", Text: "{ a }"}).Place(1); file != "m.json" || line != 1 {
		t.Errorf("line 1 of a manifest's document is %s:%d", file, line)
	}
}
