// Package process holds what concerns the process as a whole.
package process

import "runtime/debug"

// TuneMemory trades memory for time where the operator has not chosen by GOGC or GOMEMLIMIT: a gateway makes much garbage
// and keeps little, so collecting at five times the live heap halves what collection costs. The soft limit keeps a burst
// from using it all.
func TuneMemory(getenv func(string) string) {
	if getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(400)
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(512 << 20)
	}
}

// Version is that of a released build, "devel" otherwise.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
