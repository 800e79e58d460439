package lenient

import (
	"encoding/json"
	"reflect"

	"github.com/go-json-experiment/json/jsontext"
)

// Lazy is a part of a record that stays JSON until it is needed. Few need it, and such parts (replies and likers are
// whole records) are most of what Circle sends. It is empty if Circle sent none, or something else than a T.
type Lazy[T any] json.RawMessage

// Get decodes the part, each time anew. It returns the zero T if there is none.
func (l Lazy[T]) Get() T {
	var value T
	if len(l) > 0 {
		_ = Decode(l, &value) // planLazy has checked that it is JSON of the right kind
	}
	return value
}

func (Lazy[T]) holds() reflect.Type { return reflect.TypeFor[T]() }

type lazy interface{ holds() reflect.Type }

var lazyType = reflect.TypeFor[lazy]()

// planLazy keeps a value as written if it is of the right kind.
func planLazy(t reflect.Type) plan {
	kind := kindOf(reflect.Zero(t).Interface().(lazy).holds())
	return func(d *decoder, v reflect.Value) (bool, error) {
		if got := d.PeekKind(); got == jsontext.KindNull || kind != 0 && got != kind {
			return d.skip()
		}
		return readRaw(d, v)
	}
}

// kindOf returns the JSON kind of a type; 0 for one that decodes itself.
func kindOf(t reflect.Type) jsontext.Kind {
	if reflect.PointerTo(t).Implements(unmarshalerType) {
		return 0
	}
	switch t.Kind() {
	case reflect.Pointer:
		return kindOf(t.Elem())
	case reflect.Slice:
		return jsontext.KindBeginArray
	}
	return jsontext.KindBeginObject
}
