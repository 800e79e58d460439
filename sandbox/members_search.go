package sandbox

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// directoryMember is a member as the directory lists one: no id but the member's, no roles, but the e-mail address.
type directoryMember struct {
	Headline     string    `json:"headline"`
	MemberTags   []tagJSON `json:"member_tags"`
	Name         string    `json:"name"`
	MemberID     int64     `json:"community_member_id"`
	AvatarURL    *string   `json:"avatar_url"`
	Messaging    bool      `json:"messaging_enabled"`
	Email        string    `json:"email"`
	CanReceiveDM bool      `json:"can_receive_dm_from_current_member"`
}

// searchable is a page of members with the mark of the last one, after which the next page begins; no mark on the last
// page.
type searchable[T any] struct {
	listing[T]
	NextMeta *nextMeta    `json:"meta,omitempty"` // hides the listing's own
	Next     []memberMark `json:"next_search_after,omitempty"`
}

type nextMeta struct {
	Next []memberMark `json:"next_search_after,omitempty"`
}

// memberMark is one part of a member's place in an order: a number or a text, which callers may send back as either.
type memberMark struct {
	number bool
	text   string
}

// MarshalJSON writes numbers as numbers.
func (k memberMark) MarshalJSON() ([]byte, error) {
	if k.number {
		return []byte(k.text), nil
	}
	return json.Marshal(k.text)
}

// UnmarshalJSON takes numbers and texts.
func (k *memberMark) UnmarshalJSON(raw []byte) error {
	if !bytes.HasPrefix(raw, []byte(`"`)) {
		*k = memberMark{true, string(raw)}
		return nil
	}
	return json.Unmarshal(raw, &k.text)
}

// markOf is the member's place in an order: what is sorted by, then the id.
func markOf(m *member, order string) []memberMark {
	id := memberMark{true, strconv.FormatInt(m.id, 10)}
	switch order {
	case "alphabetical":
		return []memberMark{{text: strings.ToLower(m.name())}, id}
	case "role":
		return []memberMark{{true, strconv.Itoa(rank(m))}, id}
	}
	return []memberMark{{true, strconv.FormatInt(m.createdAt.UnixMilli(), 10)}, id}
}

func rank(m *member) int {
	switch {
	case m.roles.Admin:
		return 0
	case m.roles.Moderator:
		return 1
	}
	return 2
}

// compareMembers orders two members: latest, oldest, alphabetical or by role.
func compareMembers(order string) func(a, b *member) int {
	return func(a, b *member) int {
		switch order {
		case "alphabetical":
			return cmp.Or(cmp.Compare(strings.ToLower(a.name()), strings.ToLower(b.name())), cmp.Compare(a.id, b.id))
		case "role":
			return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.id, b.id))
		case "oldest":
			return cmp.Or(a.createdAt.Compare(b.createdAt), cmp.Compare(a.id, b.id))
		}
		return cmp.Or(b.createdAt.Compare(a.createdAt), cmp.Compare(b.id, a.id))
	}
}

// searchAfter sorts the members and returns the page that follows the mark, or the numbered page without one.
func searchAfter[V any](
	members []*member, order string, p paging, after []memberMark, view func(*member) V,
) searchable[V] {
	slices.SortFunc(members, compareMembers(order))
	start := (p.page - 1) * p.perPage
	if len(after) > 0 {
		start = len(members)
		if i := slices.IndexFunc(members, func(m *member) bool { return samePlace(markOf(m, order), after) }); i >= 0 {
			start = i + 1
		}
	}
	start = min(start, len(members))
	end := min(start+p.perPage, len(members))
	page := searchable[V]{listing: listPage(paging{1, p.perPage}, members[start:end], view)}
	page.Page, page.Count, page.HasNextPage = p.page, len(members), end < len(members)
	page.listing = page.withPageCount()
	if page.HasNextPage && end > start {
		page.Next = markOf(members[end-1], order)
	}
	return page
}

func samePlace(mark, after []memberMark) bool {
	return slices.EqualFunc(mark, after, func(a, b memberMark) bool { return a.text == b.text })
}

func (s *Sandbox) listMembers(q *request) answer {
	spaceID := parseID(q.param("space_id"))
	if q.param("space_id") != "" {
		if _, refusal := s.openSpace(q, q.param("space_id")); refusal.status != 0 {
			return refusal
		}
	}
	members := filter(s.listedMembers(), func(m *member) bool {
		return matchesText(m, q.param("search_text")) && (spaceID == 0 || s.store.seat(spaceID, m.id) != nil)
	})
	var after []memberMark
	query := q.URL.Query()
	for _, text := range append(query["search_after"], query["search_after[]"]...) {
		after = append(after, memberMark{text: text})
	}
	return ok(searchAfter(members, q.param("sort"), q.paging(10), after, func(m *member) directoryMember {
		return directoryMember{
			m.headline, tagViews(m, tagOfDirectory), m.name(), m.id, orNull(m.avatarURL), m.messaging, m.email,
			m.messaging && m.id != q.member.id,
		}
	}))
}

