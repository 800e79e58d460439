package paging

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"circlegraph/circleclient"
)

// maxCursor is the longest cursor that is read, in bytes: a place holds a name and two numbers.
const maxCursor = 2000

// Stop is where a cursor leads in a list of members: behind Offset items. Circle pages these by number up to the
// 10,000th, and by the place that each page ends at as far as anybody likes. The walk to a stop begins at the place
// After, which is behind Start items, or at the beginning where After is empty.
type Stop struct {
	Offset, Start int
	After         circleclient.SearchAfter
}

// AtStop says behind which item to go on.
func (l List) AtStop(s Stop) string {
	if len(s.After) == 0 {
		return l.At(s.Offset)
	}
	place, err := json.Marshal(s.After)
	if err != nil {
		return l.At(s.Offset) // not reached: it is JSON that was read
	}
	return encode(l.mark(), strconv.Itoa(s.Offset), strconv.Itoa(s.Start), string(place))
}

// Stop reads a cursor, also one of [List.At]. What is no cursor of this list is a [scalar.InputError].
func (l List) Stop(after *string) (Stop, error) {
	if after == nil {
		return Stop{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*after)
	parts := strings.SplitN(string(raw), separator, 4)
	if err != nil || len(parts) < 4 || len(raw) > maxCursor {
		offset, err := l.Offset(after)
		return Stop{Offset: offset}, err
	}
	offset, err := l.offset(parts[0], parts[1])
	if err != nil {
		return Stop{}, err
	}
	s := Stop{Offset: offset}
	s.Start, err = strconv.Atoi(parts[2])
	if err != nil || s.Start < 1 || s.Start > offset || offset-s.Start > circleclient.MaxPerPage ||
		json.Unmarshal([]byte(parts[3]), &s.After) != nil {
		return Stop{}, malformed()
	}
	return s, nil
}
