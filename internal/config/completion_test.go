package config

import (
	"bytes"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// printed is what a command prints that needs no settings: it works whatever the environment holds.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	_, err := Load(args, func(name string) string {
		return vars("CIRCLEGRAPH_LISTEN", "nonsense")[name]
	}, "v1.2.3", &out)
	if !errors.Is(err, ErrDone) {
		t.Fatalf("%v ends with %v", args, err)
	}
	return out.String()
}

// Bash is asked what it completes.
func TestCompletion(t *testing.T) {
	script := printed(t, "completion", "bash")
	for _, tc := range []struct {
		typed string // the last word is what is completed
		want  []string
	}{
		{"circlegraph --max-c", []string{"--max-cost"}},
		{"circlegraph --no-intro", []string{"--no-introspection"}},
		{"circlegraph doc", []string{"documents"}},
		{"circlegraph documents ", []string{"check"}},
		{"circlegraph documents check --s", []string{"--strict"}},
		{"circlegraph --log-level ", []string{"debug", "info", "warn", "error"}},
		{"circlegraph --log-level = w", []string{"warn"}},
		{"circlegraph --listen ", nil},
		{"circlegraph completion ", []string{"bash", "zsh", "fish"}},
		{"circlegraph --config file_te", []string{"file_test.go"}},
		{"circlegraph documents check completion_t", []string{"completion_test.go"}},
	} {
		words := strings.Split(tc.typed, " ")
		ask := script + "\nCOMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); _circlegraph; printf '%s\\n' \"${COMPREPLY[@]}\""
		out, err := exec.CommandContext(t.Context(), "bash", append([]string{"-c", ask, "-"}, words...)...).CombinedOutput()
		got := slices.DeleteFunc(strings.Fields(string(out)), func(w string) bool {
			return len(tc.want) > 0 && strings.HasSuffix(tc.typed, " ") && strings.HasPrefix(w, "-") // --help and its like
		})
		if err != nil || !slices.Equal(got, tc.want) {
			t.Errorf("%q completes to %q, %v, want %q", tc.typed, got, err, tc.want)
		}
	}
	if zsh := printed(t, "completion", "zsh"); !strings.HasPrefix(zsh, "#compdef circlegraph\n") {
		t.Errorf("zsh would not know what this is for: %.40s", zsh)
	}
	for _, want := range []string{"-l log-level -x -a 'debug info warn error' -d '", " -a documents -d '", `Circle\'s address.`} {
		if fish := printed(t, "completion", "fish"); !strings.Contains(fish, want) {
			t.Errorf("fish is not told %q", want)
		}
	}
}

// Every flag and every command is in the manual page.
func TestManual(t *testing.T) {
	page := printed(t, "man")
	p, err := newParser(&Config{}, help)
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range p.Model.Flags {
		if !strings.Contains(page, `\fB`+roff("--"+flag.Name)) || !strings.Contains(page, roff(flag.Help)) {
			t.Errorf("the page lacks --%s", flag.Name)
		}
	}
	for _, want := range []string{".SS documents check\n", "v1.2.3", `\fI<path>`, ".SS Timeouts and limits\n"} {
		if !strings.Contains(page, strings.NewReplacer(`\fI<path>`, `\fIpath`).Replace(want)) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for line := range strings.Lines(page) {
		macro := strings.Fields(strings.TrimPrefix(line, "."))
		if strings.HasPrefix(line, "'") || strings.HasPrefix(line, ".") &&
			!slices.Contains([]string{"TH", "SH", "SS", "TP", "B", "br"}, macro[0]) {
			t.Errorf("a line that roff takes for a macro: %s", line)
		}
	}
}
