package sandbox

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"
)

func (s *Sandbox) postRoutes() []route {
	return []route{
		{"GET /home", s.homeFeed},
		{"GET /spaces/{space_id}/posts", found(s.spaceOfPath, s.listPosts)},
		{"GET /spaces/{space_id}/posts/{id}", found(s.postInSpaceOf, s.getPost)},
		{"POST /spaces/{space_id}/posts", s.createPost},
		{"DELETE /spaces/{space_id}/posts/{id}", found(s.postInSpaceOf, s.deletePost)},
		{"POST /spaces/{space_id}/images/posts", s.createImagePost},
		{"PUT /spaces/{space_id}/images/posts/{id}", found(s.postInSpaceOf, s.updateImagePost)},
		{"GET /posts/{post_id}/user_likes", found(s.postOfPath, s.listPostLikes)},
		{"POST /posts/{post_id}/user_likes", found(s.joinedPostOfPath, s.likePost)},
		{"DELETE /posts/{post_id}/user_likes", found(s.postOfPath, s.unlikePost)},
		{"POST /posts/{post_id}/post_followers", found(s.joinedPostOfPath, s.followPost)},
		{"DELETE /posts/{post_id}/post_followers", found(s.postOfPath, s.unfollowPost)},
		{"DELETE /posts/{post_id}/post_followers/{id}", found(s.postOfPath, s.unfollowPost)},
		{"POST /flagged_contents", s.flagContent},
	}
}

// homeFeed lists the posts of the member's spaces. Members who have not completed their sign-up have no home page.
func (s *Sandbox) homeFeed(q *request) answer {
	if !q.member.homePage {
		return failure(http.StatusUnauthorized, "Home page feature not applicable")
	}
	posts := s.visiblePosts(q.member, func(p *post) bool { return s.store.seat(p.spaceID, q.member.id) != nil })
	sort := sortPosts(posts, q.param("sort"))
	view := func(p *post) postJSON { return s.postView(q, p, postInHome) }
	return ok(listPage(q.paging(10), posts, view).withSort(sort))
}

// sortPosts sorts the posts and returns the name of the order. "latest" is the default, although the contract does not
// list it.
func sortPosts(posts []*post, sort string) string {
	latest := func(a, b *post) int { return cmp.Or(b.createdAt.Compare(a.createdAt), cmp.Compare(b.id, a.id)) }
	first := latest
	switch sort {
	case "oldest":
		first = func(a, b *post) int { return latest(b, a) }
	case "likes":
		first = func(a, b *post) int { return cmp.Compare(len(b.likes), len(a.likes)) }
	case "popular":
		first = func(a, b *post) int { return cmp.Compare(len(b.likes)+len(b.comments), len(a.likes)+len(a.comments)) }
	case "alphabetical":
		first = func(a, b *post) int { return cmp.Compare(strings.ToLower(a.title()), strings.ToLower(b.title())) }
	case "new_activity":
		first = func(a, b *post) int { return lastActivity(b).Compare(lastActivity(a)) }
	default:
		sort = "latest"
	}
	slices.SortFunc(posts, func(a, b *post) int { return cmp.Or(first(a, b), latest(a, b)) })
	return sort
}

func (s *Sandbox) listPosts(q *request, sp *space) answer {
	status := cmp.Or(q.param("status"), "published")
	topics, ids := q.ids("topics"), q.ids("post_ids")
	var posts []*post
	for _, p := range s.store.posts {
		switch {
		case p.spaceID != sp.id, p.status != status,
			p.status == "draft" && p.authorID != q.member.id,
			len(ids) > 0 && !slices.Contains(ids, p.id),
			len(topics) > 0 && !slices.ContainsFunc(p.topicIDs, func(id int64) bool { return slices.Contains(topics, id) }),
			p.event != nil && !q.flag("past_events") && !p.event.endsAt().After(q.now):
			continue
		}
		posts = append(posts, p)
	}
	sort := sortPosts(posts, q.param("sort"))
	view := func(p *post) postJSON { return s.postView(q, p, postInSpace) }
	return ok(listPage(q.paging(10), posts, view).withSort(sort))
}

