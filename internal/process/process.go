// Package process holds what concerns the process as a whole.
package process

import "runtime/debug"

// stamped is the version that a build outside of a clone is given:
//
//	go build -ldflags '-X circlegraph/internal/process.stamped=v1.2.0'
var stamped string

// Version is the one that the build was given, or else what Go has read from the clone that it was built in: a tag, or
// the commit with its time. "devel" if there is neither, as with go run.
func Version() string {
	if stamped != "" {
		return stamped
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
