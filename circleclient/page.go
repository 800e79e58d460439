package circleclient

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
)

// MaxPerPage is the largest page to ask for. Circle documents no limit; 100 is widely used and works.
const MaxPerPage = 100

// bracketArrays sends lists in a query as Rails writes them (topics[]=1&topics[]=2), not as the official contract does
// (topics=1&topics=2). It is not known which the live API takes; this is the one place to change it.
const bracketArrays = false

// Page is one page of a list.
type Page[T any] struct {
	// Records are the page's items, never nil.
	Records []T `json:"records"`
	// Page is the number of this page, from 1.
	Page int `json:"page"`
	// PerPage is the size of pages, which may differ from the requested one; 0 if Circle does not say. A page may have
	// fewer records: the last one has, and Circle leaves out what the viewer must not see.
	PerPage int `json:"per_page"`
	// Count is the number of items on all pages; nil if Circle does not say.
	Count *int `json:"count"`
	// HasNextPage reports whether a page follows. If Circle does not say, it follows from the rest.
	HasNextPage bool `json:"-"`
	// Next is HasNextPage as Circle says it.
	Next *bool `json:"has_next_page"`
	// NextSearchAfter leads to the next page, also beyond the end of page numbers (10,000 records). Only the member
	// directory and the member search send it; empty means the end.
	NextSearchAfter SearchAfter `json:"next_search_after"`

	leftOut int // records that were too large
}

// settle works out what Circle does not say of a page.
func (p *Page[T]) settle(r *request) {
	inBody, _ := r.body.(MemberSearchRequest)
	p.Page, p.PerPage = max(p.Page, 0), max(p.PerPage, 0)
	if p.Count != nil && *p.Count < 0 {
		p.Count = nil
	}
	number, size := cmp.Or(p.Page, r.asked("page"), inBody.Page, 1), cmp.Or(p.PerPage, r.asked("per_page"), inBody.PerPage)
	switch {
	case p.Next != nil:
		p.HasNextPage = *p.Next
	case len(p.NextSearchAfter) > 0:
		p.HasNextPage = true
	case p.Count != nil && size > 0:
		p.HasNextPage = number*size < *p.Count
	default:
		p.HasNextPage = size > 0 && len(p.Records) >= size
	}
}

// orZero returns a number that Circle may have left out.
func orZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// SearchAfter is a place in a list of members: numbers and strings, to send back as they came, with the same order and
// filters.
type SearchAfter []json.RawMessage

// texts are the values as a query carries them; a number stays as written.
func (a SearchAfter) texts() []string {
	texts := make([]string, len(a))
	for i, v := range a {
		if json.Unmarshal(v, &texts[i]) != nil {
			texts[i] = string(v)
		}
	}
	return texts
}

// asTexts returns the place with all values as texts: the member search takes only texts, although it also sends
// numbers.
func (a SearchAfter) asTexts() SearchAfter {
	var place SearchAfter
	for _, text := range a.texts() {
		raw, _ := json.Marshal(text) // a string cannot fail
		place = append(place, raw)
	}
	return place
}

// PageOptions choose a page. Circle chooses what is zero: the first page, usually of 10.
type PageOptions struct {
	// Page counts from 1.
	Page int
	// PerPage is the size, 1 to [MaxPerPage]; greater sizes are cut to it.
	PerPage int
}

func (o PageOptions) query() query {
	return query{}.num("page", int64(max(o.Page, 0))).num("per_page", int64(min(max(o.PerPage, 0), MaxPerPage)))
}

// query is the query string under construction. Zero values are left out, so the methods chain without conditions.
type query url.Values

func (q query) str(name, value string) query {
	if value != "" {
		url.Values(q).Set(name, value)
	}
	return q
}

func (q query) num(name string, value int64) query {
	if value != 0 {
		url.Values(q).Set(name, strconv.FormatInt(value, 10))
	}
	return q
}

func (q query) flag(name string, value *bool) query {
	if value != nil {
		url.Values(q).Set(name, strconv.FormatBool(*value))
	}
	return q
}

func (q query) nums(name string, values []int64) query {
	for _, v := range values {
		url.Values(q).Add(listName(name), strconv.FormatInt(v, 10))
	}
	return q
}

// list is a list that Circle documents to be one value with commas.
func (q query) list(name string, values []int64) query {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = strconv.FormatInt(v, 10)
	}
	return q.str(name, strings.Join(texts, ","))
}

// filterIDs is a list inside the parameter "filters". The contract has no encoding for that, so it is always written as
// Rails writes it; Rails would keep only the last of a name repeated without [].
func (q query) filterIDs(name string, values []int64) query {
	for _, v := range values {
		url.Values(q).Add("filters["+name+"][]", strconv.FormatInt(v, 10))
	}
	return q
}

func (q query) searchAfter(values SearchAfter) query {
	for _, text := range values.texts() {
		url.Values(q).Add(listName("search_after"), text)
	}
	return q
}

func listName(name string) string {
	if bracketArrays {
		return name + "[]"
	}
	return name
}
