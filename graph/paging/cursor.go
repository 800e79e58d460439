// Package paging answers connections: cursors, pages of lists, and what is selected beneath a field.
package paging

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"circlegraph/graph/scalar"
)

// List names a list in cursors, so that a cursor of one list is refused by another: the field, what it hangs on, and
// every argument that changes which items there are and in which order.
type List string

// Of names a list by the field and whatever tells it from other lists of the same field.
func Of(field string, identity ...any) List {
	return List(fmt.Sprint(append([]any{field}, identity...)...))
}

// At says behind which item of a list to go on. It holds the number of items before that place and not a page, so it
// keeps its meaning when `first` changes between two pages.
func (l List) At(offset int) string { return encode(l.mark(), strconv.Itoa(offset)) }

// cursors makes the cursor of each record of a page that begins behind so many items.
func (l List) cursors(offset int) func(int) string {
	mark := l.mark()
	return func(i int) string { return encode(mark, strconv.Itoa(offset+i+1)) }
}

// mark is a short fingerprint of the list.
func (l List) mark() string {
	sum := sha256.Sum256([]byte(l))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

const separator = ":"

func encode(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, separator)))
}

// maxOffset keeps page numbers within what Circle can answer.
const maxOffset = 1_000_000

// Offset reads a cursor: the number of items to leave out, none without a cursor. What is no cursor of this list is a
// [scalar.InputError].
func (l List) Offset(after *string) (int, error) {
	if after == nil {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*after)
	mark, number, ok := strings.Cut(string(raw), separator)
	if err != nil || !ok {
		return 0, malformed()
	}
	return l.offset(mark, number)
}

func (l List) offset(mark, number string) (int, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > maxOffset {
		return 0, malformed()
	}
	if mark != l.mark() {
		return 0, &scalar.InputError{Message: "`after` is a cursor of another list, or of this list in another order or " +
			"with another filter."}
	}
	return n, nil
}

func malformed() error {
	return &scalar.InputError{Message: "`after` is not a cursor of this server. Use the `endCursor` of a page as it " +
		"was given."}
}
