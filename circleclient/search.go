package circleclient

import (
	"cmp"
	"context"
	"html"
	"strconv"
	"strings"
	"time"

	nethtml "golang.org/x/net/html"
)

// SearchService finds posts, comments, lessons, spaces and members by their text.
type SearchService struct{ client *Client }

// The kinds of [SearchHit].
const (
	// HitPost is a post of any kind, events included.
	HitPost = "post"
	// HitComment is a comment or reply.
	HitComment = "comment"
	// HitLesson is a lesson of a course.
	HitLesson = "lesson"
	// HitSpace is a space.
	HitSpace = "space"
	// HitMember is a member.
	HitMember = "member"
	// HitOther is anything else: a group to mention, a group of spaces, a tag of members.
	HitOther = "other"
)

// SearchOptions choose what the advanced search looks for.
type SearchOptions struct {
	PageOptions
	// Query is the text.
	Query string
	// Type is general, members, posts, comments, spaces, lessons, events, entity_list or mentions; general if empty.
	Type string
	// MentionScope is where the mention will be: space, group_chat, thread or direct.
	MentionScope string
	// SpaceIDs, TopicIDs and MemberTagIDs restrict the search to what is in one of each.
	SpaceIDs, TopicIDs, MemberTagIDs []int64
	// AuthorName restricts the search to authors of this name.
	AuthorName string
	// Status restricts the search to upcoming or past events.
	Status string
}

// SearchHit is something found, with the few fields that the search sends. Which are filled depends on its kind.
type SearchHit struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
	// Name is the title; a comment has none.
	Name string `json:"name"`
	// Body is the text without markup.
	Body *string `json:"body"`
	// HighlightedName and HighlightedBody are parts of both with the matches in <strong>, see [NewHighlight].
	HighlightedName *string    `json:"highlighted_name"`
	HighlightedBody *string    `json:"highlighted_body"`
	SGID            string     `json:"sgid"`
	Slug            string     `json:"slug"`
	URL             *string    `json:"url"`
	CreatedAt       *time.Time `json:"created_at"`
	StartsAt        *time.Time `json:"starts_at"`
	CoverImageURL   *string    `json:"cover_image_url"`
	// Author is nil, as is CreatedAt, if the record hides them.
	Author *Author   `json:"author"`
	Space  *SpaceRef `json:"space"`
	// HideMetaInfo reports whether author and time are hidden.
	HideMetaInfo bool `json:"hide_meta_info"`

	// These are of comments.
	PostID          int64  `json:"post_id"`
	PostName        string `json:"post_name"`
	SpaceID         int64  `json:"space_id"`
	ParentCommentID *int64 `json:"parent_comment_id"`

	// These are of lessons.
	SectionName string `json:"section_name"`
	SectionID   int64  `json:"section_id"`

	// These are of spaces.
	Emoji              *string `json:"emoji"`
	CustomEmojiURL     *string `json:"custom_emoji_url"`
	CustomEmojiDarkURL *string `json:"custom_emoji_dark_url"`

	// These are of members, whose ID is the community member id.
	Headline  *string `json:"headline"`
	AvatarURL *string `json:"avatar_url"`
	PublicUID string  `json:"public_uid"`
	UserID    int64   `json:"user_id"`
}

// hide leaves out what the record hides.
func (h *SearchHit) hide() {
	if h.HideMetaInfo {
		h.Author, h.CreatedAt = nil, nil
	}
}

// Kind returns what was found: by its type or, if the type is unknown, by what the record carries.
func (h *SearchHit) Kind() string {
	switch strings.ToLower(h.Type) {
	case "post", "event", "basic", "image":
		return HitPost
	case "comment", "reply":
		return HitComment
	case "lesson", "course_lesson":
		return HitLesson
	case "space", "course":
		return HitSpace
	case "member", "community_member":
		return HitMember
	}
	switch {
	case h.PostID != 0:
		return HitComment
	case h.SectionID != 0:
		return HitLesson
	case h.UserID != 0 || h.PublicUID != "":
		return HitMember
	case h.Author != nil && h.Space != nil:
		return HitPost
	}
	return HitOther
}

// NodeRef returns the ref of what was found; the zero ref if Circle cannot fetch it, or if the search did not send
// enough.
func (h *SearchHit) NodeRef() Ref {
	spaceID := h.SpaceID
	if h.Space != nil {
		spaceID = h.Space.ID
	}
	switch h.Kind() {
	case HitMember:
		return MemberRef(h.ID)
	case HitSpace:
		return SpaceNodeRef(h.ID)
	case HitPost:
		if spaceID != 0 {
			return PostRef(spaceID, h.ID)
		}
	case HitLesson:
		if spaceID != 0 {
			return LessonRef(spaceID, h.ID)
		}
	case HitComment:
		if spaceID != 0 && h.PostID != 0 {
			return (&Comment{ID: h.ID, SpaceID: spaceID, PostID: h.PostID, ParentCommentID: h.ParentCommentID}).NodeRef()
		}
	}
	return Ref{}
}

// Advanced searches titles and texts.
//
//circle:op GET /api/headless/v1/advanced_search
func (s *SearchService) Advanced(ctx context.Context, o SearchOptions) (*Page[*SearchHit], error) {
	q := o.query().str("query", o.Query).str("type", o.Type).str("mention_scope", o.MentionScope).
		filterIDs("space_ids", o.SpaceIDs).filterIDs("topic_ids", o.TopicIDs).filterIDs("member_tag_ids", o.MemberTagIDs).
		str("filters[author_name]", o.AuthorName).str("filters[status]", o.Status)
	page, err := get[Page[*SearchHit]](ctx, s.client, member("/advanced_search"), q)
	if err != nil {
		return nil, err
	}
	for _, hit := range page.Records {
		hit.hide()
	}
	return page, nil
}

