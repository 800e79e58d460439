package sandbox

import (
	"slices"
	"time"
)

// postRecord is which operation shows a post: each leaves out other fields.
type postRecord int

const (
	postInHome   postRecord = iota // no policies, gallery or flags; events without the invitation
	postInSpace                    // everything
	postAlone                      // read, or just created: no flags
	postOfMember                   // no policies, topics or event fields; image posts just made look so too
	postChanged                    // an image post after an update: as postOfMember, without flags
	postInEvents                   // no policies, gallery, flags or kind
)

// postJSON is a post. The embedded pointers are what some operations leave out altogether, which is not the same as
// null.
type postJSON struct {
	*postKind
	ID              int64    `json:"id"`
	Name            *string  `json:"name"`
	DisplayTitle    string   `json:"display_title"`
	Slug            string   `json:"slug"`
	CommentsClosed  bool     `json:"is_comments_closed"`
	CommentsEnabled bool     `json:"is_comments_enabled"`
	LikingEnabled   bool     `json:"is_liking_enabled"`
	Pinned          bool     `json:"is_pinned_at_top_of_space"`
	CommentCount    int      `json:"comment_count"`
	LikesCount      int      `json:"user_likes_count"`
	HideMeta        bool     `json:"hide_meta_info"`
	IsLiked         bool     `json:"is_liked"`
	Truncation      bool     `json:"is_truncation_disabled"`
	BookmarkID      *int64   `json:"bookmark_id"`
	FirstLikedBy    []author `json:"first_liked_by"`
	contentJSON
	PlainText       string   `json:"body_plain_text"`
	PlainTextOnly   string   `json:"body_plain_text_without_attachments"`
	URL             string   `json:"url"`
	CreatedAt       stamp    `json:"created_at"`
	UpdatedAt       stamp    `json:"updated_at"`
	Space           spaceRef `json:"space"`
	PostFollowerID  *int64   `json:"post_follower_id"`
	TopicFollowerID *int64   `json:"topic_follower_id"`
	Author          author   `json:"author"`
	Action          posted   `json:"action"`
	CustomHTML      *string  `json:"custom_html"`
	*flagFields
	Topics   []topic      `json:"topics,omitzero"`
	Policies *postPolicy  `json:"policies,omitempty"`
	Gallery  *galleryJSON `json:"gallery,omitempty"`
	*eventFields
	*eventInvitation
}

type postKind struct {
	PostType  string `json:"post_type"`
	SpaceType string `json:"space_type"`
	Status    string `json:"status"`
}

type posted struct {
	UserName  string `json:"user_name"`
	CreatedAt stamp  `json:"created_at"`
	Type      string `json:"type"`
}

// flagFields are the reports of a post or comment.
type flagFields struct {
	FlaggedAt *stamp `json:"flagged_for_approval_at"`
	Reports   int    `json:"unresolved_flagged_reports_count"`
}

func flagView(flags []flag) *flagFields {
	f := &flagFields{Reports: len(flags)}
	if len(flags) > 0 {
		f.FlaggedAt = new(stamp(flags[0].at))
	}
	return f
}

type postPolicy struct {
	Destroy   bool `json:"can_destroy_post"`
	Duplicate bool `json:"can_duplicate_post"`
	Manage    bool `json:"can_manage_post"`
	Report    bool `json:"can_report_post"`
	Update    bool `json:"can_update_post"`
}

type galleryJSON struct {
	ID           int64       `json:"id"`
	Downloadable bool        `json:"downloadable_images"`
	Images       []imageJSON `json:"images"`
}

type imageJSON struct {
	ID          int64  `json:"id"`
	SignedID    string `json:"signed_id"`
	OriginalURL string `json:"original_url"`
	URL         string `json:"url"`
	Filename    string `json:"filename"`
	Width       int    `json:"width"`
	Height      int    `json:"height"`
}

// firstLikers is how many of those who like a post it names.
const firstLikers = 3

func (s *Sandbox) postView(q *request, p *post, record postRecord) postJSON {
	sp, by := s.store.spaceByID[p.spaceID], s.store.memberByID[p.authorID]
	v := postJSON{
		ID: p.id, Name: orNull(p.name), DisplayTitle: p.title(), Slug: p.slug, CommentsClosed: p.commentsClosed,
		CommentsEnabled: p.commentsEnabled, LikingEnabled: p.likingEnabled, Pinned: p.pinned, CommentCount: len(p.comments),
		LikesCount: len(p.likes), HideMeta: p.hideMeta, IsLiked: liked(p.likes, q.member.id), FirstLikedBy: []author{},
		contentJSON: p.content.view(), PlainText: p.content.text, PlainTextOnly: p.content.text,
		URL: s.postURL(p), CreatedAt: stamp(p.createdAt), UpdatedAt: stamp(p.updatedAt), Space: s.spaceRefView(sp),
		Author: s.authorView(by), Action: posted{by.firstName, stamp(p.createdAt), "posted"},
		CustomHTML: orNull(p.customHTML),
	}
	if b := s.store.bookmarkOf(q.member.id, "post", p.id); b != nil {
		v.BookmarkID = &b.id
	}
	for _, l := range p.likes[:min(firstLikers, len(p.likes))] {
		v.FirstLikedBy = append(v.FirstLikedBy, s.authorView(s.store.memberByID[l.memberID]))
	}
	if i := slices.IndexFunc(p.followers, func(f follower) bool { return f.memberID == q.member.id }); i >= 0 {
		v.PostFollowerID, v.TopicFollowerID = &p.followers[i].id, &p.followers[i].id
	}
	if record != postInEvents {
		v.postKind = &postKind{p.kind, sp.kind, p.status}
	}
	if record == postInSpace || record == postOfMember {
		v.flagFields = flagView(p.flags)
	}
	if record != postOfMember && record != postChanged {
		v.Topics = topicsOf(sp, p)
	}
	if record == postInSpace || record == postAlone {
		may := canManage(q.member, p.authorID)
		v.Policies = &postPolicy{may, may, may, p.authorID != q.member.id, may}
	}
	if p.gallery != nil && record != postInHome && record != postInEvents {
		v.Gallery = s.galleryView(p.gallery)
	}
	if p.event != nil && record != postOfMember {
		v.eventFields = s.eventFieldsView(q, p)
		if record != postInHome {
			v.eventInvitation = &eventInvitation{}
		} else {
			for i := range v.Attendees.Records {
				v.Attendees.Records[i].attendeeContact = nil
			}
		}
	}
	return v
}

func (s *Sandbox) postURL(p *post) string {
	return s.publicURL + "/c/" + s.store.spaceByID[p.spaceID].slug + "/" + p.slug
}

func topicsOf(sp *space, p *post) []topic {
	topics := []topic{}
	for _, t := range sp.topics {
		if slices.Contains(p.topicIDs, t.ID) {
			topics = append(topics, *t)
		}
	}
	return topics
}

func (s *Sandbox) galleryView(g *gallery) *galleryJSON {
	v := &galleryJSON{ID: g.id, Downloadable: g.downloadable, Images: []imageJSON{}}
	for _, i := range g.images {
		original := s.store.uploads[i.signedID].URL
		v.Images = append(v.Images, imageJSON{
			i.id, i.signedID, original, original + "?variant=feed", i.filename, i.width, i.height,
		})
	}
	return v
}

// lastActivity is when the post was made or last commented on.
func lastActivity(p *post) time.Time {
	at := p.createdAt
	for _, c := range p.comments {
		if c.createdAt.After(at) {
			at = c.createdAt
		}
	}
	return at
}
