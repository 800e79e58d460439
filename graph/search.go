package graph

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"circlegraph/circleclient"
	"circlegraph/graph/model"
	"circlegraph/graph/paging"
	"circlegraph/graph/scalar"
)

// maxSearchText is the longest text to search for, in characters.
const maxSearchText = 500

func checkSearchText(argument, text string) error {
	if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > maxSearchText {
		return &scalar.InputError{Message: fmt.Sprintf("`%s` must have 1 to %d characters.", argument, maxSearchText)}
	}
	return nil
}

func (r *Resolver) search(
	ctx context.Context, text, kind string, filter *model.SearchFilter, first int, after *string,
) (*model.SearchResultConnection, error) {
	if err := checkSearchText("query", text); err != nil {
		return nil, err
	}
	opts, err := searchOptions(filter)
	if err != nil {
		return nil, err
	}
	opts.Query, opts.Type = text, kind
	return paging.Paginate(ctx, paging.Of("search", fingerprint(opts)), first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.SearchHit], error) {
			opts.PageOptions = o
			return r.circle.Search.Advanced(ctx, opts)
		}, model.NewSearchResult)
}

func (r *Resolver) quickSearch(
	ctx context.Context, text string, first int, after *string,
) (*model.SearchResultConnection, error) {
	if err := checkSearchText("text", text); err != nil {
		return nil, err
	}
	return paging.Paginate(ctx, paging.Of("quickSearch", text), first, after,
		func(o circleclient.PageOptions) (*circleclient.Page[*circleclient.QuickHit], error) {
			return r.circle.Search.Quick(ctx, text, o)
		}, func(row *circleclient.QuickHit) model.SearchResult { return model.NewSearchResult(row.Hit()) })
}

// searchOptions reads where a search looks.
func searchOptions(f *model.SearchFilter) (opts circleclient.SearchOptions, err error) {
	if f == nil {
		return opts, nil
	}
	if opts.SpaceIDs, err = numbersOf(circleclient.RefSpace, f.SpaceIds); err != nil {
		return opts, err
	}
	if opts.TopicIDs, err = scalar.ParseCircleIDs(f.TopicIds); err != nil {
		return opts, err
	}
	opts.AuthorName, opts.Status, opts.MentionScope = deref(f.AuthorName), deref(f.EventStatus), deref(f.MentionScope)
	opts.MemberTagIDs, err = scalar.ParseCircleIDs(f.MemberTagIds)
	return opts, err
}

// found fetches what a hit is about; null if the search did not tell enough.
func found[T any](h model.HitBase, load func(circleclient.Ref) (T, error)) (T, error) {
	ref := h.NodeRef()
	if ref.IsZero() {
		var none T
		return none, nil
	}
	return load(ref)
}