// QuickHit is a row of the quick search: an envelope around what was found.
type QuickHit struct {
	// Type is space, space_group, post, comment, community_member or member_tag.
	Type       string          `json:"type"`
	Attributes QuickAttributes `json:"attributes"`
}

// QuickAttributes is what the quick search sends of what was found.
type QuickAttributes struct {
	// ID is the number of what was found; for a member it is the user id, as text.
	ID                 string     `json:"id"`
	CommunityMemberID  int64      `json:"community_member_id"`
	Name               string     `json:"name"`
	Slug               string     `json:"slug"`
	Body               *string    `json:"body"`
	URL                *string    `json:"url"`
	CreatedAt          *time.Time `json:"created_at"`
	HighlightedName    *string    `json:"highlighted_name"`
	HighlightedBody    *string    `json:"highlighted_body"`
	Emoji              *string    `json:"emoji"`
	CustomEmojiURL     *string    `json:"custom_emoji_url"`
	CustomEmojiDarkURL *string    `json:"custom_emoji_dark_url"`
	Headline           *string    `json:"headline"`
	AvatarURL          *string    `json:"avatar_url"`
	ParentCommentID    *int64     `json:"parent_comment_id"`
	PostID             int64      `json:"post_id"`
	PostName           string     `json:"post_name"`
	SpaceID            int64      `json:"space_id"`
	BodyText           *string    `json:"body_text"`
	Title              string     `json:"title"`
	Author             *Author    `json:"author"`
	Space              *SpaceRef  `json:"space"`
	HideMetaInfo       bool       `json:"hide_meta_info"`
}

// Hit returns the row in the form of the advanced search.
func (h *QuickHit) Hit() *SearchHit {
	a := h.Attributes
	id, _ := strconv.ParseInt(a.ID, 10, 64) // 0 if it is not a number, which names nothing
	hit := &SearchHit{
		ID: id, Type: h.Type, Name: cmp.Or(a.Name, a.Title), Slug: a.Slug, Body: cmp.Or(a.Body,
			a.BodyText), URL: a.URL, CreatedAt: a.CreatedAt,
		HighlightedName: a.HighlightedName, HighlightedBody: a.HighlightedBody, Emoji: a.Emoji,
		CustomEmojiURL:     a.CustomEmojiURL,
		CustomEmojiDarkURL: a.CustomEmojiDarkURL, Headline: a.Headline, AvatarURL: a.AvatarURL,
		ParentCommentID: a.ParentCommentID,
		PostID:          a.PostID, PostName: a.PostName, SpaceID: a.SpaceID, Author: a.Author, Space: a.Space,
		HideMetaInfo: a.HideMetaInfo,
	}
	hit.hide()
	if hit.Kind() == HitMember {
		hit.ID, hit.UserID = a.CommunityMemberID, id
	}
	return hit
}

// Quick searches only titles.
//
//circle:op GET /api/headless/v1/search
func (s *SearchService) Quick(ctx context.Context, text string, o PageOptions) (*Page[*QuickHit], error) {
	return get[Page[*QuickHit]](ctx, s.client, member("/search"), o.query().str("search_text", text))
}

// Highlight is a piece of text with the matches marked.
type Highlight struct {
	// Segments are the parts of the text in order, never empty.
	Segments []HighlightSegment
}

// HighlightSegment is a match, or a part between two matches.
type HighlightSegment struct {
	Text    string
	IsMatch bool
}

// NewHighlight reads a text with <strong> around its matches. It drops other markup, since it is not known whether
// Circle escapes what members wrote. Nil gives nil.
func NewHighlight(source *string) *Highlight {
	if source == nil {
		return nil
	}
	h := &Highlight{Segments: []HighlightSegment{}}
	tokens := nethtml.NewTokenizer(strings.NewReader(*source))
	depth, skip := 0, false
	for {
		kind := tokens.Next()
		if kind == nethtml.ErrorToken {
			return h
		}
		token := tokens.Token()
		switch {
		case kind == nethtml.TextToken && !skip:
			h.add(token.Data, depth > 0)
		case token.Data == "strong" && kind == nethtml.StartTagToken:
			depth++
		case token.Data == "strong" && kind == nethtml.EndTagToken:
			depth = max(depth-1, 0)
		case token.Data == "script" || token.Data == "style":
			skip = kind == nethtml.StartTagToken
		}
	}
}

// add joins adjacent parts of the same kind.
func (h *Highlight) add(text string, match bool) {
	last := len(h.Segments) - 1
	if last >= 0 && h.Segments[last].IsMatch == match {
		h.Segments[last].Text += text
		return
	}
	h.Segments = append(h.Segments, HighlightSegment{text, match})
}

// HTML returns the text, escaped, with <strong> around the matches.
func (h *Highlight) HTML() string {
	var b strings.Builder
	for _, s := range h.Segments {
		if s.IsMatch {
			b.WriteString("<strong>" + html.EscapeString(s.Text) + "</strong>")
		} else {
			b.WriteString(html.EscapeString(s.Text))
		}
	}
	return b.String()
}
