package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What .dockerignore keeps out of the image's build must not be what the program is built of.
func TestImageIsBuiltOfAllSources(t *testing.T) {
	text, err := os.ReadFile("../.dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	ignored := strings.Fields(string(text))
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
		"{{with .Module}}{{if .Main}}{{$.Dir}}{{end}}{{end}}", "circlegraph").Output()
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	for _, dir := range packages {
		path, err := filepath.Rel(root, dir)
		if err != nil {
			t.Fatal(err)
		}
		top, _, _ := strings.Cut(filepath.ToSlash(path), "/")
		if slices.Contains(ignored, top) {
			t.Errorf("%s is left out of the image's build by .dockerignore", path)
		}
	}
	if len(packages) < 10 || !slices.Contains(ignored, "e2e") {
		t.Errorf("%d packages and %q ignored: this test looks at the wrong things", len(packages), ignored)
	}
}
