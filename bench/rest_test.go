package main

import (
	"slices"
	"strings"
	"testing"

	"circlegraph/bench/screens"
	"circlegraph/sandbox"
)

// By REST, each screen asks for what it shows: the calls that Circle's contract makes it need, and no others.
func TestRESTScreens(t *testing.T) {
	all, err := screens.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, screen := range all {
		t.Run(screen.Name, func(t *testing.T) {
			circle := newUpstream(sandbox.Options{HeadlessToken: secret}, false)
			get := memoryGetter(circle, signIn(t, circle.box, "member@example.com"))
			circle.reset()
			if err := walk(t.Context(), get, restScreens[screen.Name], true); err != nil {
				t.Fatal(err)
			}
			var want, got []string
			for _, call := range screen.Calls {
				want = append(want, slices.Repeat([]string{call.Operation}, call.Times)...)
			}
			for _, call := range circle.box.Calls() {
				got = append(got, call.Operation)
			}
			// One post can be read both ways.
			for _, calls := range [][]string{want, got} {
				for i, call := range calls {
					calls[i] = strings.Replace(call, "/posts/{id}", "/posts", 1)
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("calls %q, want %q", got, want)
			}
		})
	}
}
