package lenient

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// readScalar reads a string, number or boolean, each also if it is written as another of them.
func readScalar(d *decoder, v reflect.Value) (bool, error) {
	raw, text, err := d.value()
	if err != nil {
		return false, err
	}
	kind := raw.Kind()
	if kind == jsontext.KindString {
		text = unquote(raw, text)
	}
	switch v.Kind() {
	case reflect.String:
		if kind != jsontext.KindString && kind != jsontext.KindNumber {
			return false, nil
		}
		v.SetString(text)
		return true, nil
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return err == nil, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, ok := parseInt(text)
		if !ok || v.OverflowInt(n) || v.Kind() == reflect.Int && n != int64(int32(n)) { //nolint:gosec // G115: it compares
			return false, nil
		}
		v.SetInt(n)
		return true, nil
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || v.OverflowFloat(f) || f != f {
			return false, nil
		}
		v.SetFloat(f)
		return true, nil
	}
	return false, nil
}

// readTime reads a time.
func readTime(d *decoder, v reflect.Value) (bool, error) {
	raw, text, err := d.value()
	if err != nil {
		return false, err
	}
	switch raw.Kind() {
	case jsontext.KindString:
		text = unquote(raw, text)
	case jsontext.KindNumber:
	default:
		return false, nil
	}
	t, ok := parseTime(text)
	*v.Addr().Interface().(*time.Time) = t
	return ok, nil
}

// unquote returns what a JSON string says: as a part of text, which is the string as written, if possible.
func unquote(raw jsontext.Value, text string) string {
	inner := text[1 : len(text)-1]
	if strings.IndexByte(inner, '\\') < 0 && utf8.ValidString(inner) {
		return inner
	}
	unquoted, _ := jsontext.AppendUnquote(nil, raw) // the error is only about what it replaces
	return string(unquoted)
}

func parseInt(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	const exact = 1 << 53 // beyond it not every integer is a float
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != float64(int64(f)) || f > exact || f < -exact {
		return 0, false
	}
	return int64(f), true
}

// timeLayouts are the ways in which Ruby and JavaScript write a time, and a few more; in what is parsed by them no
// space is before a zone at the end.
var timeLayouts = makeTimeLayouts()

func makeTimeLayouts() []string {
	layouts := []string{
		time.DateOnly, "20060102", "20060102150405", "Mon, 2 Jan 2006", "2 Jan 2006", "Mon Jan _2 2006",
		"January 2, 2006 15:04", "January 2, 2006", "Mon Jan _2 15:04:05 Z0700 2006", time.ANSIC,
	}
	for _, layout := range []string{
		"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "20060102T150405",
		"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "Mon Jan _2 2006 15:04:05",
	} {
		for _, zone := range []string{"", "Z07:00", "Z0700", "Z07"} {
			layouts = append(layouts, layout+zone)
		}
	}
	return layouts
}

const offset = `[+-]\d\d:?\d\d`

var (
	// namedOffset is a zone by its name and its offset, which says it all: EST -05:00, GMT+0200, -0500 EST.
	namedOffset = regexp.MustCompile(`\b[A-Z]{2,5} ?(` + offset + `)\b|(` + offset + `) [A-Z]{2,5}\b`)
	// utcName is a name for UTC.
	utcName = regexp.MustCompile(`\b(?:UTC|GMT|UT)\b`)
	// nameAfterOffset is what JavaScript adds to an offset: +0200 (Eastern European Time), +02:00[Europe/Helsinki].
	nameAfterOffset = regexp.MustCompile(`(` + offset + `|Z)(?: ?\([^)]*\)|\[[^\]]*\])+$`)
	// spaceBeforeZone is one before a zone at the end.
	spaceBeforeZone = regexp.MustCompile(` (Z|[+-]\d\d(?::?\d\d)?)$`)
)

// parseTime reads a time in one of the layouts, or in seconds or milliseconds since 1970. A zone is an offset, or one
// of the names for UTC. Without one the time is UTC; with any other it is not known. The years up to 1 and a time of 0
// stand for none.
func parseTime(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return known(t)
	}
	text = strings.ToUpper(strings.Join(strings.Fields(text), " "))
	text = nameAfterOffset.ReplaceAllString(text, "$1")
	text = namedOffset.ReplaceAllString(text, "$1$2")
	text = utcName.ReplaceAllString(text, "Z")
	text = spaceBeforeZone.ReplaceAllString(text, "$1")
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return known(t)
		}
	}
	return parseEpoch(text)
}

// known returns a time unless it stands for none.
func known(t time.Time) (time.Time, bool) {
	if t.UTC().Year() <= 1 {
		return time.Time{}, false
	}
	return t, true
}

// parseEpoch reads seconds or milliseconds since 1970.
func parseEpoch(text string) (time.Time, bool) {
	const milliseconds = 1e11 // as seconds, the year 5138
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || !(n >= 1e8 && n < milliseconds*1000): // before 1973 it is some other number
		return time.Time{}, false
	case n < milliseconds:
		n *= 1000
	}
	return time.UnixMilli(int64(n)).UTC(), true
}

// FirstByte returns the first byte of a JSON value, which tells its kind: '{', '[', '"', '-' or a digit, 't', 'f' or
// 'n'; 0 if there is none.
func FirstByte(data []byte) byte {
	for _, c := range data {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}
