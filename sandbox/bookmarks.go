package sandbox

import (
	"net/http"
	"slices"
)

func (s *Sandbox) bookmarkRoutes() []route {
	return []route{
		{"GET /bookmarks", s.listBookmarks},
		{"POST /bookmarks", s.createBookmark},
		{"DELETE /bookmarks/{id}", s.deleteBookmark},
	}
}

// bookmarkJSON is a bookmark. The record is missing if it was since deleted or closed to the member.
type bookmarkJSON struct {
	ID          int64               `json:"id"`
	RecordID    int64               `json:"record_id"`
	Kind        string              `json:"bookmark_type"`
	CreatedAt   stamp               `json:"created_at"`
	CommunityID int64               `json:"community_id"`
	MemberID    int64               `json:"community_member_id"`
	Record      *bookmarkRecordJSON `json:"bookmark_record,omitempty"`
	IsDeleted   bool                `json:"is_deleted"`
}

// bookmarkRecordJSON is the part of a post or comment that a bookmark shows. A comment shows the name and slug of its
// post, but not the post's id.
type bookmarkRecordJSON struct {
	ID              int64       `json:"id"`
	Slug            string      `json:"slug"`
	CreatedAt       stamp       `json:"created_at"`
	Name            string      `json:"name"`
	URL             string      `json:"url"`
	Body            string      `json:"body"`
	AttachmentCount int         `json:"attachment_count"`
	HideMeta        *bool       `json:"hide_meta_info,omitempty"` // only when just made
	Author          foundAuthor `json:"author"`
	Space           spaceRef    `json:"space"`
}

func (s *Sandbox) bookmarkView(q *request, b *bookmark) bookmarkJSON {
	v := bookmarkJSON{
		ID: b.id, RecordID: b.recordID, Kind: b.kind, CreatedAt: stamp(b.createdAt), CommunityID: communityID,
		MemberID: b.memberID,
	}
	p, c, refusal := s.bookmarkable(q, b.kind, b.recordID)
	if refusal.status != 0 {
		v.IsDeleted = true
		return v
	}
	sp := s.store.spaceByID[p.spaceID]
	v.Record = &bookmarkRecordJSON{
		ID: p.id, Slug: p.slug, CreatedAt: stamp(p.createdAt), Name: p.title(), URL: s.postURL(p), Body: p.content.text,
		AttachmentCount: p.content.attachmentCount(), Author: foundAuthorView(s.store.memberByID[p.authorID]),
		Space: s.spaceRefView(sp),
	}
	if c != nil {
		r := v.Record
		r.ID, r.CreatedAt, r.URL, r.Body = c.id, stamp(c.createdAt), s.commentURL(c), c.content.text
		r.AttachmentCount, r.Author = c.content.attachmentCount(), foundAuthorView(s.store.memberByID[c.authorID])
	}
	return v
}

// attachmentCount is how many files and images the text carries.
func (c content) attachmentCount() int {
	if c.envelope == nil {
		return 0
	}
	return len(c.envelope.Attachments) + len(c.envelope.Inline)
}

// bookmarkable finds a post that the member may read, or a comment together with its post.
func (s *Sandbox) bookmarkable(q *request, kind string, recordID int64) (*post, *comment, answer) {
	if kind != "comment" {
		p, refusal := s.openPost(q, recordID)
		return p, nil, refusal
	}
	c, p, refusal := s.readableComment(q, recordID)
	return p, c, refusal
}

// listBookmarks lists the member's own, newest first.
func (s *Sandbox) listBookmarks(q *request) answer {
	kind := q.param("bookmark_type")
	own := filter(s.store.bookmarks, func(b *bookmark) bool {
		return b.memberID == q.member.id && (kind == "" || b.kind == kind)
	})
	slices.Reverse(own)
	slices.SortStableFunc(own, func(a, b *bookmark) int { return b.createdAt.Compare(a.createdAt) })
	view := func(b *bookmark) bookmarkJSON { return s.bookmarkView(q, b) }
	return ok(listPage(q.paging(10), own, view).withPageCount())
}

func (s *Sandbox) createBookmark(q *request) answer {
	var in struct {
		RecordID int64  `json:"record_id"`
		Kind     string `json:"bookmark_type"`
	}
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	switch {
	case in.RecordID == 0:
		return missingParameter("record_id")
	case in.Kind == "":
		return missingParameter("bookmark_type")
	case in.Kind != "post" && in.Kind != "comment":
		return notListed("Failed to create bookmark!", "bookmark_type")
	}
	p, _, refusal := s.bookmarkable(q, in.Kind, in.RecordID)
	if refusal.status != 0 {
		return refusal
	}
	if s.store.bookmarkOf(q.member.id, in.Kind, in.RecordID) != nil {
		return failure(http.StatusConflict, "You already bookmarked this "+in.Kind)
	}
	b := &bookmark{id: s.store.smallID(), memberID: q.member.id, kind: in.Kind, recordID: in.RecordID, createdAt: q.now}
	s.store.bookmarks = append(s.store.bookmarks, b)
	v := s.bookmarkView(q, b)
	v.Record.HideMeta = &p.hideMeta
	return created(v)
}

func (s *Sandbox) deleteBookmark(q *request) answer {
	own := func(b *bookmark) bool { return b.id == q.id("id") && b.memberID == q.member.id }
	i := slices.IndexFunc(s.store.bookmarks, own)
	if i < 0 {
		return missingRecord("bookmark")
	}
	s.store.bookmarks = slices.Delete(s.store.bookmarks, i, i+1)
	return noContent()
}
