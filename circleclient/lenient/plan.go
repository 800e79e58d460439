package lenient

import (
	stdjson "encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// plan reads the next value into v, which is zero. If the value is null or cannot be understood, v stays zero and ok is
// false. An error means that the text is not JSON.
type plan func(d *decoder, v reflect.Value) (ok bool, err error)

// plans holds the plan of each [reflect.Type] that has been decoded.
var plans sync.Map

var (
	timeType        = reflect.TypeFor[time.Time]()
	rawType         = reflect.TypeFor[stdjson.RawMessage]()
	unmarshalerType = reflect.TypeFor[stdjson.Unmarshaler]()
	namedType       = reflect.TypeFor[Named]()
)

// planOf returns how to read a type; it is worked out once.
func planOf(t reflect.Type) plan {
	if known, ok := plans.Load(t); ok {
		return known.(plan)
	}
	p, _ := plans.LoadOrStore(t, makePlan(t))
	return p.(plan)
}

func makePlan(t reflect.Type) plan {
	switch {
	case t == rawType:
		return readRaw
	case t == timeType:
		return readTime
	case t.Implements(lazyType):
		return planLazy(t)
	case reflect.PointerTo(t).Implements(unmarshalerType):
		return readOddity
	}
	switch t.Kind() {
	case reflect.Struct:
		return planStruct(t)
	case reflect.Pointer:
		return planPointer(t)
	case reflect.Slice:
		return planSlice(t)
	case reflect.Map:
		return planMap(t)
	case reflect.Interface:
		return readAny
	}
	return readScalar
}

// readRaw keeps a value as written.
func readRaw(d *decoder, v reflect.Value) (bool, error) {
	raw, _, err := d.value()
	v.SetBytes(raw)
	return true, err
}

// readOddity lets a type decode itself.
func readOddity(d *decoder, v reflect.Value) (bool, error) {
	raw, _, err := d.value()
	if err != nil {
		return false, err
	}
	if v.Addr().Interface().(stdjson.Unmarshaler).UnmarshalJSON(raw) != nil {
		v.SetZero()
	}
	return raw.Kind() != jsontext.KindNull, nil
}

// readAny reads values of unknown shape.
func readAny(d *decoder, v reflect.Value) (bool, error) {
	return true, json.UnmarshalDecode(&d.Decoder, v.Addr().Interface())
}

// planPointer leaves nil if the value cannot be understood, so that absent and odd look the same.
func planPointer(t reflect.Type) plan {
	elem, text := planOf(t.Elem()), t.Elem().Kind() == reflect.String
	return func(d *decoder, v reflect.Value) (bool, error) {
		if d.PeekKind() == jsontext.KindNull {
			return d.skip()
		}
		value := reflect.New(t.Elem())
		ok, err := elem(d, value.Elem())
		if !ok || err != nil || text && value.Elem().Len() == 0 {
			return false, err
		}
		v.Set(value)
		return true, nil
	}
}

// Named is a record that is nothing without what names it, usually its number.
type Named interface {
	// Named reports whether the record has what names it.
	Named() bool
}

// planSlice reads a list. A list of pointers drops nulls, values of the wrong kind and records without what names them:
// no caller meets a nil record.
func planSlice(t reflect.Type) plan {
	elem, records := planOf(t.Elem()), t.Elem().Kind() == reflect.Pointer
	nameable := t.Elem().Implements(namedType)
	return func(d *decoder, v reflect.Value) (bool, error) {
		if d.PeekKind() != jsontext.KindBeginArray {
			return d.skip()
		}
		n := 0
		v.Set(reflect.MakeSlice(t, 0, 0))
		err := d.each(jsontext.KindEndArray, func() error {
			if n == v.Cap() {
				v.Grow(max(4, n))
			}
			v.SetLen(n + 1)
			ok, err := elem(d, v.Index(n))
			if ok && nameable && !v.Index(n).Interface().(Named).Named() {
				v.Index(n).SetZero()
				ok = false
			}
			if ok || !records {
				n++
			}
			return err
		})
		v.SetLen(n)
		return true, err
	}
}

func planMap(t reflect.Type) plan {
	elem := planOf(t.Elem())
	return func(d *decoder, v reflect.Value) (bool, error) {
		if d.PeekKind() != jsontext.KindBeginObject {
			return d.skip()
		}
		v.Set(reflect.MakeMap(t))
		return true, d.each(jsontext.KindEndObject, func() error {
			raw, text, err := d.value()
			if err != nil {
				return err
			}
			value := reflect.New(t.Elem()).Elem()
			if _, err := elem(d, value); err != nil {
				return err
			}
			v.SetMapIndex(reflect.ValueOf(unquote(raw, text)).Convert(t.Key()), value)
			return nil
		})
	}
}

// field is a field of a struct or of one embedded in it.
type field struct {
	index []int
	plan  plan
}

// planStruct reads a record. It looks at the fields when it first reads one, since a type may contain itself.
func planStruct(t reflect.Type) plan {
	fields := sync.OnceValue(func() map[string]field {
		all := map[string]field{}
		addFields(all, t, nil)
		return all
	})
	return func(d *decoder, v reflect.Value) (bool, error) {
		if d.PeekKind() != jsontext.KindBeginObject {
			return d.skip()
		}
		fields := fields()
		return true, d.each(jsontext.KindEndObject, func() error {
			raw, text, err := d.value()
			if err != nil {
				return err
			}
			f, ok := fields[text[1:len(text)-1]]
			if !ok {
				f, ok = fields[strings.ToLower(unquote(raw, text))]
			}
			if !ok {
				return d.SkipValue()
			}
			target := v.FieldByIndex(f.index)
			target.SetZero() // a name may come twice
			_, err = f.plan(d, target)
			return err
		})
	}
}

// addFields finds the fields by their JSON names in lower case. Those of the struct go before those of embedded
// structs.
func addFields(all map[string]field, t reflect.Type, index []int) {
	var embedded []reflect.StructField
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			embedded = append(embedded, f)
			continue
		case !f.IsExported() || name == "-":
			continue
		case name == "":
			name = f.Name
		}
		name = strings.ToLower(name)
		if _, taken := all[name]; !taken {
			all[name] = field{slices.Concat(index, f.Index), planOf(f.Type)}
		}
	}
	for _, f := range embedded {
		addFields(all, f.Type, slices.Concat(index, f.Index))
	}
}
