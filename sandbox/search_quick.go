package sandbox

import (
	"fmt"
	"slices"
)

// quickRow is something that the quick search found, in the manner of JSON:API.
type quickRow struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	Attributes any    `json:"attributes"`
}

func newQuickRow(kind string, id int64, attributes any) quickRow {
	return quickRow{fmt.Sprintf("%s_%d", kind, id), kind, attributes}
}

// quickSearch looks only at names and titles.
func (s *Sandbox) quickSearch(q *request) answer {
	text := q.param("search_text")
	if text == "" {
		return missingParameter("search_text")
	}
	t := newTerms(text)
	var rows []quickRow
	for _, find := range []func(*request, terms) []quickRow{
		s.quickGroups, s.quickSpaces, s.quickMembers, s.quickPosts, s.quickTags, s.quickComments,
	} {
		rows = append(rows, find(q, t)...)
	}
	return ok(listPage(q.paging(15), rows, func(r quickRow) quickRow { return r }).withPageCount())
}

type quickGroup struct {
	ID              int64  `json:"id"`
	Name            string `json:"name"`
	CommunityID     int64  `json:"community_id"`
	Members         int    `json:"space_group_members_count"`
	HighlightedName string `json:"highlighted_name"`
}

func (s *Sandbox) quickGroups(q *request, t terms) []quickRow {
	var rows []quickRow
	var seen []int64
	for _, sp := range s.store.spaces {
		if s.canList(q.member, sp) && t.in(sp.groupName) && !slices.Contains(seen, sp.groupID) {
			seen = append(seen, sp.groupID)
			rows = append(rows, newQuickRow("space_group", sp.groupID,
				quickGroup{sp.groupID, sp.groupName, communityID, 0, t.mark(sp.groupName)}))
		}
	}
	return rows
}

type quickSpace struct {
	ID                 int64   `json:"id"`
	Name               string  `json:"name"`
	Slug               string  `json:"slug"`
	CreatedAt          stamp   `json:"created_at"`
	UpdatedAt          stamp   `json:"updated_at"`
	CommunityID        int64   `json:"community_id"`
	Emoji              *string `json:"emoji"`
	CustomEmojiURL     string  `json:"custom_emoji_url"`
	CustomEmojiDarkURL string  `json:"custom_emoji_dark_url"`
	Members            int     `json:"space_members_count"`
	HighlightedName    string  `json:"highlighted_name"`
	HighlightedSlug    string  `json:"highlighted_slug"`
}

func (s *Sandbox) quickSpaces(q *request, t terms) []quickRow {
	var rows []quickRow
	for _, sp := range s.store.spaces {
		if s.canList(q.member, sp) && t.in(sp.name) {
			ref := s.spaceRefView(sp)
			rows = append(rows, newQuickRow("space", sp.id, quickSpace{
				sp.id, sp.name, sp.slug, stamp(s.founded), stamp(s.founded), communityID, ref.Emoji, ref.CustomEmojiURL,
				ref.CustomEmojiDarkURL, len(s.store.memberships[sp.id]), t.mark(sp.name), t.mark(sp.slug),
			}))
		}
	}
	return rows
}

// quickMember has the user id as a text, unlike all other rows.
type quickMember struct {
	ID        string   `json:"id"`
	MemberID  int64    `json:"community_member_id"`
	Name      string   `json:"name"`
	Headline  string   `json:"headline"`
	AvatarURL *string  `json:"avatar_url"`
	Roles     []string `json:"roles"`
}

func (s *Sandbox) quickMembers(_ *request, t terms) []quickRow {
	var rows []quickRow
	for _, m := range s.listedMembers() {
		if t.in(m.name()) {
			rows = append(rows, newQuickRow("community_member", m.id, quickMember{
				fmt.Sprint(m.userID), m.id, m.name(), m.headline, orNull(m.avatarURL), s.authorView(m).Roles,
			}))
		}
	}
	return rows
}

