package sandbox

import (
	"cmp"
	"slices"
)

func (s *Sandbox) spaceRoutes() []route {
	return []route{
		{"GET /spaces", s.listSpaces},
		{"GET /spaces/{id}", found(s.numberedSpace, s.getSpace)},
		{"GET /spaces/home", s.homeSpace},
		{"POST /spaces/{id}/join", found(s.numberedSpace, s.joinSpace)},
		{"POST /spaces/{id}/leave", found(s.numberedSpace, s.leaveSpace)},
		{"GET /spaces/{space_id}/topics", found(s.numberedSpace, s.listTopics)},
		{"GET /spaces/{space_id}/bookmarks", found(s.numberedSpace, s.listPinnedLinks)},
		{"GET /space_notification_details", s.spaceNotificationDetails},
		{"POST /space_members/{id}/mark_as_read", s.markSpaceAsRead},
		{"GET /community_links", s.listCommunityLinks},
		{"POST /invitation_links/{token}/join", s.acceptInvitation},
	}
}

// spaceRef is a space inside a post.
type spaceRef struct {
	ID                 int64   `json:"id"`
	Slug               string  `json:"slug"`
	Name               string  `json:"name"`
	Emoji              *string `json:"emoji"`
	CustomEmojiURL     string  `json:"custom_emoji_url"`
	CustomEmojiDarkURL string  `json:"custom_emoji_dark_url"`
}

func (s *Sandbox) spaceRefView(sp *space) spaceRef {
	emoji := s.publicURL + "/assets/emoji/circle-blue.png"
	return spaceRef{sp.id, sp.slug, sp.name, orNull(sp.emoji), emoji, emoji}
}

// spaceJSON is a space by itself. The embedded pointers are what some operations leave out.
type spaceJSON struct {
	ID            int64         `json:"id"`
	Name          string        `json:"name"`
	Slug          string        `json:"slug"`
	GroupID       int64         `json:"space_group_id"`
	GroupName     string        `json:"space_group_name"`
	CommunityID   int64         `json:"community_id"`
	PostType      string        `json:"post_type"`
	SpaceType     string        `json:"space_type"`
	DisplayView   string        `json:"display_view"`
	Emoji         *string       `json:"emoji"`
	Private       bool          `json:"is_private"`
	PostDisabled  bool          `json:"is_post_disabled"`
	HideSettings  bool          `json:"hide_post_settings"`
	IsMember      bool          `json:"is_member"`
	DefaultTab    string        `json:"default_tab"`
	VisibleTabs   visibleTabs   `json:"visible_tabs"`
	DefaultSort   *string       `json:"default_sort"`
	ShowInSpaces  bool          `json:"show_in_spaces_segment"`
	CoverImage    *string       `json:"cover_image"`
	TopicsCount   int           `json:"topics_count"`
	TopicRequired bool          `json:"require_topic_selection"`
	Policies      spacePolicies `json:"policies"`
	*spaceExtras
	Welcome bool `json:"display_space_welcome_banner,omitempty"` // missing if just joined or left
	*spaceSwitches
	RoomUUID string `json:"chat_room_uuid,omitempty"` // of a chat space read by itself; no list shows it
}

type visibleTabs struct {
	Posts   bool `json:"posts"`
	Members bool `json:"members"`
}

type spacePolicies struct {
	Manage bool `json:"can_manage_space"`
	View   bool `json:"can_view_space"`
	Leave  bool `json:"can_leave_space"`
	Create bool `json:"can_create_post"`
	Invite bool `json:"can_invite_members"`
}

// spaceExtras is what every space but the home space has.
type spaceExtras struct {
	CustomEmojiURL     string  `json:"custom_emoji_url"`
	CustomEmojiDarkURL string  `json:"custom_emoji_dark_url"`
	URL                string  `json:"url"`
	ShowLock           bool    `json:"show_lock_icon_for_non_members"`
	SpaceMemberID      *int64  `json:"space_member_id"`
	CoverImageURL      *string `json:"cover_image_url"`
}

// spaceSwitches are missing in the list of a member's spaces.
type spaceSwitches struct {
	HideSorting   bool    `json:"hide_sorting"`
	LockscreenURL *string `json:"lockscreen_site_page_url"`
}

// spaceRecord is which operation shows a space.
type spaceRecord int

