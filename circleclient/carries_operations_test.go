package circleclient

import (
	"maps"
	"os"
	"regexp"
	"testing"
)

// The operations are those that the comments name.
func TestSourceOperations(t *testing.T) {
	text, err := os.ReadFile("carries.go")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`// Source\w+ is ((?:GET|POST|PUT|PATCH) /[\w/{}]+)`).FindAllSubmatch(text, -1) {
		named[string(m[1])] = true
	}
	known := map[string]bool{}
	for source, operation := range sourceOperations {
		known[source.Operation()] = true
		if !named[operation] {
			t.Errorf("no comment says that a source is %s", operation)
		}
	}
	if len(known) == 0 || !maps.Equal(known, named) {
		t.Errorf("the sources have the operations %v, want %v", known, named)
	}
}
