package scalar

import (
	"strconv"
	"testing"
)

// FuzzCircleID: a number of Circle's is refused, or positive and the same number.
func FuzzCircleID(f *testing.F) {
	for _, s := range []string{"1", "", "01", "-1", "+1", "0", "9223372036854775808", "1e3", " 1", "1/2", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ParseCircleID(s)
		if err != nil {
			return
		}
		if again, _ := strconv.ParseInt(s, 10, 64); n <= 0 || n != again {
			t.Errorf("ParseCircleID(%q) = %d", s, n)
		}
	})
}
