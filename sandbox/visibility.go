package sandbox

// Who may see what. Secret spaces do not exist for members outside; private ones are listed but closed; admins see
// everything.

// canList reports whether the member may know that the space exists.
func (s *Sandbox) canList(m *member, sp *space) bool { return !sp.secret || s.canView(m, sp) }

// canView reports whether the member may read what is in the space.
func (s *Sandbox) canView(m *member, sp *space) bool {
	return (!sp.private && !sp.secret) || m.roles.Admin || s.store.seat(sp.id, m.id) != nil
}

// canParticipate reports whether the member may like, comment and follow there: everybody may read, but only members of
// the space take part.
func (s *Sandbox) canParticipate(m *member, sp *space) bool {
	return m.roles.Admin || s.store.seat(sp.id, m.id) != nil
}

// canPost reports whether the member may create posts in the space.
func (s *Sandbox) canPost(m *member, sp *space) bool {
	return s.canParticipate(m, sp) && (!sp.postDisabled || m.staff())
}

// canManage reports whether the member may change or remove what the author made.
func canManage(m *member, authorID int64) bool { return m.staff() || m.id == authorID }

// listedSpace finds a space by id or slug among those that the viewer may know of; it refuses with 404 "Missing record:
// space".
func (s *Sandbox) listedSpace(q *request, ref string) (*space, answer) {
	return foundRecord("space", s.store.spaces, func(sp *space) bool {
		return (sp.slug == ref || sp.id == parseID(ref)) && s.canList(q.member, sp)
	})
}

// openSpace finds a space whose content the viewer may read; a private one refuses with 401.
func (s *Sandbox) openSpace(q *request, ref string) (*space, answer) {
	sp, refusal := s.listedSpace(q, ref)
	if refusal.status != 0 {
		return nil, refusal
	}
	if !s.canView(q.member, sp) {
		return nil, forbidden()
	}
	return sp, answer{}
}

// spaceOfPath is openSpace for paths in which the space is a number or a slug.
func (s *Sandbox) spaceOfPath(q *request) (*space, answer) {
	return s.openSpace(q, q.PathValue("space_id"))
}

// openPost finds a post by id that the viewer may read.
func (s *Sandbox) openPost(q *request, postID int64) (*post, answer) {
	p := s.store.postByID[postID]
	if p == nil || !s.readable(q.member, p) {
		return nil, missingRecord("post")
	}
	if !s.canView(q.member, s.store.spaceByID[p.spaceID]) {
		return nil, forbidden()
	}
	return p, answer{}
}

func (s *Sandbox) postOfPath(q *request) (*post, answer) { return s.openPost(q, q.id("post_id")) }

// joinedPost is openPost for writes below a post (like, comment, follow, RSVP): in a space that the member has not
// joined they are 401.
func (s *Sandbox) joinedPost(q *request, postID int64) (*post, answer) {
	p, refusal := s.openPost(q, postID)
	if refusal.status != 0 {
		return nil, refusal
	}
	if !s.canParticipate(q.member, s.store.spaceByID[p.spaceID]) {
		return nil, forbidden()
	}
	return p, answer{}
}

func (s *Sandbox) joinedPostOfPath(q *request) (*post, answer) {
	return s.joinedPost(q, q.id("post_id"))
}

// readable reports whether the post exists for the member: published or the member's own draft, in a space that the
// member may know of.
func (s *Sandbox) readable(m *member, p *post) bool {
	return (p.status == "published" || p.authorID == m.id) && s.canList(m, s.store.spaceByID[p.spaceID])
}

// visiblePosts lists the published posts, oldest first, that the member may read and that keep accepts.
func (s *Sandbox) visiblePosts(m *member, keep func(*post) bool) []*post {
	return filter(s.store.posts, func(p *post) bool {
		return p.status == "published" && s.canView(m, s.store.spaceByID[p.spaceID]) && keep(p)
	})
}
