package persisted

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoad(t *testing.T) {
	const (
		apollo = `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [
			{"id": "a1", "name": "A", "type": "query", "body": "query A { a }"}]}`
		relay   = `{"b1": "query B { b }"}`
		pairs   = `[["c1", "query C { c }"], ["a1", "query A { a }"]]`
		codegen = `{"sha256:d1": "query D { d }"}`
	)
	a, b, c, d := "query A { a }", "query B { b }", "query C { c }", "query D { d }"
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  map[string]string
		err   string
	}{
		{"Apollo", map[string]string{"m.json": apollo}, map[string]string{"a1": a}, ""},
		{"Relay", map[string]string{"m.json": relay}, map[string]string{"b1": b}, ""},
		{"pairs", map[string]string{"m.json": pairs}, map[string]string{"c1": c, "a1": a}, ""},
		{"a directory", map[string]string{
			"1.json": apollo, "2.json": relay, "3.json": pairs, "4.json": codegen,
			"notes.txt": "-",
		}, map[string]string{"a1": a, "b1": b, "c1": c, "d1": d}, ""},
		{
			"two texts in two files",
			map[string]string{"1.json": apollo, "2.json": `{"a1": "{ other }"}`},
			nil,
			`2.json: the id "a1" stands for another document`,
		},
		{
			"two texts in a file",
			map[string]string{"m.json": `[["x", "{ a }"], ["x", "{ b }"]]`},
			nil,
			`the id "x" stands for two documents`,
		},
		{"no text", map[string]string{"m.json": `{"x": ""}`}, nil, "has no id or no text"},
		{"no documents", map[string]string{"m.json": `{}`}, nil, "no trusted documents"},
		{"an empty directory", nil, nil, "no trusted documents"},
		{
			"a later Apollo manifest",
			map[string]string{"m.json": `{"format": "apollo-persisted-query-manifest", "version": 2}`},
			nil, "of version 2",
		},
		{"something else", map[string]string{"m.json": `{"a": {"b": 1}}`}, nil, "m.json: neither an Apollo manifest"},
		{"no JSON", map[string]string{"m.json": `query A { a }`}, nil, "m.json: neither an Apollo manifest"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			directory := t.TempDir()
			for name, text := range tc.files {
				if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got, err := Load(directory)
			if tc.err == "" && err != nil || tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)) {
				t.Fatalf("Load() fails with %v, want %q", err, tc.err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("Load() (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "nowhere")); !os.IsNotExist(err) {
		t.Errorf("Load(nowhere) fails with %v, want that it does not exist", err)
	}
}
