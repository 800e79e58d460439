// Package race is test support: it tells tests whether the race detector watches them. Whatever they do takes some six
// times as long then, and what they do at random is watched as well in a few rounds as in many.
package race

// Rounds is how often a test does something at random: so many times, and fewer where the race detector watches.
func Rounds(times, watched int) int {
	if Detector {
		return watched
	}
	return times
}
