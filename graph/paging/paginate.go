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
// of items is asked for, one item is read for it; where nothing is, none. A page is read once in a response.
func Paginate[T, N any](
	ctx context.Context, l List, first int, after *string,
	fetch func(circleclient.PageOptions) (*circleclient.Page[T], error), node func(T) N,
) (*Connection[N], error) {
	if err := CheckFirst(first); err != nil {
		return nil, err
	}
	offset, err := l.Offset(after)
	if err != nil {
		return nil, err
	}
	once := func(number, size int) (*circleclient.Page[T], error) {
		return loaders.Shared(ctx, fmt.Sprint(l, " page ", number, " of ", size), func() (*circleclient.Page[T], error) {
			return fetch(circleclient.PageOptions{Page: number, PerPage: size})
		})
	}
	if SelectsOnly(ctx, "totalCount") {
		return counted[N](ctx, func() (*circleclient.Page[T], error) { return once(1, 1) })
	}
	size, pages := window(offset, first)
	var records []T
	var hasNext bool
	var total int
	for i := range pages {
		page, err := once(offset/size+1+i, size)
		if err != nil {
			return nil, err
		}
		records = append(records, page.Records...)
		hasNext, total = page.HasNextPage, page.Count
		if !hasNext {
			break
		}
	}
	records = records[min(offset%size, len(records)):]
	if len(records) > first {
		records, hasNext = records[:first], true
	}
	return connection(ctx, l, records, offset, hasNext, &total, node), nil
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
	return &Connection[N]{TotalCount: &page.Count}, nil
}

// window finds the smallest page that holds all wanted items, so that one request does; where there is none, two pages
// of the wanted size hold them.
func window(offset, first int) (size, pages int) {
	for size = first; size <= circleclient.MaxPerPage; size++ {
		if offset/size == (offset+first-1)/size {
			return size, 1
		}
	}
	return first, 2
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
	return connection(ctx, l, items[start:end], offset, end < total, &total, node), nil
}

// Suffices reports whether the first items of a list, which came with its parent, and their number are all that is
// asked for.
func Suffices[T any](ctx context.Context, items []T, total, first int, after *string) bool {
	return len(items) == total || after == nil && first >= 1 && first <= len(items) || SelectsOnly(ctx, "totalCount")
}

// Embedded answers from the first items of a list, where they suffice.
func Embedded[T, N any](
	ctx context.Context, l List, first int, after *string, items []T, total int, node func(T) N,
) (*Connection[N], error) {
	c, err := Whole(ctx, l, first, after, items, node)
	if err != nil {
		return nil, err
	}
	c.TotalCount = &total
	c.PageInfo.HasNextPage = c.PageInfo.HasNextPage || len(items) < total
	return c, nil
}

// connection makes a page of what was found, and announces it.
func connection[T, N any](
	ctx context.Context, l List, records []T, offset int, hasNext bool, total *int, node func(T) N,
) *Connection[N] {
	c := &Connection[N]{
		Edges: make([]*Edge[N], len(records)), Nodes: make([]N, len(records)),
		PageInfo: &PageInfo{HasNextPage: hasNext, HasPreviousPage: offset > 0}, TotalCount: total,
	}
	for i, record := range records {
		n := node(record)
		c.Nodes[i] = n
		c.Edges[i] = &Edge[N]{Cursor: l.At(offset + i + 1), Node: n}
	}
	if len(records) > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &c.Edges[0].Cursor, &c.Edges[len(records)-1].Cursor
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
	for number := 1; number <= MaxPages; number++ {
		page, err := fetch(circleclient.PageOptions{Page: number, PerPage: circleclient.MaxPerPage})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if !page.HasNextPage {
			break
		}
	}
	return all, nil
}
