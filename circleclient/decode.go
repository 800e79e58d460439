package circleclient

import (
	stdjson "encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// decode reads an answer of Circle into out, leniently: nothing in the contract is required and the live API departs from
// it, so one odd field must not cost the record. Unknown fields are ignored, null gives zero, numbers in strings and
// strings in numbers are understood, and a value of the wrong kind leaves its field zero. A *string is nil for "" too: Circle writes no text both ways. List items that are no records
// are dropped. What fails is text that is not JSON, and an answer that is an array instead of an object or the reverse.
//
// Decoders of single oddities (UnmarshalJSON methods) call it for their parts.
func decode(data []byte, out any) error {
	return json.Unmarshal(data, out, lenient)
}

// lenient is made once, because it remembers what it has learnt about each type.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true),
	json.MatchCaseInsensitiveNames(true), json.WithUnmarshalers(json.UnmarshalFromFunc(decodeValue)))

var errKind = errors.New("the answer is of another kind than the operation gives")

// useDefault makes the JSON package decode the value itself, and ask decodeValue again for what is in it.
var useDefault = errors.ErrUnsupported

// decodeValue is asked for every value; target is a pointer to where it belongs.
func decodeValue(dec *jsontext.Decoder, target any) error {
	kind := dec.PeekKind()
	switch target := target.(type) {
	case *string:
		if kind == jsontext.KindString {
			return useDefault
		}
	case *bool:
		if kind == jsontext.KindTrue || kind == jsontext.KindFalse {
			return useDefault
		}
	case *time.Time:
		return decodeScalar(dec, reflect.ValueOf(target).Elem())
	case json.UnmarshalerFrom:
		return useDefault
	case stdjson.Unmarshaler:
		raw, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if target.UnmarshalJSON(raw) != nil {
			reflect.ValueOf(target).Elem().SetZero()
		}
		return nil
	}
	v := reflect.ValueOf(target).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		return decodePointer(dec, v, kind)
	case reflect.Struct, reflect.Map:
		return unlessKind(dec, v, kind, jsontext.KindBeginObject)
	case reflect.Slice:
		if kind == jsontext.KindBeginArray && v.Type().Elem().Kind() == reflect.Pointer {
			return decodeRecords(dec, v)
		}
		return unlessKind(dec, v, kind, jsontext.KindBeginArray)
	case reflect.Interface, reflect.Array:
		return useDefault
	default:
		return decodeScalar(dec, v)
	}
}

// unlessKind skips a value of another kind than wanted. At the top of an answer that is an error: there would be nothing left.
func unlessKind(dec *jsontext.Decoder, v reflect.Value, kind, want jsontext.Kind) error {
	switch {
	case kind == want:
		return useDefault
	case kind == jsontext.KindInvalid: // not JSON: let the package say what is wrong
		return useDefault
	case dec.StackDepth() == 0:
		return errKind
	}
	v.SetZero()
	return dec.SkipValue()
}

// decodePointer leaves nil where the value cannot be understood, so that absent and odd look the same.
func decodePointer(dec *jsontext.Decoder, v reflect.Value, kind jsontext.Kind) error {
	elem := v.Type().Elem()
	if kind == jsontext.KindNull || kind == jsontext.KindInvalid || v.Type().Implements(unmarshalerType) && elem != timeType {
		return useDefault
	}
	switch elem.Kind() {
	case reflect.Struct:
		if elem == timeType {
			break
		}
		return unlessKind(dec, v, kind, jsontext.KindBeginObject)
	case reflect.Map:
		return unlessKind(dec, v, kind, jsontext.KindBeginObject)
	case reflect.Slice:
		return unlessKind(dec, v, kind, jsontext.KindBeginArray)
	case reflect.Interface, reflect.Array, reflect.Pointer:
		return useDefault
	}
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	value := reflect.New(elem)
	if !setScalar(value.Elem(), raw) || elem.Kind() == reflect.String && value.Elem().Len() == 0 {
		v.SetZero()
		return nil
	}
	v.Set(value)
	return nil
}

var (
	timeType        = reflect.TypeFor[time.Time]()
	unmarshalerType = reflect.TypeFor[stdjson.Unmarshaler]()
)

// decodeRecords reads a list of pointers without its nulls and strangers, so that no user meets a nil record.
func decodeRecords(dec *jsontext.Decoder, v reflect.Value) error {
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 10))
	for {
		switch dec.PeekKind() {
		case jsontext.KindEndArray, jsontext.KindInvalid:
			_, err := dec.ReadToken()
			return err
		}
		item := reflect.New(v.Type().Elem())
		if err := json.UnmarshalDecode(dec, item.Interface()); err != nil {
			return err
		}
		if !item.Elem().IsNil() {
			v.Set(reflect.Append(v, item.Elem()))
		}
	}
}

func decodeScalar(dec *jsontext.Decoder, v reflect.Value) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if !setScalar(v, raw) {
		v.SetZero()
	}
	return nil
}

// setScalar puts a JSON value into a scalar and tells whether that made sense.
func setScalar(v reflect.Value, raw jsontext.Value) bool {
	text, quoted := string(raw), raw.Kind() == jsontext.KindString
	if quoted {
		unquoted, err := jsontext.AppendUnquote(nil, raw)
		if err != nil && len(unquoted) == 0 {
			return false
		}
		text = string(unquoted)
	}
	if v.Type() == timeType {
		t, ok := parseTime(text)
		v.Set(reflect.ValueOf(t))
		return ok && quoted
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
		return quoted || raw.Kind() == jsontext.KindNumber
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return err == nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, ok := parseInt(text)
		if !ok || v.OverflowInt(n) {
			return false
		}
		v.SetInt(n)
		return true
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || v.OverflowFloat(f) || f != f {
			return false
		}
		v.SetFloat(f)
		return true
	}
	return false
}

func parseInt(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	const exact = 1 << 53 // beyond it a float is no longer every integer
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != float64(int64(f)) || f > exact || f < -exact {
		return 0, false
	}
	return int64(f), true
}

// parseTime reads the ways in which Circle writes a moment. Where no zone is given it is UTC.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999 MST", "2006-01-02T15:04:05.999999999", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