const (
	spaceInFull spaceRecord = iota
	spaceOfMember
	spaceJustChanged
)

func (s *Sandbox) spaceView(m *member, sp *space, record spaceRecord) spaceJSON {
	seat, ref := s.store.seat(sp.id, m.id), s.spaceRefView(sp)
	v := spaceJSON{
		ID: sp.id, Name: sp.name, Slug: sp.slug, GroupID: sp.groupID, GroupName: sp.groupName, CommunityID: communityID,
		PostType: postBasic, SpaceType: sp.kind, DisplayView: sp.view, Emoji: ref.Emoji, Private: sp.private || sp.secret,
		Welcome: record != spaceJustChanged, PostDisabled: sp.postDisabled, IsMember: seat != nil, DefaultTab: "posts",
		VisibleTabs:  visibleTabs{true, true},
		ShowInSpaces: true, TopicsCount: len(sp.topics), TopicRequired: sp.requireTopic, CoverImage: orNull(sp.coverID),
		Policies: spacePolicies{
			Manage: m.roles.Admin, View: s.canView(m, sp), Leave: seat != nil, Create: s.canPost(m, sp), Invite: m.roles.Admin,
		},
		spaceExtras: &spaceExtras{
			CustomEmojiURL: ref.CustomEmojiURL, CustomEmojiDarkURL: ref.CustomEmojiDarkURL,
			URL: s.publicURL + "/c/" + sp.slug, ShowLock: true,
		},
	}
	if sp.kind == spaceImage || sp.kind == spaceEvent {
		v.PostType = sp.kind
	}
	if seat != nil {
		v.SpaceMemberID = &seat.id
	}
	if sp.coverID != "" {
		v.CoverImageURL = new(s.blobURL(sp.coverID, "cover.jpg"))
	}
	if record != spaceOfMember {
		v.spaceSwitches = &spaceSwitches{}
	}
	return v
}

func (s *Sandbox) listSpaces(q *request) answer {
	views := []spaceJSON{}
	for _, sp := range s.store.spaces {
		if s.canList(q.member, sp) {
			views = append(views, s.spaceView(q.member, sp, spaceInFull))
		}
	}
	return ok(views)
}

// numberedSpace finds a listed space by a path parameter that is a number only: unlike the paths of posts, these take
// no slug.
func (s *Sandbox) numberedSpace(q *request) (*space, answer) {
	id := parseID(cmp.Or(q.PathValue("course_id"), q.PathValue("space_id"), q.PathValue("id")))
	return foundRecord("space", s.store.spaces, func(sp *space) bool { return sp.id == id && s.canList(q.member, sp) })
}

func (s *Sandbox) getSpace(q *request, sp *space) answer {
	v := s.spaceView(q.member, sp, spaceInFull)
	if r := s.store.roomOfSpace(sp.id); r != nil && s.canRead(q.member, r) {
		v.RoomUUID = r.uuid
	}
	return ok(v)
}

func (s *Sandbox) homeSpace(q *request) answer {
	return ok(spaceJSON{
		Name: "Home", Slug: "home", GroupName: "Home", CommunityID: communityID, PostType: postBasic, SpaceType: spaceBasic,
		DisplayView: "posts", PostDisabled: true, IsMember: true, DefaultTab: "posts", VisibleTabs: visibleTabs{Posts: true},
		ShowInSpaces: true, Policies: spacePolicies{View: true},
	})
}

// joinSpace adds the member. A private space can only be joined by invitation.
func (s *Sandbox) joinSpace(q *request, sp *space) answer {
	if !s.canView(q.member, sp) {
		return forbidden()
	}
	s.store.join(sp.id, q.member.id, q.now)
	return ok(s.spaceView(q.member, sp, spaceJustChanged))
}

func (s *Sandbox) leaveSpace(q *request, sp *space) answer {
	if s.store.seat(sp.id, q.member.id) == nil {
		return missingRecord("space_member")
	}
	s.store.leave(sp.id, q.member.id)
	return ok(s.spaceView(q.member, sp, spaceJustChanged))
}

func (s *Sandbox) listTopics(q *request, sp *space) answer {
	view := func(t *topic) topic { return *t }
	return ok(listPage(q.paging(10), sp.topics, view).withPageCount())
}