// foundMember is a member as the search lists one, and as a changed profile comes back.
type foundMember struct {
	FirstName      string  `json:"first_name"`
	LastName       string  `json:"last_name"`
	UserID         int64   `json:"user_id"`
	ID             int64   `json:"id"`
	Admin          bool    `json:"admin"`
	Headline       string  `json:"headline"`
	PublicUID      string  `json:"public_uid"`
	AttachableSGID string  `json:"user_attachable_sgid"`
	Name           string  `json:"name"`
	AvatarURL      *string `json:"avatar_url"`
	IsDeleted      bool    `json:"is_deleted"`
	MemberID       int64   `json:"community_member_id"`
}

func foundMemberView(m *member) foundMember {
	return foundMember{
		m.firstName, m.lastName, m.userID, m.id, m.roles.Admin, m.headline, m.publicUID, sgid("User", m.userID),
		m.name(), orNull(m.avatarURL), !m.active, m.id,
	}
}

// memberSearch is the body of a search for members.
type memberSearch struct {
	Page            json.Number    `json:"page"`
	PerPage         json.Number    `json:"per_page"`
	SearchText      string         `json:"search_text"`
	ExcludeNameless bool           `json:"exclude_empty_name"`
	ExcludeEmpty    bool           `json:"exclude_empty_profiles"`
	Order           string         `json:"order"`
	Status          string         `json:"status"`
	Filters         []memberFilter `json:"filters"`
	SearchAfter     []memberMark   `json:"search_after"`
}

type memberFilter struct {
	Key       string       `json:"key"`
	Type      string       `json:"filter_type"`
	FieldType string       `json:"profile_field_type"`
	FieldID   json.Number  `json:"profile_field_id"`
	Value     string       `json:"value"`
	AtLeast   *json.Number `json:"gte"`
	AtMost    *json.Number `json:"lte"`
}

func (s *Sandbox) searchMembers(q *request) answer {
	var in memberSearch
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	members := filter(s.store.members, func(m *member) bool { return s.searchMatches(q, m, in) })
	paging := newPaging(in.Page.String(), in.PerPage.String(), 30)
	page := searchAfter(members, in.Order, paging, in.SearchAfter, foundMemberView)
	page.NextMeta = &nextMeta{page.Next}
	return ok(page)
}

func (s *Sandbox) searchMatches(q *request, m *member, in memberSearch) bool {
	switch {
	case in.Status == "inactive" && m.active, in.Status != "inactive" && !m.active,
		in.ExcludeNameless && strings.TrimSpace(m.name()) == "",
		in.ExcludeEmpty && m.headline == "" && m.bio == "",
		!matchesText(m, in.SearchText):
		return false
	}
	return !slices.ContainsFunc(in.Filters, func(f memberFilter) bool { return !f.matches(q.member, m) })
}

func (f memberFilter) matches(asker, m *member) bool {
	switch f.Key {
	case "name":
		return f.compare(m.name())
	case "headline":
		return f.compare(m.headline)
	case "email":
		return (m.emailPublic || asker.roles.Admin || asker == m) && f.compare(m.email)
	case "role":
		return f.compare([...]string{"admin", "moderator", "member"}[rank(m)])
	case "activity_score":
		return f.compare(strconv.Itoa(m.points))
	case "profile_field":
		v := m.fieldValues[parseID(f.FieldID.String())]
		if v == nil {
			return f.Type == "is_not" || f.Type == "does_not_contain"
		}
		if f.FieldType == "select" || f.FieldType == "checkbox" {
			has := slices.ContainsFunc(v.choices, func(id int64) bool { return fmt.Sprint(id) == f.Value })
			return has == (f.Type != "is_not" && f.Type != "does_not_contain")
		}
		return f.compare(v.text + v.textarea)
	}
	return true // Circle passes over keys that it does not know
}

// compare applies the filter to a value; texts are compared without case.
func (f memberFilter) compare(have string) bool {
	if f.AtLeast != nil || f.AtMost != nil {
		n, _ := strconv.ParseFloat(have, 64)
		return (f.AtLeast == nil || n >= number(f.AtLeast.String())) && (f.AtMost == nil || n <= number(f.AtMost.String()))
	}
	have, want := strings.ToLower(have), strings.ToLower(f.Value)
	switch f.Type {
	case "is_not":
		return have != want
	case "contains":
		return strings.Contains(have, want)
	case "does_not_contain":
		return !strings.Contains(have, want)
	case "gt":
		return number(have) > number(want)
	case "lt":
		return number(have) < number(want)
	}
	return have == want // is, eq
}

func number(text string) float64 {
	n, _ := strconv.ParseFloat(text, 64)
	return n
}