type quickPost struct {
	ID                  int64         `json:"id"`
	Name                string        `json:"name"`
	Body                string        `json:"body"`
	Slug                string        `json:"slug"`
	URL                 string        `json:"url"`
	Comments            int           `json:"comments_count"`
	Likes               int           `json:"user_likes_count"`
	CreatedAt           stamp         `json:"created_at"`
	UpdatedAt           stamp         `json:"updated_at"`
	CommunityID         int64         `json:"community_id"`
	HideMeta            bool          `json:"hide_meta_info"`
	HighlightedEmail    *string       `json:"highlighted_email"`
	HighlightedPostName *string       `json:"highlighted_post_name"`
	HighlightedName     string        `json:"highlighted_name"`
	HighlightedSlug     string        `json:"highlighted_slug"`
	HighlightedBody     string        `json:"highlighted_body"`
	HighlightedUser     string        `json:"highlighted_user_name"`
	Kind                string        `json:"post_type"`
	Space               quickSpaceRef `json:"space"`
	Author              quickAuthor   `json:"author"`
}

type quickSpaceRef struct {
	ID   int64  `json:"id"`
	Slug string `json:"slug"`
	Name string `json:"name"`
}

type quickAuthor struct {
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	AvatarURL *string `json:"avatar_url"`
	MemberID  int64   `json:"community_member_id"`
}

func quickAuthorView(m *member) quickAuthor {
	return quickAuthor{m.userID, m.name(), orNull(m.avatarURL), m.id}
}

func (s *Sandbox) quickPosts(q *request, t terms) []quickRow {
	var rows []quickRow
	for _, p := range slices.Backward(s.visiblePosts(q.member, func(p *post) bool { return t.in(p.name) })) {
		sp, by, body := s.store.spaceByID[p.spaceID], s.store.memberByID[p.authorID], firstWords(p.content.text, excerpt)
		rows = append(rows, newQuickRow("post", p.id, quickPost{
			ID: p.id, Name: p.name, Body: body, Slug: p.slug, URL: s.postURL(p), Comments: len(p.comments), Likes: len(p.likes),
			CreatedAt: stamp(p.createdAt), UpdatedAt: stamp(p.updatedAt), CommunityID: communityID, HideMeta: p.hideMeta,
			HighlightedName: t.mark(p.name), HighlightedSlug: t.mark(p.slug), HighlightedBody: t.mark(body),
			HighlightedUser: t.mark(by.name()), Kind: p.kind, Space: quickSpaceRef{sp.id, sp.slug, sp.name},
			Author: quickAuthorView(by),
		}))
	}
	return rows
}

type quickTag struct {
	ID              int64  `json:"id"`
	Name            string `json:"name"`
	CommunityID     int64  `json:"community_id"`
	Members         int    `json:"tagged_members_count"`
	HighlightedName string `json:"highlighted_name"`
}

func (s *Sandbox) quickTags(_ *request, t terms) []quickRow {
	var rows []quickRow
	for _, tag := range s.store.tags {
		if t.in(tag.name) {
			rows = append(rows, newQuickRow("member_tag", tag.id, quickTag{tag.id, tag.name, communityID, 0, t.mark(tag.name)}))
		}
	}
	return rows
}

type quickComment struct {
	ID          int64       `json:"id"`
	ParentID    *int64      `json:"parent_comment_id"`
	PostID      int64       `json:"post_id"`
	PostName    string      `json:"post_name"`
	SpaceID     int64       `json:"space_id"`
	CommunityID int64       `json:"community_id"`
	BodyText    string      `json:"body_text"`
	Title       string      `json:"title"`
	Author      quickAuthor `json:"author"`
}

func (s *Sandbox) quickComments(q *request, t terms) []quickRow {
	var rows []quickRow
	for _, p := range slices.Backward(s.visiblePosts(q.member, func(p *post) bool { return t.in(p.name) })) {
		for _, c := range p.comments {
			by := s.store.memberByID[c.authorID]
			rows = append(rows, newQuickRow("comment", c.id, quickComment{
				c.id, idOrNull(c.parentID), p.id, p.name, p.spaceID, communityID, firstWords(c.content.text, excerpt),
				by.name() + " commented on " + p.name, quickAuthorView(by),
			}))
		}
	}
	return rows
}
