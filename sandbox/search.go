package sandbox

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

func (s *Sandbox) searchRoutes() []route {
	return []route{
		{"GET /advanced_search", s.advancedSearch},
		{"GET /search", s.quickSearch},
	}
}

// terms are the words of a search. A text matches when it has all of them.
type terms []*regexp.Regexp

func newTerms(text string) terms {
	var words terms
	for word := range strings.FieldsSeq(text) {
		words = append(words, regexp.MustCompile(`(?i)`+regexp.QuoteMeta(word)))
	}
	return words
}

func (t terms) in(texts ...string) bool {
	text := strings.Join(texts, "\n")
	return len(t) > 0 && !slices.ContainsFunc(t, func(word *regexp.Regexp) bool { return !word.MatchString(text) })
}

// mark puts what was found into <strong>.
func (t terms) mark(text string) string {
	var hits [][]int
	for _, word := range t {
		hits = append(hits, word.FindAllStringIndex(text, -1)...)
	}
	slices.SortFunc(hits, func(a, b []int) int { return a[0] - b[0] })
	var out strings.Builder
	at := 0
	for _, hit := range hits {
		if hit[0] < at {
			continue // within the one before
		}
		out.WriteString(text[at:hit[0]] + "<strong>" + text[hit[0]:hit[1]] + "</strong>")
		at = hit[1]
	}
	return out.String() + text[at:]
}

// excerpt is how much of a text a search shows.
const excerpt = 200

// searchQuery is a search; empty lists restrict nothing.
type searchQuery struct {
	*request
	terms
	spaces, topics, tags []int64
	author, status       string
}

// filterIDs is a list within the parameter "filters"; Rails takes a name without brackets for a single value.
func (q *request) filterIDs(name string) []int64 {
	var ids []int64
	for _, text := range q.URL.Query()["filters["+name+"][]"] {
		ids = append(ids, parseID(text))
	}
	return ids
}

// finders are the searches of each type.
func (s *Sandbox) finders(kind string) []func(searchQuery) []any {
	switch kind {
	case "members":
		return []func(searchQuery) []any{s.findMembers}
	case "posts":
		return []func(searchQuery) []any{s.findPosts}
	case "comments":
		return []func(searchQuery) []any{s.findComments}
	case "spaces":
		return []func(searchQuery) []any{s.findSpaces}
	case "lessons":
		return []func(searchQuery) []any{s.findLessons}
	case "events":
		return []func(searchQuery) []any{s.findEvents}
	case "entity_list":
		return []func(searchQuery) []any{s.findSpaces, s.findPosts, s.findEvents, s.findLessons}
	case "mentions":
		return []func(searchQuery) []any{s.findGroups, s.findMembers}
	}
	return []func(searchQuery) []any{s.findSpaces, s.findMembers, s.findPosts, s.findEvents, s.findLessons, s.findComments}
}

func (s *Sandbox) advancedSearch(q *request) answer {
	if q.param("query") == "" {
		return missingParameter("query")
	}
	query := searchQuery{
		request: q, terms: newTerms(q.param("query")), spaces: q.filterIDs("space_ids"), topics: q.filterIDs("topic_ids"),
		tags: q.filterIDs("member_tag_ids"), author: q.param("filters[author_name]"), status: q.param("filters[status]"),
	}
	var found []any
	for _, find := range s.finders(q.param("type")) {
		found = append(found, find(query)...)
	}
	return ok(listPage(q.paging(20), found, func(hit any) any { return hit }).withPageCount())
}

// withinSpace reports whether the filters accept a record of a space and an author.
func (s *Sandbox) withinSpace(q searchQuery, spaceID int64, by *member) bool {
	return (len(q.spaces) == 0 || slices.Contains(q.spaces, spaceID)) &&
		(q.author == "" || by != nil && strings.Contains(strings.ToLower(by.name()), strings.ToLower(q.author)))
}

type foundAuthor struct {
	Name      string  `json:"name"`
	AvatarURL *string `json:"avatar_url"`
	MemberID  int64   `json:"community_member_id"`
}

func foundAuthorView(m *member) foundAuthor { return foundAuthor{m.name(), orNull(m.avatarURL), m.id} }

