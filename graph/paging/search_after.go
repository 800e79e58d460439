package paging

import (
	"context"
	"fmt"

	"circlegraph/circleclient"
	"circlegraph/graph/loaders"
)

// SearchAfter answers `first` and `after` from a list of members, past where page numbers end. The cursor of a page's
// last item holds the place that it is at itself, that of every other item the one that the page before ended at.
func SearchAfter[T, N any](
	ctx context.Context, l List, first int, after *string, fetch func(circleclient.PageOptions,
		circleclient.SearchAfter) (*circleclient.Page[T], error), node func(T) N,
) (*Connection[N], error) {
	if err := CheckFirst(first); err != nil {
		return nil, err
	}
	at, err := l.Stop(after)
	if err != nil {
		return nil, err
	}
	once := func(o circleclient.PageOptions, place circleclient.SearchAfter) (*circleclient.Page[T], error) {
		return loaders.Shared(ctx, fmt.Sprintf("%s %v after %s", l, o, place),
			func() (*circleclient.Page[T], error) { return fetch(o, place) })
	}
	if SelectsOnly(ctx, "totalCount") {
		return counted[N](ctx,
			func() (*circleclient.Page[T], error) {
				return once(circleclient.PageOptions{Page: 1, PerPage: 1}, nil)
			})
	}
	numbered := func() (*Connection[N], error) { // where Circle gives no places to go on from
		return Paginate(ctx, l, first, after, func(
			o circleclient.PageOptions,
		) (*circleclient.Page[T], error) {
			return fetch(o, nil)
		}, node)
	}
	if len(at.After) == 0 && at.Offset > circleclient.MaxPerPage {
		return numbered()
	}
	skip := at.Offset - at.Start
	var records []T
	place := at.After
	var page *circleclient.Page[T]
	for wanted := skip + first; wanted > 0; {
		opts := circleclient.PageOptions{PerPage: min(wanted, circleclient.MaxPerPage)}
		if len(place) == 0 {
			opts.Page = 1
		}
		if page, err = once(opts, place); err != nil {
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
	c := connection(ctx, l, records, at.Offset, hasNext, &page.Count, node)
	for i, edge := range c.Edges {
		s := Stop{Offset: at.Offset + i + 1, Start: at.Start, After: at.After}
		if i == len(c.Edges)-1 && len(place) > 0 {
			s.Start, s.After = s.Offset, place
		}
		edge.Cursor = l.AtStop(s)
	}
	if n := len(c.Edges); n > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &c.Edges[0].Cursor, &c.Edges[n-1].Cursor
	}
	return c, nil
}
