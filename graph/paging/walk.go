package paging

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"circlegraph/circleclient"
)

// maxReads is the most pages of Circle that are read for one page of ours.
const maxReads = 6

// walk reads a part of a list. It trusts the order of Circle's pages and the number of each, and nothing else: Circle
// may give less or more at once than it is asked for, and may leave records out of a page that it has counted.
//
// While every page has as many records as it was asked for, a place is the number of items before it, so `first` may
// change at any time. From the first page on of which that is not so, a place is a page, of the size that it was asked
// for, and how many of its records were given.
type walk[T any] struct {
	fetch  func(step) (*circleclient.Page[T], error)
	places bool // the pages say behind which place the next one begins

	records []T
	stops   []Stop // behind each of the records
	total   *int
	hasNext bool
	end     Stop // where the rest begins, if there is one
}

// step is a page of Circle to read: by its number, or behind a place if there is one.
type step struct {
	number, size int
	after        circleclient.SearchAfter
	skip         int  // so many of its records come before what is wanted
	start        int  // so many records come before the page
	even         bool // all pages before have had as many records as was asked for
}

func (s step) name(l List) string {
	if len(s.after) > 0 {
		return fmt.Sprintf("%s, %d after %s", l, s.size, s.after)
	}
	return fmt.Sprint(l, " page ", s.number, " of ", s.size)
}

// begin returns the page to begin with.
func (at Stop) begin(first int) step {
	switch {
	case len(at.After) > 0:
		skip := at.Offset - at.Start
		return step{size: min(skip+first, circleclient.MaxPerPage), after: at.After, skip: skip, start: at.Start}
	case at.Page > 0:
		return step{number: at.Page, size: at.Size, skip: at.Skip, start: (at.Page - 1) * at.Size}
	}
	return numbered(at.Offset, window(at.Offset, first))
}

// numbered is the page of a size that holds the item behind so many others.
func numbered(offset, size int) step {
	number := offset/size + 1
	return step{number: number, size: size, skip: offset % size, start: (number - 1) * size, even: true}
}

// window returns the smallest size of which one page holds all wanted items, so that one request does; if there is
// none, the size of which two pages hold them.
func window(offset, first int) int {
	for size := first; size <= circleclient.MaxPerPage; size++ {
		if offset/size == (offset+first-1)/size {
			return size
		}
	}
	return first
}

// from reads what is behind a stop, up to `first` records.
func (w *walk[T]) from(at Stop, first int) error {
	s := at.begin(first)
	s, page, err := w.open(at, s)
	covered := -s.skip
	for reads := 1; err == nil; reads++ {
		next, more := w.take(s, page)
		covered += cmp.Or(page.PerPage, s.size)
		if !more || len(w.records) >= first || len(w.records) > 0 && covered >= first || reads == maxReads {
			// without records and without a number of all, nothing says that the list ever ends
			w.hasNext = more && (len(w.records) > 0 || page.Count != nil)
			break
		}
		if s = next; len(s.after) > 0 {
			s.size = min(max(first-len(w.records), 1), circleclient.MaxPerPage)
		}
		page, err = w.fetch(s)
	}
	if len(w.records) > first {
		w.records, w.hasNext, w.end = w.records[:first], true, w.stops[first-1]
	}
	return err
}

// open reads the page to begin with. A place by number needs another page if this one is not what it was asked for.
func (w *walk[T]) open(at Stop, s step) (step, *circleclient.Page[T], error) {
	page, err := w.fetch(s)
	if err != nil || !s.even || at.Offset == 0 || isEven(s, page) {
		return s, page, err
	}
	if size := page.PerPage; size > 0 && size != s.size { // the size that Circle gives
		other := numbered(at.Offset, size)
		if reread := other.number != s.number; reread {
			page, err = w.fetch(other)
		}
		if s = other; err != nil || isEven(s, page) {
			return s, page, err
		}
	}
	if s.skip > 0 { // some before the place may be hidden, so only a page that begins there will do
		for size := s.skip; size > 0; size-- {
			if at.Offset%size == 0 && size <= s.size {
				s = numbered(at.Offset, size)
				break
			}
		}
		page, err = w.fetch(s)
	}
	return s, page, err
}

// take adds the records of a page. It returns the next page, and whether there is one.
func (w *walk[T]) take(s step, page *circleclient.Page[T]) (next step, more bool) {
	if w.total == nil {
		w.total = page.Count
	}
	records, more := page.Records, page.HasNextPage
	even := s.even && isEven(s, page)
	next = step{number: s.number + 1, size: s.size, start: s.start + s.size, even: even}
	switch {
	case w.places && len(page.NextSearchAfter) > 0:
		next = step{size: s.size, after: page.NextSearchAfter, start: max(s.start+len(records), 1)}
		more = more && !samePlace(s.after, next.after)
	case len(s.after) > 0:
		more = false // nothing says where to go on
	case page.Page > 0 && page.Page < s.number: // past the end, Circle gives an earlier page
		records, more = nil, false
	case len(records) == 0 && page.Count != nil:
		more = more && s.number*cmp.Or(page.PerPage, s.size) < *page.Count
	}
	for i := min(s.skip, len(records)); i < len(records); i++ {
		w.records = append(w.records, records[i])
		stop := Stop{Page: s.number, Size: s.size, Skip: i + 1}
		switch {
		case more && i == len(records)-1:
			stop = next.stop()
		case len(s.after) > 0:
			stop = Stop{Offset: s.start + i + 1, Start: s.start, After: s.after}
		case even:
			stop = Stop{Offset: s.start + i + 1}
		}
		w.stops = append(w.stops, stop)
	}
	w.end = next.stop()
	return next, more
}

// stop is the place at which the page begins.
func (s step) stop() Stop {
	switch {
	case len(s.after) > 0:
		return Stop{Offset: s.start, Start: s.start, After: s.after}
	case s.even:
		return Stop{Offset: s.start}
	}
	return Stop{Page: s.number, Size: s.size}
}

// isEven reports whether a page has as many records as it was asked for, or all that are left.
func isEven[T any](s step, page *circleclient.Page[T]) bool {
	n := len(page.Records)
	if page.PerPage > 0 && page.PerPage != s.size || page.Page > 0 && page.Page != s.number {
		return false
	}
	return n == s.size || n < s.size && !page.HasNextPage && (page.Count == nil || s.start+n == *page.Count)
}

func samePlace(a, b circleclient.SearchAfter) bool {
	return slices.EqualFunc(a, b, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) })
}