// postInSpaceOf finds the post of a path with both ids, each a number or a slug.
func (s *Sandbox) postInSpaceOf(q *request) (*post, answer) {
	sp, refusal := s.spaceOfPath(q)
	if refusal.status != 0 {
		return nil, refusal
	}
	ref := q.PathValue("id")
	return foundRecord("post", s.store.posts, func(p *post) bool {
		return p.spaceID == sp.id && (p.slug == ref || p.id == parseID(ref)) && s.readable(q.member, p)
	})
}

func (s *Sandbox) getPost(q *request, p *post) answer {
	return ok(s.postView(q, p, postAlone))
}

// postInput is a post as callers send it; the switches are on when left out.
type postInput struct {
	Name            string         `json:"name"`
	Slug            string         `json:"slug"`
	Body            string         `json:"body"`
	Document        *documentInput `json:"tiptap_body"`
	CoverImage      string         `json:"cover_image"`
	LikingEnabled   *bool          `json:"is_liking_enabled"`
	CommentsEnabled *bool          `json:"is_comments_enabled"`
	Topics          []int64        `json:"topics"`
	Gallery         galleryInput   `json:"gallery_attributes"`
}

type galleryInput struct {
	Images []imageInput `json:"images_attributes"`
}

// imageInput is an image of a gallery: a new one by the signed id of its upload, an old one by its id.
type imageInput struct {
	ID       int64  `json:"id"`
	SignedID string `json:"signed_id"`
	Image    string `json:"image"` // the signed id, as updates call it
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Position *int   `json:"position"`
	Destroy  bool   `json:"_destroy"`
}

const postRefused = "Failed to create post!"

// draftPost checks that the member may make such a post, and makes it without adding it to the store.
func (s *Sandbox) draftPost(q *request, kind string) (*post, postInput, answer) {
	var in postInput
	sp, refusal := s.spaceOfPath(q)
	if refusal.status == 0 {
		refusal = q.decode(&in)
	}
	switch {
	case refusal.status != 0:
		return nil, in, refusal
	case !s.canPost(q.member, sp):
		return nil, in, forbidden()
	case sp.kind != kind:
		return nil, in, invalid(postRefused, "space", "does not take posts of this type")
	case sp.requireTopic && len(in.Topics) == 0:
		return nil, in, invalid(postRefused, "topics", "can't be blank")
	}
	for _, id := range in.Topics {
		switch t := find(sp.topics, func(t *topic) bool { return t.ID == id }); {
		case t == nil:
			return nil, in, missingRecord("topic")
		case t.AdminOnly && !q.member.staff():
			return nil, in, forbidden()
		}
	}
	if refusal := s.checkPostUploads(in); refusal.status != 0 {
		return nil, in, refusal
	}
	p := &post{
		spaceID: sp.id, authorID: q.member.id, kind: kind, status: "published", name: strings.TrimSpace(in.Name),
		content: s.contentOf(in.Body, in.Document), createdAt: q.now, updatedAt: q.now, commentsEnabled: true,
		likingEnabled: true, coverID: in.CoverImage, topicIDs: in.Topics,
	}
	set(&p.likingEnabled, in.LikingEnabled)
	set(&p.commentsEnabled, in.CommentsEnabled)
	p.slug = s.freeSlug(sp.id, cmp.Or(in.Slug, p.title(), kind+" post"))
	return p, in, answer{}
}

func (s *Sandbox) createPost(q *request) answer {
	p, _, refusal := s.draftPost(q, postBasic)
	if refusal.status != 0 {
		return refusal
	}
	if p.name == "" && p.content.blank() {
		return invalid(postRefused, "name", "can't be blank")
	}
	s.publish(p)
	return ok(s.postView(q, p, postAlone))
}

// publish adds a new post, lets its author follow it and notifies the others.
func (s *Sandbox) publish(p *post) {
	s.store.addPost(p)
	p.followers = append(p.followers, follower{s.store.smallID(), p.authorID})
	mentioned := p.content.mentioned()
	for _, seat := range s.store.memberships[p.spaceID] {
		n := s.postNotification(p, seat.memberID, p.authorID)
		n.action, n.displayAction = "add", "posted"
		if slices.Contains(mentioned, seat.memberID) {
			n.action, n.displayAction = "mention", "mentioned you in a post"
		}
		if seat.memberID != p.authorID {
			s.notify(n)
		}
	}
}

// postNotification is a notification about the post, its action still open.
func (s *Sandbox) postNotification(p *post, memberID, actorID int64) notification {
	n := notification{
		memberID: memberID, actorID: actorID, subjectKind: "Post", subjectID: p.id, spaceID: p.spaceID,
		title: p.title(),
	}
	if p.event != nil {
		n.subjectKind = "Event"
	}
	return n
}

