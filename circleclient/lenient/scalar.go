package lenient

import (
	"reflect"
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
		if !ok || v.OverflowInt(n) {
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
	if err != nil || raw.Kind() != jsontext.KindString {
		return false, err
	}
	t, ok := parseTime(unquote(raw, text))
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

// parseTime reads the ways in which Circle writes a time. Without a zone it is UTC.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range [...]string{
		time.RFC3339Nano, "2006-01-02 15:04:05.999999999 MST",
		"2006-01-02T15:04:05.999999999", time.DateOnly,
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
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