type foundPost struct {
	ID              int64       `json:"id"`
	Type            string      `json:"type"`
	Name            string      `json:"name"`
	Slug            string      `json:"slug"`
	URL             string      `json:"url"`
	CreatedAt       stamp       `json:"created_at"`
	Status          string      `json:"status"`
	HighlightedName string      `json:"highlighted_name"`
	CoverImageURL   *string     `json:"cover_image_url"`
	Body            string      `json:"body"`
	HighlightedBody string      `json:"highlighted_body"`
	SGID            string      `json:"sgid"`
	StartsAt        *stamp      `json:"starts_at"`
	Author          foundAuthor `json:"author"`
	Space           spaceRef    `json:"space"`
}

func (s *Sandbox) findPosts(q searchQuery) []any {
	return s.findPostsWhere(q, "post", func(p *post) bool { return p.event == nil })
}

func (s *Sandbox) findEvents(q searchQuery) []any {
	return s.findPostsWhere(q, "event", func(p *post) bool {
		past := p.event != nil && !p.event.endsAt().After(q.now)
		return p.event != nil && (q.status == "" || past == (q.status == "past"))
	})
}

// findPostsWhere looks at posts of one kind, newest first.
func (s *Sandbox) findPostsWhere(q searchQuery, kind string, is func(*post) bool) []any {
	found := []any{}
	for _, p := range slices.Backward(s.visiblePosts(q.member, is)) {
		by := s.store.memberByID[p.authorID]
		hasTopic := func(id int64) bool { return slices.Contains(p.topicIDs, id) }
		if !q.in(p.title(), p.content.text) || !s.withinSpace(q, p.spaceID, by) ||
			len(q.topics) > 0 && !slices.ContainsFunc(q.topics, hasTopic) {
			continue
		}
		body := firstWords(p.content.text, excerpt)
		hit := foundPost{
			ID: p.id, Type: kind, Name: p.title(), Slug: p.slug, URL: s.postURL(p), CreatedAt: stamp(p.createdAt),
			Status: p.status, HighlightedName: q.mark(p.title()), Body: body, HighlightedBody: q.mark(body),
			SGID: sgid("Post", p.id), Author: foundAuthorView(by), Space: s.spaceRefView(s.store.spaceByID[p.spaceID]),
		}
		if p.event != nil {
			hit.StartsAt = new(stamp(p.event.startsAt))
		}
		found = append(found, hit)
	}
	return found
}

type foundComment struct {
	ID              int64       `json:"id"`
	Type            string      `json:"type"`
	Body            string      `json:"body"`
	URL             string      `json:"url"`
	PostID          int64       `json:"post_id"`
	PostSlug        string      `json:"post_slug"`
	PostName        string      `json:"post_name"`
	SpaceID         int64       `json:"space_id"`
	SpaceSlug       string      `json:"space_slug"`
	ParentID        *int64      `json:"parent_comment_id"`
	HighlightedBody string      `json:"highlighted_body"`
	Author          foundAuthor `json:"author"`
}

func (s *Sandbox) findComments(q searchQuery) []any {
	found := []any{}
	for _, p := range slices.Backward(s.visiblePosts(q.member, func(p *post) bool { return len(p.comments) > 0 })) {
		for _, c := range p.comments {
			by := s.store.memberByID[c.authorID]
			if !q.in(c.content.text) || !s.withinSpace(q, p.spaceID, by) {
				continue
			}
			body := firstWords(c.content.text, excerpt)
			found = append(found, foundComment{
				c.id, "comment", body, s.commentURL(c), p.id, p.slug, p.title(), p.spaceID, s.store.spaceByID[p.spaceID].slug,
				idOrNull(c.parentID), q.mark(body), foundAuthorView(by),
			})
		}
	}
	return found
}

type foundLesson struct {
	ID              int64    `json:"id"`
	Type            string   `json:"type"`
	Name            string   `json:"name"`
	Body            string   `json:"body"`
	Status          string   `json:"status"`
	SectionName     string   `json:"section_name"`
	SectionID       int64    `json:"section_id"`
	CreatedAt       stamp    `json:"created_at"`
	HighlightedName string   `json:"highlighted_name"`
	HighlightedBody string   `json:"highlighted_body"`
	SGID            string   `json:"sgid"`
	Space           spaceRef `json:"space"`
}