func (s *Sandbox) deletePost(q *request, p *post) answer {
	if !canManage(q.member, p.authorID) {
		return forbidden()
	}
	s.store.removePost(p)
	return done("Post deleted")
}

func (s *Sandbox) createImagePost(q *request) answer {
	p, in, refusal := s.draftPost(q, postImage)
	if refusal.status != 0 {
		return refusal
	}
	p.gallery = &gallery{id: s.store.smallID()}
	s.changeGallery(p.gallery, in.Gallery)
	if len(p.gallery.images) == 0 {
		return invalid(postRefused, "gallery", "can't be blank")
	}
	p.name = "" // image posts have none: their title is the beginning of the text
	s.publish(p)
	return ok(s.postView(q, p, postOfMember))
}

func (s *Sandbox) updateImagePost(q *request, p *post) answer {
	switch {
	case p.kind != postImage:
		return missingRecord("post")
	case !canManage(q.member, p.authorID):
		return forbidden()
	}
	var in postInput
	if refusal := q.decode(&in); refusal.status != 0 {
		return refusal
	}
	if refusal := s.checkPostUploads(in); refusal.status != 0 {
		return refusal
	}
	if in.Document != nil || in.Body != "" {
		p.content = s.contentOf(in.Body, in.Document)
	}
	if in.Slug != "" && in.Slug != p.slug {
		p.slug = s.freeSlug(p.spaceID, in.Slug)
	}
	set(&p.likingEnabled, in.LikingEnabled)
	set(&p.commentsEnabled, in.CommentsEnabled)
	s.changeGallery(p.gallery, in.Gallery)
	p.updatedAt = q.now
	return ok(s.postView(q, p, postChanged))
}

// checkPostUploads refuses a post with an upload that nobody announced.
func (s *Sandbox) checkPostUploads(in postInput) answer {
	if refusal := s.checkUploads(in.Document); refusal.status != 0 {
		return refusal
	}
	if in.CoverImage != "" {
		if _, refusal := s.uploadsOf("cover_image", in.CoverImage); refusal.status != 0 {
			return refusal
		}
	}
	for _, image := range in.Gallery.Images {
		if id := cmp.Or(image.SignedID, image.Image); id != "" {
			if _, refusal := s.uploadsOf("gallery", id); refusal.status != 0 {
				return refusal
			}
		}
	}
	return answer{}
}

// changeGallery adds, moves and removes images.
func (s *Sandbox) changeGallery(g *gallery, in galleryInput) {
	for _, image := range in.Images {
		i := slices.IndexFunc(g.images, func(x *galleryImage) bool { return image.ID != 0 && x.id == image.ID })
		changed := &galleryImage{
			id: s.store.smallID(), signedID: cmp.Or(image.SignedID, image.Image),
			width: cmp.Or(image.Width, 1600), height: cmp.Or(image.Height, 1200),
		}
		if i >= 0 {
			if changed = g.images[i]; image.Image != "" {
				changed.signedID = image.Image
			}
			g.images = slices.Delete(g.images, i, i+1)
		}
		if image.Destroy || changed.signedID == "" {
			continue
		}
		changed.filename = s.store.uploads[changed.signedID].Filename
		at := len(g.images)
		if i >= 0 {
			at = i
		}
		if image.Position != nil {
			at = max(0, min(*image.Position, len(g.images)))
		}
		g.images = slices.Insert(g.images, min(at, len(g.images)), changed)
	}
}

// freeSlug makes a slug from a text that no other post of the space has.
func (s *Sandbox) freeSlug(spaceID int64, text string) string {
	base := slugOf(text)
	taken := func(slug string) bool {
		return slices.ContainsFunc(s.store.posts, func(p *post) bool { return p.spaceID == spaceID && p.slug == slug })
	}
	slug := base
	for n := 2; taken(slug); n++ {
		slug = fmt.Sprintf("%s-%d", base, n)
	}
	return slug
}

// slugOf is the text in lower case with everything but letters and digits turned into single hyphens. Letters of all
// scripts stay.
func slugOf(text string) string {
	parts := strings.FieldsFunc(strings.ToLower(text),
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return cmp.Or(strings.Join(parts, "-"), "post")
}
