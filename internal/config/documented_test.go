package config

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every setting is in the README's table, and no page or example names one that does not exist.
func TestSettingsAreDocumented(t *testing.T) {
	settings := variables(t)
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, setting := range settings {
		if !strings.Contains(string(readme), "\n| `"+setting+"` |") {
			t.Errorf("the README's table has no row for %s", setting)
		}
	}

	pages := []string{"../../README.md", "../../Dockerfile"}
	for _, pattern := range []string{"../../docs/*.md", "../../deploy/*"} {
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
