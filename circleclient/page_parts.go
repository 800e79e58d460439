package circleclient

import (
	"context"
	"errors"
	"maps"
	"strconv"
)

// inParts is an answer that can be read in parts if it is too large at once.
type inParts interface {
	readInParts(ctx context.Context, c *Client, r *request) (ok bool, err error)
}

// readInParts reads a page that is too large by smaller ones, which do not overlap. It leaves out a record that is too
// large by itself: whoever wrote it must not close the list to all. ok is false if the page has no parts.
func (p *Page[T]) readInParts(ctx context.Context, c *Client, r *request) (ok bool, err error) {
	number, size := max(r.asked("page"), 1), r.asked("per_page")
	if size <= 1 {
		return false, nil
	}
	of := size / 2
	for size%of != 0 {
		of--
	}
	whole := Page[T]{Records: []T{}, Page: number, PerPage: size}
	place := r.query[listName("search_after")] // pages after a place have no numbers
	after := len(place) > 0
	for n := (number-1)*size/of + 1; n <= number*size/of; n++ {
		q := maps.Clone(r.query)
		q["page"], q["per_page"] = []string{strconv.Itoa(n)}, []string{strconv.Itoa(of)}
		if after {
			delete(q, "page")
			q[listName("search_after")] = place
		}
		part, err := get[Page[T]](ctx, c, r.route, q)
		switch {
		case of == 1 && errors.Is(err, errTooLarge) && !after:
			part = &Page[T]{HasNextPage: true, leftOut: 1} // where the list ends, the next page says
		case err != nil:
			return true, err
		}
		if part.PerPage != 0 && part.PerPage != of {
			return false, nil // Circle has sizes of its own, so the parts are others
		}
		if whole.leftOut += part.leftOut; whole.leftOut > 1 && len(whole.Records)+len(part.Records) == 0 {
			return false, nil // it is not the size of the page
		}
		whole.Records = append(whole.Records, part.Records...)
		whole.Count, whole.HasNextPage, whole.NextSearchAfter = part.Count, part.HasNextPage, part.NextSearchAfter
		place = part.NextSearchAfter.texts()
		if !part.HasNextPage || after && len(place) == 0 {
			break
		}
	}
	*p = whole
	return true, nil
}

// asked is a number in the query; 0 if it is not there.
func (r *request) asked(name string) int {
	values := r.query[name]
	if len(values) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(values[0])
	return n
}

// tooLarge reports whether a read failed only because so much was asked for at once.
func (r *request) tooLarge(err error) bool {
	return r.read && r.body == nil && errors.Is(err, errTooLarge)
}
