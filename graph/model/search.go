package model

import (
	"circlegraph/circleclient"
	"circlegraph/graph/paging"
)

// SearchHit is something that a search found.
type SearchHit interface {
	Found() *circleclient.SearchHit
}

// SearchResult is the union of all that a search can find.
type SearchResult interface{ SearchHit }

type (
	// SearchResultConnection is a page of what a search found.
	SearchResultConnection = paging.Connection[SearchResult]
	// SearchResultEdge is one thing of a page of what a search found.
	SearchResultEdge = paging.Edge[SearchResult]
)

// HitBase is what everything found has.
type HitBase struct{ *circleclient.SearchHit }

// The kinds of things found.
type (
	// PostHit is a post that was found.
	PostHit struct{ HitBase }
	// CommentHit is a comment that was found.
	CommentHit struct{ HitBase }
	// LessonHit is a lesson that was found.
	LessonHit struct{ HitBase }
	// SpaceHit is a space that was found.
	SpaceHit struct{ HitBase }
	// MemberHit is a member who was found.
	MemberHit struct{ HitBase }
	// OtherHit is anything else that was found.
	OtherHit struct{ HitBase }
)

// NewSearchResult wraps a record as what it is.
func NewSearchResult(h *circleclient.SearchHit) SearchResult {
	base := HitBase{h}
	switch h.Kind() {
	case circleclient.HitPost:
		return &PostHit{base}
	case circleclient.HitComment:
		return &CommentHit{base}
	case circleclient.HitLesson:
		return &LessonHit{base}
	case circleclient.HitSpace:
		return &SpaceHit{base}
	case circleclient.HitMember:
		return &MemberHit{base}
	default:
		return &OtherHit{base}
	}
}

// Found is the record as Circle sent it.
func (h HitBase) Found() *circleclient.SearchHit { return h.SearchHit }

// Title is the title or name; of a comment, that of its post.
func (h HitBase) Title() string {
	if h.PostName != "" {
		return h.PostName
	}
	return h.Name
}

// TitleHighlight is the title with what was found marked.
func (h HitBase) TitleHighlight() *circleclient.Highlight {
	return circleclient.NewHighlight(h.HighlightedName)
}

// Text is the beginning of the text.
func (h HitBase) Text() *string { return h.Body }

// TextHighlight is the text with what was found marked.
func (h HitBase) TextHighlight() *circleclient.Highlight {
	return circleclient.NewHighlight(h.HighlightedBody)
}

// SubjectRef leads to what was found; nil if Circle cannot fetch it.
func (h HitBase) SubjectRef() *circleclient.Ref {
	ref := h.NodeRef()
	if ref.IsZero() {
		return nil
	}
	return &ref
}

// Author is who wrote it, with no more than name and picture.
func (h HitBase) Author() *Member {
	a := h.SearchHit.Author
	if a == nil || a.MemberID() == 0 {
		return nil
	}
	return &Member{ID: a.MemberID(), Name: a.Name, AvatarURL: a.AvatarURL}
}

// Space is the space it stands in, with name, slug and emoji only; nil if the search did not tell.
func (h HitBase) Space() *circleclient.Space {
	if h.SearchHit.Space == nil {
		return nil
	}
	return SpaceOfRef(h.SearchHit.Space)
}

// Space is the space itself, with name, slug and emoji only.
func (h SpaceHit) Space() *circleclient.Space {
	return &circleclient.Space{
		ID: h.ID, Name: h.Name, Slug: h.Slug, Emoji: h.Emoji, CustomEmojiURL: h.CustomEmojiURL,
		CustomEmojiDarkURL: h.CustomEmojiDarkURL,
	}
}

// Member is the member, with name, picture and headline only.
func (h MemberHit) Member() *Member {
	return &Member{
		Source: circleclient.SourceMemberHit, ID: h.ID, Name: h.Name, AvatarURL: h.AvatarURL, Headline: h.Headline,
		PublicUID: notEmpty(h.PublicUID),
	}
}

// IsReply reports whether it replies to another comment.
func (h CommentHit) IsReply() bool { return h.ParentCommentID != nil && *h.ParentCommentID != 0 }

// MentionSGID names it in a mention; nil if it cannot be mentioned.
func (h OtherHit) MentionSGID() *string {
	if h.SGID == "" {
		return nil
	}
	return &h.SGID
}
