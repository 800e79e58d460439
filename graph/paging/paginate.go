package paging

import (
	"context"
	"fmt"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
	"circlegraph/graph/scalar"
)

// CheckFirst holds `first` to what Circle gives at once.
func CheckFirst(first int) error { return CheckSize("first", "after", first) }

// CheckSize holds the size of a page to 1 to 100: a silent cut would look like the end of the list.
func CheckSize(size, cursor string, n int) error {
	if n < 1 || n > circleclient.MaxPerPage {
		return &scalar.InputError{Message: fmt.Sprintf("`%s` must be 1 to %d, not %d. Ask for more with `%s`.", size,
			circleclient.MaxPerPage, n, cursor)}
	}
	return nil
}

// Paginate answers `first` and `after` from a list that Circle pages by number and size. Where nothing but the number
// of items is asked for, one item is read for it; if nothing is, none. A page is read once in a response.
//
// A page may be shorter than `first`, also empty, although more follow: Circle hides records of a page that it has
// counted, or gives less at once than it is asked for. See [walk].
func Paginate[T, N any](
	ctx context.Context, l List, first int, after *string,
	fetch func(circleclient.PageOptions) (*circleclient.Page[T], error), node func(T) N,
) (*Connection[N], error) {
	w := &walk[T]{fetch: func(s step) (*circleclient.Page[T], error) {
		return fetch(circleclient.PageOptions{Page: s.number, PerPage: s.size})
	}}
	return paginate(ctx, l, first, after, w, node)
}

// SearchAfter is [Paginate] for a list of members, which goes on past where page numbers end: each page says behind
// which place the next one begins.
func SearchAfter[T, N any](
	ctx context.Context, l List, first int, after *string, fetch func(circleclient.PageOptions,
		circleclient.SearchAfter) (*circleclient.Page[T], error), node func(T) N,
) (*Connection[N], error) {
	w := &walk[T]{places: true, fetch: func(s step) (*circleclient.Page[T], error) {
		return fetch(circleclient.PageOptions{Page: s.number, PerPage: s.size}, s.after)
	}}
	return paginate(ctx, l, first, after, w, node)
}

func paginate[T, N any](
	ctx context.Context, l List, first int, after *string, w *walk[T], node func(T) N,
) (*Connection[N], error) {
	if err := CheckFirst(first); err != nil {
		return nil, err
	}
	at, err := l.Stop(after)
	if err != nil {
		return nil, err
	}
	fetch := w.fetch
	w.fetch = func(s step) (*circleclient.Page[T], error) {
		return loaders.Shared(ctx, s.name(l), func() (*circleclient.Page[T], error) { return fetch(s) })
	}
	if SelectsOnly(ctx, "totalCount") {
		return counted[N](ctx, func() (*circleclient.Page[T], error) { return w.fetch(step{number: 1, size: 1}) })
	}
	if err := w.from(at, first); err != nil {
		return nil, err
	}
	info := PageInfo{HasNextPage: w.hasNext, HasPreviousPage: after != nil}
	c := Make(ctx, w.records, node, func(i int) string { return l.AtStop(w.stops[i]) }, info, w.total)
	if w.hasNext {
		end := l.AtStop(w.end)
		c.PageInfo.EndCursor = &end
	}
	return c, nil
}

// counted is a page of which nothing but `totalCount` is asked for, and perhaps not even that.
func counted[N, T any](ctx context.Context, read func() (*circleclient.Page[T], error)) (*Connection[N], error) {
	if !Selects(ctx, "totalCount") {
		return &Connection[N]{}, nil
	}
	page, err := read()
	if err != nil {
		return nil, err
	}
	return &Connection[N]{TotalCount: page.Count}, nil
}

// Whole answers `first` and `after` from a list that is here already.
func Whole[T, N any](
	ctx context.Context, l List, first int, after *string, items []T, node func(T) N,
) (*Connection[N], error) {
	if err := CheckFirst(first); err != nil {
		return nil, err
	}
	offset, err := l.Offset(after)
	if err != nil {
		return nil, err
	}
	total := len(items)
	start := min(offset, total)
	end := min(start+first, total)
	info := PageInfo{HasNextPage: end < total, HasPreviousPage: offset > 0}
	return Make(ctx, items[start:end], node, l.cursors(offset), info, &total), nil
}

// Suffices reports whether the first items of a list, which came with its parent, and their number are all that is
// asked for.
//
// Without the number of all, the end of the list is not known.
func Suffices[T any](ctx context.Context, items []T, total *int, first int, after *string) bool {
	if total == nil {
		return false
	}
	return len(items) == *total || after == nil && first >= 1 && first <= len(items) || SelectsOnly(ctx, "totalCount")
}

// Embedded answers from the first items of a list, if they suffice.
func Embedded[T, N any](
	ctx context.Context, l List, first int, after *string, items []T, total *int, node func(T) N,
) (*Connection[N], error) {
	c, err := Whole(ctx, l, first, after, items, node)
	if err != nil {
		return nil, err
	}
	c.TotalCount = total
	c.PageInfo.HasNextPage = c.PageInfo.HasNextPage || total != nil && len(items) < *total
	return c, nil
}

// Make makes a page of what was found, and announces it. The cursor of a record is made of its index.
func Make[T, N any](
	ctx context.Context, records []T, node func(T) N, cursor func(int) string, info PageInfo, total *int,
) *Connection[N] {
	c := &Connection[N]{
		Edges: make([]*Edge[N], len(records)), Nodes: make([]N, len(records)), PageInfo: &info, TotalCount: total,
	}
	for i, record := range records {
		n := node(record)
		c.Nodes[i] = n
		c.Edges[i] = &Edge[N]{Cursor: cursor(i), Node: n}
	}
	if n := len(records); n > 0 {
		info.StartCursor, info.EndCursor = &c.Edges[0].Cursor, &c.Edges[n-1].Cursor
	}
	loaders.Announce(ctx, c.Nodes)
	return c
}

// Itself is the node of a list whose records are nodes as they are.
func Itself[T any](v T) T { return v }

// MaxPages bounds a list that is given whole: nobody pins a thousand links.
const MaxPages = 10

// AllPages reads a small list that Circle pages and the schema gives whole.
func AllPages[T any](fetch func(circleclient.PageOptions) (*circleclient.Page[T], error)) ([]T, error) {
	all := []T{}
	err := EachPage(func(o circleclient.PageOptions) (*circleclient.Page[T], error) {
		page, err := fetch(o)
		if err == nil && (page.Page == 0 || page.Page >= o.Page) { // past the end, Circle gives an earlier page
			all = append(all, page.Records...)
		}
		return page, err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// EachPage reads the pages of a list one after the other, [MaxPages] at most. A nil page ends it.
func EachPage[T any](read func(circleclient.PageOptions) (*circleclient.Page[T], error)) error {
	for number := 1; number <= MaxPages; number++ {
		page, err := read(circleclient.PageOptions{Page: number, PerPage: circleclient.MaxPerPage})
		if err != nil || page == nil || !page.HasNextPage || page.Page > 0 && page.Page < number {
			return err
		}
	}
	return nil
}
