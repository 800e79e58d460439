package graph

import "testing"

// FuzzCursor: a cursor is refused, or leads to a place within what Circle can answer.
func FuzzCursor(f *testing.F) {
	posts := listOf("posts", 7)
	for _, s := range []string{posts.cursor(20), listOf("posts", 8).cursor(20), "", "=", posts.cursor(-1), posts.cursor(maxOffset + 1), "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := posts.offset(&s); err == nil && (n < 1 || n > maxOffset) {
			t.Errorf("cursor %q leads to %d", s, n)
		}
	})
}
