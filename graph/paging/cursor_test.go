package paging

import (
	"testing"

	"circlegraph/circleclient"
)

// FuzzCursor: a cursor is refused, or leads to a place within what Circle can answer.
func FuzzCursor(f *testing.F) {
	posts := Of("posts", 7)
	for _, s := range []string{
		posts.At(20), Of("posts", 8).At(20), "", "=", posts.At(-1), posts.At(maxOffset + 1), "\x00",
		posts.AtStop(Stop{Offset: 120, Start: 100, After: circleclient.SearchAfter{[]byte(`"Ada"`), []byte("1")}}),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := posts.Offset(&s); err == nil && (n < 1 || n > maxOffset) {
			t.Errorf("cursor %q leads to %d", s, n)
		}
		stop, err := posts.Stop(&s)
		if err == nil && (stop.Offset < 1 || stop.Offset > maxOffset || stop.Start < 0 || stop.Start > stop.Offset) {
			t.Errorf("cursor %q leads to %+v", s, stop)
		}
	})
}
