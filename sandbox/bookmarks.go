package sandbox

import (
	"net/http"
	"slices"
)

func (s *Sandbox) bookmarkRoutes() []route {
	return []route{
		{method: http.MethodGet, path: "/bookmarks", handle: s.listBookmarks},
		{method: http.MethodPost, path: "/bookmarks", handle: s.createBookmark},
		{method: http.MethodDelete, path: "/bookmarks/{id}", handle: s.deleteBookmark},
	}
}

// bookmarkJSON is a bookmark. What was kept is missing when it was deleted, or
// closed to the member, since.
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

// bookmarkRecordJSON is as much of a post or comment as its bookmark shows. A
// comment shows the name and slug of its post, but not the post's id.
type bookmarkRecordJSON struct {
	ID              int64          `json:"id"`
	Slug            string         `json:"slug"`
	CreatedAt       stamp          `json:"created_at"`
	Name            string         `json:"name"`
	URL             string         `json:"url"`
	Body            string         `json:"body"`
	AttachmentCount int            `json:"attachment_count"`
	HideMeta        *bool          `json:"hide_meta_info,omitempty"` // only when just made
	Author          bookmarkAuthor `json:"author"`
	Space           spaceRef       `json:"space"`
}

type bookmarkAuthor struct {
	Name      string  `json:"name"`
	AvatarURL *string `json:"avatar_url"`
	MemberID  int64   `json:"community_member_id"`
}

func (s *Sandbox) bookmarkView(q *request, b *bookmark) bookmarkJSON {
	v := bookmarkJSON{
		ID: b.id, RecordID: b.recordID, Kind: b.kind, CreatedAt: stamp(b.createdAt), CommunityID: communityID, MemberID: b.memberID,
	}
	p, c, refusal := s.bookmarkable(q, b.kind, b.recordID)
	if refusal.status != 0 {
		v.IsDeleted = true
		return v
	}
	sp := s.store.spaceByID[p.spaceID]
	v.Record = &bookmarkRecordJSON{
		ID: p.id, Slug: p.slug, CreatedAt: stamp(p.createdAt), Name: p.title(), URL: s.postURL(p), Body: p.content.text,
		AttachmentCount: p.content.attachmentCount(), Author: s.bookmarkAuthorView(p.authorID), Space: s.spaceRefView(sp),
	}
	if c != nil {
		v.Record.ID, v.Record.CreatedAt, v.Record.URL, v.Record.Body = c.id, stamp(c.createdAt), s.commentURL(c), c.content.text
		v.Record.AttachmentCount, v.Record.Author = c.content.attachmentCount(), s.bookmarkAuthorView(c.authorID)
	}
	return v
}

func (s *Sandbox) bookmarkAuthorView(memberID int64) bookmarkAuthor {
	m := s.store.memberByID[memberID]
	return bookmarkAuthor{m.name(), orNull(m.avatarURL), m.id}
}

// attachmentCount is how many files and images the text carries.
func (c content) attachmentCount() int {
	if c.envelope == nil {
		return 0
	}
	return len(c.envelope.Attachments) + len(c.envelope.Inline)
}

// bookmarkable finds a post that the member may read, or a comment together
// with its post.
func (s *Sandbox) bookmarkable(q *request, kind string, recordID int64) (*post, *comment, answer) {
	if kind != "comment" {
		p, refusal := s.openPost(q, recordID)
		return p, nil, refusal
	}
	c := s.store.comments[recordID]
	if c == nil || !s.readable(q.member, s.store.postByID[c.postID]) {
		return nil, nil, missingRecord("comment")
	}
	p, refusal := s.openPost(q, c.postID)
	return p, c, refusal
}

// listBookmarks lists the member's own, newest first.
func (s *Sandbox) listBookmarks(q *request) answer {
	kind := q.param("bookmark_type")
	var own []*bookmark
	for _, b := range slices.Backward(s.store.bookmarks) {
		if b.memberID == q.member.id && (kind == "" || b.kind == kind) {
			own = append(own, b)
		}
	}
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
		return invalid("Failed to create bookmark!", map[string][]string{"bookmark_type": {"is not included in the list"}})
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
	i := slices.IndexFunc(s.store.bookmarks, func(b *bookmark) bool {
		return b.id == q.id("id") &&
			b.memberID == q.member.id
	})
	if i < 0 {
		return missingRecord("bookmark")
	}
	s.store.bookmarks = slices.Delete(s.store.bookmarks, i, i+1)
	return noContent()
}
