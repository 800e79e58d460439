// Package lenient decodes what Circle really sends: nothing in the contract is required, and the live API departs from
// it.
package lenient

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"sync"
	"unsafe"

	"github.com/go-json-experiment/json/jsontext"
)

// Decode reads an answer of Circle into out, so that one odd field does not cost the record. It ignores unknown fields;
// null gives zero; it understands numbers in strings and strings in numbers; a value of the wrong kind leaves its field
// zero. A *string is nil for "" too, since Circle writes "no text" both ways. List items that are not records are
// dropped, and those that are nothing because they lack what names them, see [Named]. An int, which GraphQL gives out
// as an Int, has 32 bits; a number beyond is of the wrong kind. It fails for text that is not JSON, and for an array
// instead of an object or the reverse. Of text that is nested deeper than the tokenizer goes (10,000), what stands
// beyond [maxDepth] counts as null: the list around it must not fail for one record of it.
//
// What is decoded shares memory with data, which must not change afterwards.
//
// The JSON packages can do the same with a function that they call for every value. That takes twice as long as a plan
// made once for each type, see [planOf]. UnmarshalJSON methods call Decode for their parts.
func Decode(data []byte, out any) error {
	err := decode(data, out)
	if err == nil || errors.Is(err, errKind) {
		return err
	}
	if shallow, cut := shallower(data); cut {
		reflect.ValueOf(out).Elem().SetZero()
		return decode(shallow, out)
	}
	return err
}

func decode(data []byte, out any) error {
	d := decoders.Get().(*decoder)
	defer d.release()
	d.begin(data)
	v := reflect.ValueOf(out).Elem()
	ok, err := planOf(v.Type())(d, v)
	if err != nil {
		return err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.Join(errTrailing, err)
	}
	if !ok {
		return errKind
	}
	return nil
}

var (
	errKind     = errors.New("the answer is of another kind than the operation gives")
	errTrailing = errors.New("something follows the answer")
)

// decoder is the tokenizer of the JSON package over data.
type decoder struct {
	jsontext.Decoder
	reader bytes.Buffer
	data   []byte
	text   string // data as a string
}

// decoders are idle decoders.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

func (d *decoder) begin(data []byte) {
	d.reader = *bytes.NewBuffer(data) // the tokenizer reads it in place
	d.data = data
	d.text = unsafe.String(unsafe.SliceData(data), len(data)) //nolint:gosec // G103: data does not change, see Decode
	d.Reset(&d.reader, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func (d *decoder) release() {
	d.begin(nil)
	decoders.Put(d)
}

// value reads the next value and returns it as written, as a part of data and of text.
func (d *decoder) value() (raw jsontext.Value, text string, err error) {
	value, err := d.ReadValue()
	if err != nil {
		return nil, "", err
	}
	end := int(d.InputOffset())
	begin := end - len(value)
	return d.data[begin:end:end], d.text[begin:end], nil
}

// skip skips a value that cannot be understood.
func (d *decoder) skip() (bool, error) { return false, d.SkipValue() }

// each calls read for what is in an object or array, up to its end.
func (d *decoder) each(end jsontext.Kind, read func() error) error {
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != end {
		if err := read(); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}
