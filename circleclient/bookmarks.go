package circleclient

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"
)

// BookmarksService reads and writes the viewer's bookmarks.
type BookmarksService struct{ client *Client }

// Bookmark is a bookmark of a post, comment or message.
type Bookmark struct {
	ID int64 `json:"id"`
	// RecordID is the post, comment or message.
	RecordID  int64     `json:"record_id"`
	CreatedAt time.Time `json:"created_at"`
	// Record is what was bookmarked; nil if Circle sends none.
	Record *BookmarkedRecord `json:"bookmark_record"`
	// IsDeleted reports whether the record has been deleted since.
	IsDeleted bool `json:"is_deleted"`

	// RecordType and DeclaredType are the same word; answers send the first, the contract declares the second.
	RecordType   string `json:"bookmark_type"`
	DeclaredType string `json:"bookmarkable_type"`
}

// BookmarkedRecord is the part of a record that comes with its bookmark. A comment lacks its post's id, so it cannot be
// fetched again.
type BookmarkedRecord struct {
	Name *string `json:"name"`
	URL  *string `json:"url"`
	// Body is plain text. Some records send an object here, which gives nil.
	Body   *string         `json:"body"`
	Author *BookmarkAuthor `json:"author"`
	Space  *SpaceRef       `json:"space"`
	// HideMetaInfo reports whether the author is hidden.
	HideMetaInfo bool `json:"hide_meta_info"`
}

// BookmarkAuthor is the author of a bookmarked record.
type BookmarkAuthor struct {
	CommunityMemberID int64   `json:"community_member_id"`
	Name              string  `json:"name"`
	AvatarURL         *string `json:"avatar_url"`
}

// MemberID is the member's number in the community.
func (a *BookmarkAuthor) MemberID() int64 { return a.CommunityMemberID }

// Type is the kind of record: post, comment or another word, in lower case.
func (b *Bookmark) Type() string { return strings.ToLower(cmp.Or(b.RecordType, b.DeclaredType)) }

func (b *Bookmark) record() BookmarkedRecord {
	if b.Record == nil {
		return BookmarkedRecord{}
	}
	return *b.Record
}

// Title is the title of the post, or of the post that was commented on; nil if it has none.
func (b *Bookmark) Title() *string { return b.record().Name }

// Excerpt is the beginning of the text; nil if it has none.
func (b *Bookmark) Excerpt() *string { return b.record().Body }

// URL is the address of the record; nil if it has none.
func (b *Bookmark) URL() *string { return b.record().URL }

// Author is who wrote the record; nil if Circle does not say, or hides it.
func (b *Bookmark) Author() *BookmarkAuthor {
	if b.record().HideMetaInfo {
		return nil
	}
	return b.record().Author
}

// Space is the record's space; nil if Circle does not say.
func (b *Bookmark) Space() *SpaceRef { return b.record().Space }

// BookmarkListOptions choose bookmarks.
type BookmarkListOptions struct {
	PageOptions
	// Type is post or comment.
	Type string
}

type bookmarkBody struct {
	RecordID     int64  `json:"record_id"`
	BookmarkType string `json:"bookmark_type"`
}

// List reads bookmarks, newest first.
//
//circle:op GET /api/headless/v1/bookmarks
func (s *BookmarksService) List(ctx context.Context, opts BookmarkListOptions) (*Page[*Bookmark], error) {
	return get[Page[*Bookmark]](ctx, s.client, member("/bookmarks"), opts.query().str("bookmark_type", opts.Type))
}

// Create bookmarks a record; recordType is post or comment.
//
//circle:op POST /api/headless/v1/bookmarks
func (s *BookmarksService) Create(ctx context.Context, recordID int64, recordType string) (*Bookmark, error) {
	return write[Bookmark](ctx, s.client, http.MethodPost, member("/bookmarks"), bookmarkBody{recordID, recordType})
}

// Delete removes a bookmark.
//
//circle:op DELETE /api/headless/v1/bookmarks/{id}
func (s *BookmarksService) Delete(ctx context.Context, bookmarkID int64) error {
	return exec(ctx, s.client, http.MethodDelete, member("/bookmarks/{id}", id(bookmarkID)), nil)
}
