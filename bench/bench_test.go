package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"circlegraph/internal/race"
)

// TestMain lets the compiled tests stand for the program where a command starts it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"upstream", "proxy"}, os.Args[1]) {
		main()
		return
	}
	os.Exit(m.Run())
}

// The commands are tried with as little as they can do, so that they work when somebody wants to know something. What
// they measure is nobody's concern here.
func TestCommands(t *testing.T) {
	shop := &workshop{}
	t.Cleanup(shop.close)
	for command, want := range map[string][]string{
		"screens --rounds 1 --latency 0,1ms": {
			"latency 0s", "latency 1ms", "| home | 3 | 3 | 0 | 3 | ",
			"| notifications | 9 | 9 | 0 | 9 | ",
		},
		"evening --members 5 --lengths 10m": {"| REST, 10m | 25 | 25 | ", "| facade, 10m | 25 | 25 | "},
		"peers --rounds 1 --warm-up 1ms --duration 1ms --clients 2": {
			// or why not
			"**Q1**", "**Q3**", "| facade | ", "| naive gqlgen | ", "| bare reverse proxy | ", hiveName, tailcallName,
		},
	} {
		name, _, _ := strings.Cut(command, " ")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "peers" {
				race.Skip(t, "it runs other processes")
			}
			var out strings.Builder
			if err := run(t.Context(), strings.Fields(command), &out, shop); err != nil {
				t.Fatal(err)
			}
			for _, text := range want {
				if !strings.Contains(out.String(), text) {
					t.Errorf("%s prints no %q:\n%s", command, text, out.String())
				}
			}
		})
	}
}
