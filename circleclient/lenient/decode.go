// Package lenient decodes what Circle really sends.
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

// Decode reads an answer of Circle into out, leniently: nothing in the contract is required and the live API departs
// from it, so one odd field must not cost the record. Unknown fields are ignored, null gives zero, numbers in strings
// and strings in numbers are understood, and a value of the wrong kind leaves its field zero. A *string is nil for ""
// too: Circle writes no text both ways. List items that are no records are dropped. What fails is text that is not
// JSON, and an answer that is an array instead of an object or the reverse.
//
// What is decoded shares memory with data, which must not change afterwards.
//
// The JSON packages can be made to do the same by a function that they ask about every value, which takes twice as long
// as plans that are made once for each type; see [planOf]. Decoders of single oddities (UnmarshalJSON methods) call it
// for their parts.
func Decode(data []byte, out any) error {
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

// decoder is the JSON package's tokenizer, over text that is at hand as a whole.
type decoder struct {
	jsontext.Decoder
	reader bytes.Buffer
	data   []byte
	text   string // the same
}

// decoders are at rest.
var decoders = sync.Pool{New: func() any { return new(decoder) }}

func (d *decoder) begin(data []byte) {
	d.reader = *bytes.NewBuffer(data)                                       // which the tokenizer reads in place
	d.data, d.text = data, unsafe.String(unsafe.SliceData(data), len(data)) //nolint:gosec // G103: data does not change, see Decode
	d.Reset(&d.reader, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func (d *decoder) release() {
	d.begin(nil)
	decoders.Put(d)
}

// value reads the next value and gives it as it is written: as a part of the whole, twice.
func (d *decoder) value() (raw jsontext.Value, text string, err error) {
	value, err := d.ReadValue()
	if err != nil {
		return nil, "", err
	}
	end := int(d.InputOffset())
	begin := end - len(value)
	return d.data[begin:end:end], d.text[begin:end], nil
}

// skip passes over a value that cannot be understood.
func (d *decoder) skip() (bool, error) { return false, d.SkipValue() }

// each reads what is in an object or an array, up to its end.
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
