//go:build !race

package race

// Detector is whether the race detector watches.
const Detector = false
