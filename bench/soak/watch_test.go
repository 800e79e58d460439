package main

import (
	"io"
	"strings"
	"testing"
)

func TestLevel(t *testing.T) {
	for name, tc := range map[string]struct {
		at   func(second int) sample
		want bool
	}{
		"level": {func(int) sample { return sample{heap: 20e6, goroutines: 80, files: 40} }, true},
		"warming up": {
			func(s int) sample { return sample{heap: min(float64(s)*2e6, 20e6), goroutines: 80, files: 40} },
			true,
		},
		"up and down": {func(s int) sample {
			return sample{heap: 20e6 + float64(s%10)*5e6, goroutines: 80 + float64(s%7)*20, files: 40}
		}, true},
		"memory leaks": {
			func(s int) sample { return sample{heap: 20e6 + float64(s)*5e5, goroutines: 80, files: 40} },
			false,
		},
		"goroutines leak": {
			func(s int) sample { return sample{heap: 20e6, goroutines: 80 + float64(s)*3, files: 40} },
			false,
		},
		"files leak": {func(s int) sample { return sample{heap: 20e6, goroutines: 80, files: 40 + float64(s)} }, false},
		"all leak at last": {func(s int) sample {
			k := float64(max(0, s-40))
			return sample{heap: 20e6 + k*4e6, goroutines: 80, files: 40}
		}, false},
	} {
		var samples []sample
		for second := range 60 {
			samples = append(samples, tc.at(second))
		}
		if err := level(samples); (err == nil) != tc.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if level(make([]sample, 19)) == nil {
		t.Error("nothing is level")
	}
}

// What is too short is refused before anything is built.
func TestTooShort(t *testing.T) {
	err := run(t.Context(), []string{"-for", "5s"}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "at least 30s") {
		t.Errorf("run for 5 seconds = %v, want how long it takes", err)
	}
}