// findLessons looks at lessons that the member may take: the outline of a course is open to more, but not what the
// lessons say.
func (s *Sandbox) findLessons(q searchQuery) []any {
	found := []any{}
	for _, sp := range s.store.spaces {
		c := s.store.courses[sp.id]
		if c == nil || !s.canView(q.member, sp) || !s.withinSpace(q, sp.id, nil) {
			continue
		}
		for _, l := range c.lessons() {
			if !s.canTake(q.request, c, l) || !q.in(l.name, l.content.text) {
				continue
			}
			body := firstWords(l.content.text, excerpt)
			found = append(found, foundLesson{
				l.id, "lesson", l.name, body, "published", l.section.name, l.section.id, stamp(s.founded), q.mark(l.name),
				q.mark(body), sgid("Courses::Lesson", l.id), s.spaceRefView(sp),
			})
		}
	}
	return found
}

type foundSpace struct {
	Type               string  `json:"type"`
	ID                 int64   `json:"id"`
	Name               string  `json:"name"`
	Slug               string  `json:"slug"`
	Emoji              *string `json:"emoji"`
	CustomEmojiURL     string  `json:"custom_emoji_url"`
	CustomEmojiDarkURL string  `json:"custom_emoji_dark_url"`
	HighlightedName    string  `json:"highlighted_name"`
	SGID               string  `json:"sgid"`
}

func (s *Sandbox) findSpaces(q searchQuery) []any {
	found := []any{}
	for _, sp := range s.store.spaces {
		if s.canList(q.member, sp) && q.in(sp.name) && s.withinSpace(q, sp.id, nil) {
			ref := s.spaceRefView(sp)
			found = append(found, foundSpace{
				"space", sp.id, sp.name, sp.slug, ref.Emoji, ref.CustomEmojiURL, ref.CustomEmojiDarkURL, q.mark(sp.name),
				sgid("Space", sp.id),
			})
		}
	}
	return found
}

type foundPerson struct {
	Type            string  `json:"type"`
	ID              int64   `json:"id"`
	Name            string  `json:"name"`
	Headline        string  `json:"headline"`
	AvatarURL       *string `json:"avatar_url"`
	Bio             *string `json:"bio"`
	PublicUID       string  `json:"public_uid"`
	Location        *string `json:"location"`
	UserID          int64   `json:"user_id"`
	HighlightedName string  `json:"highlighted_name"`
	SGID            string  `json:"sgid"`
}

func (s *Sandbox) findMembers(q searchQuery) []any {
	found := []any{}
	for _, m := range s.listedMembers() {
		hasTag := func(t *memberTag) bool { return slices.Contains(q.tags, t.id) }
		if !q.in(m.name(), m.headline) || len(q.tags) > 0 && !slices.ContainsFunc(m.tags, hasTag) ||
			len(q.spaces) > 0 && !slices.ContainsFunc(q.spaces, func(id int64) bool { return s.store.seat(id, m.id) != nil }) {
			continue
		}
		found = append(found, foundPerson{
			"member", m.id, m.name(), m.headline, orNull(m.avatarURL), orNull(m.bio), m.publicUID, orNull(m.location),
			m.userID, q.mark(m.name()), sgid("CommunityMember", m.id),
		})
	}
	return found
}

// listedMembers are the members in the directory.
func (s *Sandbox) listedMembers() []*member {
	return filter(s.store.members, func(m *member) bool { return m.active && m.confirmed && m.listed })
}

type foundGroup struct {
	ID              int64  `json:"id"`
	Type            string `json:"type"`
	Name            string `json:"name"`
	MentionType     string `json:"mention_type"`
	MentionScope    string `json:"mention_scope"`
	HighlightedName string `json:"highlighted_name"`
	SGID            string `json:"sgid"`
}

// findGroups knows only one group, everyone, which only staff may mention.
func (s *Sandbox) findGroups(q searchQuery) []any {
	const everyone = "everyone"
	if !q.member.staff() || !q.in(everyone) {
		return nil
	}
	scope := cmp.Or(q.param("mention_scope"), "space")
	return []any{foundGroup{1, "group_mention", everyone, everyone, scope, q.mark(everyone), sgid("GroupMention", 1)}}
}
