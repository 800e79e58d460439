package lenient

import (
	"testing"
	"time"
)

// Times come in every form that Ruby and JavaScript write; a form or zone that is not known gives none, and never the
// year 1.
func TestTimes(t *testing.T) {
	want := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for _, text := range []string{
		`"2026-03-01T10:00:00Z"`, `"2026-03-01T10:00:00.000Z"`, `"2026-03-01T12:00:00+02:00"`, `"2026-03-01T12:00:00+0200"`,
		`"2026-03-01T10:00:00"`, `"2026-03-01T10:00"`, `"2026-03-01T10:00Z"`, `" 2026-03-01T10:00:00Z "`,
		`"2026-03-01 10:00:00"`, `"2026-03-01 10:00:00.000000"`, `"2026-03-01 10:00:00 UTC"`, `"2026-03-01 10:00:00 +0000"`,
		`"2026-03-01 12:00:00 +0200"`, `"2026-03-01 12:00:00 +02:00"`, `"2026-03-01 10:00:00Z"`, `"2026-03-01 10:00"`,
		`"Sun, 01 Mar 2026 10:00:00 GMT"`, `"Sun, 01 Mar 2026 10:00:00 +0000"`, `"Sun, 1 Mar 2026 12:00:00 +0200"`,
		`"Sun, 01 Mar 2026 10:00:00.000000000 UTC +00:00"`, `"Sun Mar 01 2026 12:00:00 GMT+0200 (Eastern European Time)"`,
		`"Sun Mar  1 10:00:00 2026"`, `"Sun Mar  1 10:00:00 UTC 2026"`, `"20260301T100000Z"`,
		`"2026-03-01T10:00:00z"`, `"2026-03-01t10:00:00 UTC"`, `"2026-03-01T12:00:00 +02:00"`, `"2026-03-01 12:00:00+02"`,
		`"Sun, 01 Mar 2026 05:00:00.000000000 EST -05:00"`, `"2026-03-01 05:00:00 -0500 EST"`, `"Sun, 01 Mar 2026 10:00:00"`,
		`"1 Mar 2026 10:00:00 GMT"`, `"March 01, 2026 10:00"`, `"20260301100000"`, `"Sun Mar 01 10:00:00 +0000 2026"`,
		`"Sun Mar 01 2026 05:00:00 GMT-0500 (EST)"`, `"2026-03-01T11:00:00+01:00[Europe/Berlin]"`,
		`"2026-03-01T10:00:00Z[UTC]"`, `1772359200000`, `1772359200.0`, `"1772359200"`, `"1772359200000"`,
	} {
		var got struct{ At time.Time }
		if err := Decode([]byte(`{"at":`+text+`}`), &got); err != nil || !got.At.Equal(want) {
			t.Errorf("%s is read as %v, %v; want %v", text, got.At, err, want)
		}
	}
	for _, text := range []string{`"2026-03-01"`, `"20260301"`, `"Sun, 01 Mar 2026"`, `"Sun Mar 01 2026"`, `"March 1, 2026"`} {
		var got struct{ At time.Time }
		if err := Decode([]byte(`{"at":`+text+`}`), &got); err != nil || !got.At.Equal(want.Truncate(24*time.Hour)) {
			t.Errorf("%s is read as %v, %v; want the day", text, got.At, err)
		}
	}
	for _, text := range []string{
		`"2026-03-01 10:00:00 (EST)"`, `"2026-03-01T10:00:00[Europe/Berlin]"`, `"Sun, 01 Mar 2026 10:00:00 PST"`,
		`"2026-03-01 10:00:00 UTC+2"`, `"2026-03-01 10:00:00 Europe/Berlin"`, `"3/1/2026, 10:00:00 AM"`, `"NaN"`, `"Infinity"`,
		`"Invalid Date"`, `"2026-02-30T10:00:00Z"`, `"0000-01-01T00:00:00Z"`, `"0001-01-01T00:00:01Z"`,
		`"0001-01-01T00:00:00+00:53"`, `"0001-01-01"`, `"2026"`, `1772359200000000`,
		`null`, `""`, `"soon"`, `"2026-03-01 10:00:00 EST"`, `"2026-03-01 10:00:00 CEST"`, `"0001-01-01T00:00:00Z"`,
		`"0000-00-00 00:00:00"`, `0`, `-1`, `7`, `1e300`, `true`, `{}`, `[]`,
	} {
		var got struct {
			At    time.Time
			Until *time.Time
		}
		if err := Decode([]byte(`{"at":`+text+`,"until":`+text+`}`), &got); err != nil || !got.At.IsZero() || got.Until != nil {
			t.Errorf("%s is read as %v and %v, %v; want none", text, got.At, got.Until, err)
		}
	}
}
