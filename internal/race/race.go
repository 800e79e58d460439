// Package race is test support: it tells tests whether the race detector watches them. Whatever they do takes some six
// times as long then, and what they do at random is watched as well in a few rounds as in many.
package race

import "testing"

// Rounds is how often a test does something at random: so many times, and fewer where the race detector watches.
func Rounds(times, watched int) int {
	if Detector {
		return watched
	}
	return times
}

// Some is each fourth of many cases where the race detector watches, and all of them elsewhere. It is for cases that
// differ in what is asked and answered, and not in what runs side by side.
func Some[T any](all []T) []T {
	if !Detector {
		return all
	}
	var some []T
	for i := 0; i < len(all); i += 4 {
		some = append(some, all[i])
	}
	return some
}

// Skip leaves a test out where the race detector watches and learns nothing by it. Why not is said.
func Skip(t testing.TB, why string) {
	t.Helper()
	if Detector {
		t.Skip("nothing for the race detector: " + why)
	}
}
