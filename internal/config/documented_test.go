package config

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The README's table is written from the settings, each of which is explained, and no page or example names one that
// does not exist.
func TestSettingsAreDocumented(t *testing.T) {
	settings := variables(t)
	for field, text := range help {
		if !strings.HasSuffix(text, ".") {
			t.Errorf("%s is explained by %q, want a sentence above the field", field, text)
		}
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	table, err := Table(help)
	if err != nil || !strings.Contains(string(readme), "\n\n"+table+"\n") {
		t.Errorf("the README's table is not that of the settings (%v): run go generate ./...", err)
	}

	pages := []string{"../../README.md", "../../Dockerfile"}
	for _, pattern := range []string{"../../docs/*.md", "../../deploy/*.*", "../../deploy/*/*.*"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		pages = append(pages, found...)
	}
	known := append(slices.Clone(settings), "CIRCLEGRAPH_URL") // which is a client's
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`\bCIRCLE(GRAPH)?_[A-Z_]+\b`).FindAllString(string(text), -1) {
			if !slices.Contains(known, name) {
				t.Errorf("%s names %s, and there is no such setting", filepath.Base(page), name)
			}
		}
	}
}
