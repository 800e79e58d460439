package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

// What a tag of an action means can be changed by whoever can change the action; a commit cannot.
func TestActionsArePinned(t *testing.T) {
	files, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal("no workflows", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, uses := range regexp.MustCompile(`uses: *(\S+)`).FindAllStringSubmatch(string(text), -1) {
			if !regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`).MatchString(uses[1]) {
				t.Errorf("%s uses %s, want a commit", file, uses[1])
			}
		}
	}
}

// The manifest lets nobody but the ingress choose addresses, and nobody but Prometheus read the metrics.
func TestManifestIsNarrow(t *testing.T) {
	text, err := os.ReadFile("kubernetes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	manifest := string(text)
	for _, wide := range []string{`value: "10.0.0.0/8"`, `value: "172.16.0.0/12"`, `value: "192.168.0.0/16"`} {
		if strings.Contains(manifest, wide) {
			t.Errorf("a whole network of pods is trusted: %s", wide)
		}
	}
	_, policy, found := strings.Cut(manifest, "kind: NetworkPolicy")
	if _, metrics, ok := strings.Cut(policy, "monitoring"); !found || !ok || !strings.Contains(metrics, "port: 9090") ||
		strings.Count(policy, "port: 9090") != 1 {
		t.Error("the metrics are not for Prometheus only")
	}
}