type pinnedLinkJSON struct {
	ID    int64            `json:"id"`
	Name  string           `json:"name"`
	Kind  string           `json:"display_type"`
	Links []pinnedLinkJSON `json:"links,omitzero"` // of a folder
	*pinnedTarget
}

type pinnedTarget struct {
	URL                string  `json:"url"`
	Emoji              *string `json:"emoji"`
	CustomEmojiURL     *string `json:"custom_emoji_url"`
	CustomEmojiDarkURL *string `json:"custom_emoji_dark_url"`
}

func pinnedLinkView(l *pinnedLink) pinnedLinkJSON {
	if l.url != "" {
		return pinnedLinkJSON{l.id, l.name, "link", nil, &pinnedTarget{URL: l.url, Emoji: orNull(l.emoji)}}
	}
	folder := pinnedLinkJSON{ID: l.id, Name: l.name, Kind: "folder", Links: []pinnedLinkJSON{}}
	for _, inner := range l.links {
		folder.Links = append(folder.Links, pinnedLinkView(inner))
	}
	return folder
}

// listPinnedLinks lists the links of a space's sidebar, which Circle calls the space's bookmarks.
func (s *Sandbox) listPinnedLinks(q *request, sp *space) answer {
	if !s.canView(q.member, sp) {
		return forbidden()
	}
	return ok(listPage(q.paging(10), sp.links, pinnedLinkView).withPageCount())
}

type spaceDetails struct {
	ID            int64 `json:"id"`
	Content       int   `json:"unread_content_count"`
	Notifications int   `json:"unread_notifications_count"`
}

// spaceNotificationDetails counts what is new for the member in the requested spaces, or in all that the member has
// joined.
func (s *Sandbox) spaceNotificationDetails(q *request) answer {
	asked, list := q.ids("space_ids"), []spaceDetails{}
	for _, sp := range s.store.spaces {
		seat := s.store.seat(sp.id, q.member.id)
		if seat == nil || (len(asked) > 0 && !slices.Contains(asked, sp.id)) {
			continue
		}
		d, since := spaceDetails{ID: sp.id}, q.member.lastReadSpaces[sp.id]
		for _, p := range s.store.posts {
			if p.spaceID == sp.id && p.status == "published" && p.authorID != q.member.id && p.createdAt.After(since) &&
				p.createdAt.After(seat.joinedAt) {
				d.Content++
			}
		}
		if r := s.store.roomOfSpace(sp.id); r != nil {
			d.Content = len(r.unread(s.placeOf(q.member, r)))
		}
		for _, n := range s.store.notification[q.member.id] {
			if n.spaceID == sp.id && n.readAt.IsZero() && !n.archived {
				d.Notifications++
			}
		}
		list = append(list, d)
	}
	return ok(list)
}

func (s *Sandbox) markSpaceAsRead(q *request) answer {
	seat := s.store.seatByID[q.id("id")]
	if seat == nil || seat.memberID != q.member.id {
		return missingRecord("space_member")
	}
	q.member.lastReadSpaces[seat.spaceID] = q.now
	if r := s.store.roomOfSpace(seat.spaceID); r != nil {
		r.markRead(s.placeOf(q.member, r))
	}
	return ok(succeeded{true})
}

type communityLinkJSON struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	URL         string `json:"url"`
	CommunityID int64  `json:"community_id"`
	CreatedAt   stamp  `json:"created_at"`
	UpdatedAt   stamp  `json:"updated_at"`
}

func (s *Sandbox) listCommunityLinks(*request) answer {
	list := []communityLinkJSON{}
	for _, l := range s.store.links {
		list = append(list, communityLinkJSON{l.id, l.name, l.url, communityID, stamp(l.createdAt), stamp(l.createdAt)})
	}
	return ok(list)
}

// acceptInvitation also opens private and secret spaces.
func (s *Sandbox) acceptInvitation(q *request) answer {
	i := slices.IndexFunc(s.store.invitations, func(inv invitation) bool { return inv.token == q.PathValue("token") })
	if i < 0 {
		return missingRecord("invitation_link")
	}
	spaceID := s.store.invitations[i].spaceID
	if spaceID != 0 {
		s.store.join(spaceID, q.member.id, q.now)
	}
	return ok(struct {
		SpaceID *int64 `json:"redirect_to_space_id"`
	}{idOrNull(spaceID)})
}
