// Package model holds what the schema has and Circle's records do not: the interfaces, the three kinds of posts,
// members as one type, connections, payloads and the generated inputs.
package model

import (
	"time"

	"circlegraph/circleclient"
	"circlegraph/circleclient/richtext"
)

// Node is an object that one request can fetch again.
type Node interface{ NodeRef() circleclient.Ref }

// Post is a post of any kind.
type Post interface {
	Discussed
	// Record is the post as Circle sent it.
	Record() *circleclient.Post
}

// Bookmarkable can be put aside: whatever has a text. This interface and those below each have a method that other
// nodes lack, since the executor takes whatever has their methods for one of them.
type Bookmarkable interface {
	Node
	RichText() *richtext.Text
}

// Written is what a member wrote in a space.
type Written interface {
	Bookmarkable
	MemberID() int64
}

// Discussed is what members of a space wrote for each other to like and answer.
type Discussed interface {
	Written
	// StandsIn is the space in which it stands.
	StandsIn() int64
}

// What posts and comments have in common for the person in front of them.
type (
	// Likeable can be liked.
	Likeable interface{ Discussed }
	// Commentable can be answered.
	Commentable interface{ Discussed }
	// Followable can be followed.
	Followable interface{ Post }
	// Reportable can be reported.
	Reportable interface{ Written }
	// Updatable can be changed.
	Updatable interface{ Written }
	// Deletable can be deleted.
	Deletable interface{ Written }
)

// NotificationSubject is what a notification can be about.
type NotificationSubject interface{ Node }

// PostBase is what the three kinds of posts share: Circle's record, with its author and space as their own types.
type PostBase struct{ *circleclient.Post }

// Record is the post as Circle sent it.
func (p PostBase) Record() *circleclient.Post { return p.Post }

// Author is who wrote it; nil if the author is gone.
func (p PostBase) Author() *Member {
	if p.HideMetaInfo {
		return nil
	}
	return MemberOfAuthor(p.Post.Author)
}

// CreatedAt is when it was written; the zero time if that is hidden.
func (p PostBase) CreatedAt() time.Time { return p.unlessHidden(p.Post.CreatedAt) }

// UpdatedAt is when it was changed last; the zero time if that is hidden.
func (p PostBase) UpdatedAt() time.Time { return p.unlessHidden(p.Post.UpdatedAt) }

func (p PostBase) unlessHidden(t time.Time) time.Time {
	if p.HideMetaInfo {
		return time.Time{}
	}
	return t
}

// Space is the space it stands in, with name, slug and emoji only.
func (p PostBase) Space() *circleclient.Space { return SpaceOfRef(p.Post.Space) }

// BasicPost is a post of text.
type BasicPost struct{ PostBase }

// ImagePost is a post of pictures.
type ImagePost struct{ PostBase }

// Event is a post with a time and a place.
type Event struct{ PostBase }

// EventOccurrence is a repetition of an event, with the event for what it does not carry itself.
type EventOccurrence struct {
	*circleclient.EventOccurrence
	Event *Event
}

// NewPost wraps a record as what it is; nil for nil.
func NewPost(p *circleclient.Post) Post {
	if p == nil {
		return nil
	}
	base := PostBase{p}
	switch p.Kind() {
	case circleclient.KindImage:
		return &ImagePost{base}
	case circleclient.KindEvent:
		return &Event{base}
	default:
		return &BasicPost{base}
	}
}

// NewEvent wraps a record that is known to be an event.
func NewEvent(p *circleclient.Post) *Event { return &Event{PostBase{p}} }

// SpaceOfRef is a space of which only name, slug and emoji are known; everything else is loaded. It is nil if Circle
// does not say which: the number 0 is the home space's.
func SpaceOfRef(r *circleclient.SpaceRef) *circleclient.Space {
	if r == nil || r.ID == 0 {
		return nil
	}
	return &circleclient.Space{
		ID: r.ID, Name: r.Name, Slug: r.Slug, Emoji: r.Emoji, CustomEmojiURL: r.CustomEmojiURL,
		CustomEmojiDarkURL: r.CustomEmojiDarkURL,
	}
}
