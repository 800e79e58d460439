// Package panics makes errors of panics, in goroutines whose panic would end the whole process.
package panics

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Recover turns a panic into err. Defer it at the top of a goroutine: a panic then fails only what the goroutine does.
func Recover(err *error) {
	if value := recover(); value != nil {
		*err = Error(value)
	}
}

// Error makes an error of a recovered value, with the stack. Of the value it shows only what the runtime says: any
// other may hold an answer of Circle's, and errors are logged.
func Error(value any) error {
	what := fmt.Sprintf("%T", value)
	if known, ok := value.(runtime.Error); ok {
		what = known.Error()
	}
	return fmt.Errorf("panic: %s\n%s", what, debug.Stack())
}
