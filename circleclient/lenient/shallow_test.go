package lenient

import (
	"strings"
	"testing"
)

// One record that is nested beyond measure leaves the others as they are.
func TestDeepRecords(t *testing.T) {
	for _, depth := range []int{10, 5000, 20_000, 100_000} {
		for name, inner := range map[string]string{
			"lists":   strings.Repeat("[", depth) + strings.Repeat("]", depth),
			"objects": strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth),
			"texts":   strings.Repeat(`{"]}\"":[`, depth) + `"x"` + strings.Repeat("]}", depth),
		} {
			var got record
			err := Decode([]byte(`{"name":"x{\"[","raw":`+inner+`,"any":[{"ID":1},`+inner+`],"parts":[{"id":1},{"id":2}]}`), &got)
			if err != nil || got.Name != `x{"[` || len(got.Parts) != 2 || len(got.Raw) == 0 {
				t.Errorf("%d %s: %v, name %q, parts %d", depth, name, err, got.Name, len(got.Parts))
			}
		}
	}
	if err := Decode([]byte(strings.Repeat("[", 20_000)), new([]*part)); err == nil {
		t.Error("JSON that ends too early was read")
	}
}
