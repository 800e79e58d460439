package paging

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"circlegraph/circleclient"
	"circlegraph/graph/scalar"
)

// maxCursor is the longest cursor that is read, in bytes: a place holds a name and two numbers.
const maxCursor = 2000

// maxSkip is the most records of a page that a cursor leaves out; Circle may give more at once than it is asked for.
const maxSkip = 1000

// Stop is where a cursor leads, in one of three forms: behind Offset items; in a page of a size that Circle was asked
// for, behind Skip of its records; or behind the place After and as many records as Offset is greater than Start.
type Stop struct {
	Offset int

	Page, Size, Skip int

	// After is a place in a list of members. Circle pages these by number up to the 10,000th, and by the place that each
	// page ends at as far as anybody likes.
	After circleclient.SearchAfter
	Start int
}

// AtStop says behind which item to go on.
func (l List) AtStop(s Stop) string {
	switch {
	case len(s.After) > 0:
		if place, err := json.Marshal(s.After); err == nil { // it is JSON that was read
			return encode(l.mark(), strconv.Itoa(s.Offset), strconv.Itoa(s.Start), string(place))
		}
	case s.Page > 0:
		return encode(l.mark(), strconv.Itoa(s.Page), strconv.Itoa(s.Size), strconv.Itoa(s.Skip))
	}
	return l.At(s.Offset)
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
	number, err := l.offset(parts[0], parts[1]) // of items before the stop, or of the page
	if err != nil {
		return Stop{}, err
	}
	second, err := strconv.Atoi(parts[2])
	if err != nil || second < 1 {
		return Stop{}, malformed()
	}
	if skip, err := strconv.Atoi(parts[3]); err == nil {
		if second > circleclient.MaxPerPage || skip < 0 || skip > maxSkip {
			return Stop{}, malformed()
		}
		return Stop{Page: number, Size: second, Skip: skip}, nil
	}
	s := Stop{Offset: number, Start: second}
	var place []any // what anybody may have written, and Circle is asked with
	if s.Start > number || number-s.Start > maxSkip || json.Unmarshal([]byte(parts[3]), &s.After) != nil ||
		len(s.After) == 0 || json.Unmarshal([]byte(parts[3]), &place) != nil {
		return Stop{}, malformed()
	}
	if _, err := scalar.UnmarshalJSON(place); err != nil {
		return Stop{}, malformed()
	}
	return s, nil
}
