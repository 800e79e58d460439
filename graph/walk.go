package graph

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"circlegraph/circleclient"
	"circlegraph/graph/model"
)

// Circle pages members by number up to the 10,000th, and by the place that each page ends at as far as anybody likes. The
// cursors of such a list therefore hold that place beside the offset: a page's last item the place that it is at itself,
// every other item the one that the page before ended at, with the number of items since.

// maxCursor is the longest cursor that is read, in bytes: a place holds a name and two numbers.
const maxCursor = 2000

// stop is where a cursor of such a list leads: behind offset items. The walk to it begins at after, which is behind start
// items, or at the beginning where after is empty.
type stop struct {
	offset, start int
	after         circleclient.SearchAfter
}

// cursorAt says behind which item to go on.
func (l list) cursorAt(s stop) string {
	if len(s.after) == 0 {
		return l.cursor(s.offset)
	}
	place, err := json.Marshal(s.after)
	if err != nil {
		return l.cursor(s.offset) // not reached: it is JSON that was read
	}
	text := strings.Join([]string{l.mark(), strconv.Itoa(s.offset), strconv.Itoa(s.start), string(place)}, ":")
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// stopAt reads a cursor.
func (l list) stopAt(after *string) (stop, error) {
	if after == nil {
		return stop{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(*after)
	parts := strings.SplitN(string(raw), ":", 4)
	if err != nil || len(parts) < 4 || len(raw) > maxCursor {
		offset, err := l.offset(after)
		return stop{offset: offset}, err
	}
	plain := base64.RawURLEncoding.EncodeToString([]byte(parts[0] + ":" + parts[1]))
	offset, err := l.offset(&plain)
	if err != nil {
		return stop{}, err
	}
	s := stop{offset: offset}
	s.start, err = strconv.Atoi(parts[2])
	if err != nil || s.start < 1 || s.start > offset || offset-s.start > circleclient.MaxPerPage || json.Unmarshal([]byte(parts[3]), &s.after) != nil {
		return stop{}, badCursor()
	}
	return s, nil
}

// walk answers `first` and `after` from a list of members, past where page numbers end.
func walk[T, N any](
	l list, first int, after *string, fetch func(circleclient.PageOptions, circleclient.SearchAfter) (*circleclient.Page[T], error), node func(T) N,
) (*model.Connection[N], error) {
	if err := checkFirst(first); err != nil {
		return nil, err
	}
	at, err := l.stopAt(after)
	if err != nil {
		return nil, err
	}
	numbered := func() (*model.Connection[N], error) { // where Circle gives no places to go on from
		return paginate(l, first, after, func(o circleclient.PageOptions) (*circleclient.Page[T], error) { return fetch(o, nil) }, node)
	}
	if len(at.after) == 0 && at.offset > circleclient.MaxPerPage {
		return numbered()
	}
	skip := at.offset - at.start
	var records []T
	place := at.after
	var page *circleclient.Page[T]
	for wanted := skip + first; wanted > 0; {
		opts := circleclient.PageOptions{PerPage: min(wanted, circleclient.MaxPerPage)}
		if len(place) == 0 {
			opts.Page = 1
		}
		if page, err = fetch(opts, place); err != nil {
			return nil, err
		}
		records, place = append(records, page.Records...), page.NextSearchAfter
		wanted -= len(page.Records)
		if wanted > 0 && len(place) == 0 && page.HasNextPage {
			return numbered()
		}
		if len(place) == 0 || len(page.Records) == 0 {
			break
		}
	}
	hasNext := page.HasNextPage || len(records) > skip+first
	records = records[min(skip, len(records)):min(skip+first, len(records))]
	c := connection(l, records, at.offset, hasNext, &page.Count, node)
	for i, edge := range c.Edges {
		s := stop{offset: at.offset + i + 1, start: at.start, after: at.after}
		if i == len(c.Edges)-1 && len(place) > 0 {
			s.start, s.after = s.offset, place
		}
		edge.Cursor = l.cursorAt(s)
	}
	if n := len(c.Edges); n > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &c.Edges[0].Cursor, &c.Edges[n-1].Cursor
	}
	return c, nil
}
