package sandbox

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (s *Sandbox) memberRoutes() []route {
	return []route{
		{"GET /community_member", s.currentMember},
		{"GET /community_members", s.listMembers},
		{"GET /community_members/{community_member_id}/public_profile", found(s.knownMember, s.publicProfile)},
		{"GET /community_members/{community_member_id}/posts", found(s.knownMember, s.memberPosts)},
		{"GET /community_members/{community_member_id}/comments", found(s.knownMember, s.memberComments)},
		{"GET /community_members/{community_member_id}/spaces", found(s.knownMember, s.memberSpaces)},
		{"POST /search/community_members", s.searchMembers},
		{"PUT /profile", s.updateProfile},
		{"PUT /signup/profile", s.completeSignup},
		{"DELETE /community_member/deactivate", s.deactivateMember},
		{"GET /page_profile_fields", s.listProfileFields},
	}
}

// author is a member as a post, comment or mention shows one; its id is the user's, not the member's, and its roles are
// words.
type author struct {
	ID                int64     `json:"id"`
	CommunityMemberID int64     `json:"community_member_id"`
	Name              string    `json:"name"`
	Headline          string    `json:"headline"`
	AvatarURL         *string   `json:"avatar_url"`
	Roles             []string  `json:"roles"`
	SGID              string    `json:"rich_text_field_sgid"`
	MemberTags        []tagJSON `json:"member_tags"`
}

func (s *Sandbox) authorView(m *member) author {
	a := author{
		ID: m.userID, CommunityMemberID: m.id, Name: m.name(), Headline: m.headline, AvatarURL: orNull(m.avatarURL),
		Roles: []string{}, SGID: sgid("CommunityMember", m.id), MemberTags: tagViews(m, tagOfAuthor),
	}
	if m.roles.Admin {
		a.Roles = append(a.Roles, "admin")
	}
	if m.roles.Moderator {
		a.Roles = append(a.Roles, "moderator")
	}
	return a
}

// liker is a member as user_likes lists one: neither id nor sgid, and roles are an object again.
type liker struct {
	Headline          string    `json:"headline"`
	MemberTags        []tagJSON `json:"member_tags"`
	Name              string    `json:"name"`
	Roles             roles     `json:"roles"`
	CommunityMemberID int64     `json:"community_member_id"`
	AvatarURL         *string   `json:"avatar_url"`
}

func (s *Sandbox) likerView(l like) liker {
	m := s.store.memberByID[l.memberID]
	return liker{m.headline, tagViews(m, tagOfAuthor), m.name(), m.roles, m.id, orNull(m.avatarURL)}
}

// tagJSON is a member's tag. Which places show it is a list on profiles and an object of booleans on authors; the
// directory has no background switch.
type tagJSON struct {
	ID                 int64   `json:"id"`
	Name               string  `json:"name"`
	Color              string  `json:"color"`
	IsPublic           bool    `json:"is_public"`
	Background         *bool   `json:"is_background_enabled,omitempty"`
	DisplayFormat      string  `json:"display_format"`
	DisplayLocations   any     `json:"display_locations"`
	TextColor          string  `json:"text_color"`
	Emoji              string  `json:"emoji"`
	CustomEmojiURL     *string `json:"custom_emoji_url"`
	CustomEmojiDarkURL *string `json:"custom_emoji_dark_url"`
}

type tagPlaces struct {
	MemberDirectory bool `json:"member_directory"`
	PostBio         bool `json:"post_bio"`
	ProfilePage     bool `json:"profile_page"`
}

// tagStyle is which kind of record a tag hangs on.
type tagStyle int

const (
	tagOfAuthor tagStyle = iota
	tagOfProfile
	tagOfDirectory
)

func tagViews(m *member, style tagStyle) []tagJSON {
	views := []tagJSON{}
	for _, t := range m.tags {
		emoji := "https://assets.example.com/emoji/tag-" + fmt.Sprint(t.id) + ".png"
		v := tagJSON{
			ID: t.id, Name: t.name, Color: t.color, IsPublic: t.public, DisplayFormat: t.format, TextColor: t.textColor,
			DisplayLocations: t.places, Emoji: t.emoji, CustomEmojiURL: &emoji, CustomEmojiDarkURL: &emoji,
		}
		if style != tagOfDirectory {
			v.Background = new(t.format != "emoji")
		}
		if style == tagOfAuthor {
			in := func(place string) bool { return slices.Contains(t.places, place) }
			v.DisplayLocations = tagPlaces{in("member_directory"), in("post_bio"), in("profile_page")}
		}
		views = append(views, v)
	}
	return views
}

type profileInfo struct {
	Website      string `json:"website"`
	Location     string `json:"location"`
	TwitterURL   string `json:"twitter_url"`
	FacebookURL  string `json:"facebook_url"`
	InstagramURL string `json:"instagram_url"`
	LinkedinURL  string `json:"linkedin_url"`
}

type gamification struct {
	CommunityMemberID int64  `json:"community_member_id"`
	TotalPoints       int    `json:"total_points"`
	CurrentLevel      int    `json:"current_level"`
	CurrentLevelName  string `json:"current_level_name"`
	PointsToNextLevel int    `json:"points_to_next_level"`
	LevelProgress     int    `json:"level_progress"`
}

// pointsPerLevel is how many points a level takes.
const pointsPerLevel = 50

func gamificationOf(m *member) gamification {
	names := []string{"Seed", "Seedling", "Sprout", "Sapling", "Shrub", "Tree", "Orchard"}
	level := min(m.points/pointsPerLevel, len(names)-1)
	into := m.points - level*pointsPerLevel
	toNext, progress := max(0, pointsPerLevel-into), min(100, into*100/pointsPerLevel)
	return gamification{m.id, m.points, level + 1, names[level], toNext, progress}
}

// profileCore are the fields that the own and the public profile share.
type profileCore struct {
	ID           int64        `json:"id"` // the member id here
	Email        string       `json:"email"`
	Name         string       `json:"name"`
	AvatarURL    *string      `json:"avatar_url"`
	LargeAvatar  *string      `json:"large_avatar_url"`
	Bio          string       `json:"bio"`
	Headline     string       `json:"headline"`
	Posts        int          `json:"posts_count"`
	Comments     int          `json:"comments_count"`
	Spaces       int          `json:"spaces_count"`
	ProfileInfo  profileInfo  `json:"profile_info"`
	Roles        roles        `json:"roles"`
	MemberTags   []tagJSON    `json:"member_tags"`
	Gamification gamification `json:"gamification_stats"`
}

// profileOf is the member's profile as the viewer sees it: it counts what the viewer may read.
func (s *Sandbox) profileOf(q *request, m *member) profileCore {
	p := profileCore{
		ID: m.id, Email: m.email, Name: m.name(), AvatarURL: orNull(m.avatarURL), LargeAvatar: orNull(m.avatarURL),
		Bio: m.bio, Headline: m.headline, Roles: m.roles, MemberTags: tagViews(m, tagOfProfile),
		Gamification: gamificationOf(m), ProfileInfo: profileInfo{Website: m.website, Location: m.location},
		Posts:    len(s.visiblePosts(q.member, func(p *post) bool { return p.authorID == m.id })),
		Comments: len(s.commentsBy(q.member, m)),
		Spaces:   len(s.spacesOf(q.member, m)),
	}
	if m.avatarURL != "" {
		p.LargeAvatar = new(m.avatarURL + "?size=large")
	}
	return p
}

type currentMemberJSON struct {
	profileCore
	UserID         int64             `json:"user_id"`
	PublicUID      string            `json:"public_uid"`
	Bookmarks      int               `json:"bookmarks_count"`
	DefaultSpaceID int64             `json:"default_space_id"`
	Active         bool              `json:"active"`
	Features       features          `json:"features"`
	HomeSegments   []homeSegment     `json:"mobile_home_segments"`
	LiveLimits     liveLimits        `json:"live_stream_limits"`
	ProfileFields  profileFieldsJSON `json:"profile_fields"`
}

type features struct {
	Messaging       bool `json:"messaging_enabled"`
	LiveStreams     bool `json:"can_create_live_streams"`
	HomePage        bool `json:"display_home_page"`
	GroupMessaging  bool `json:"group_messaging_enabled"`
	MemberDirectory bool `json:"display_member_directory"`
	ProfileFields   bool `json:"profile_fields_feature_flag_enabled"`
	VoiceMessages   bool `json:"voice_messages_enabled"`
	ChatReactions   bool `json:"chat_reactions_enabled"`
	TiptapWebview   bool `json:"tiptap_webview_editor_enabled"`
}

type homeSegment struct {
	ID   int64   `json:"id"`
	Kind string  `json:"kind"`
	Name *string `json:"name"`
}

type liveLimits struct {
	Hosts          int `json:"live_stream_max_host_capacity"`
	Spectators     int `json:"live_stream_max_spectator_capacity"`
	Participants   int `json:"live_room_participants_capacity"`
	MonthlyHours   int `json:"live_stream_monthly_stream_hours"`
	RecordingHours int `json:"live_stream_recording_hours"`
}

func (s *Sandbox) currentMember(q *request) answer {
	m := q.member
	kept := len(filter(s.store.bookmarks, func(b *bookmark) bool { return b.memberID == m.id }))
	return ok(currentMemberJSON{
		profileCore: s.profileOf(q, m), UserID: m.userID, PublicUID: m.publicUID, Bookmarks: kept, Active: m.active,
		Features: features{
			Messaging: m.messaging, LiveStreams: m.staff(), HomePage: m.homePage, GroupMessaging: true,
			MemberDirectory: true, ProfileFields: true, VoiceMessages: true, ChatReactions: true, TiptapWebview: true,
		},
		HomeSegments:  []homeSegment{{ID: 1, Kind: "feed"}},
		LiveLimits:    liveLimits{30, 100, 30, 20, 50},
		ProfileFields: s.profileFieldsOf(m),
	})
}

type publicProfileJSON struct {
	profileCore
	Connection    *string `json:"connection_to_current_community_member"`
	CanReceiveDM  bool    `json:"can_receive_dm_from_current_member"`
	MessagingOpen bool    `json:"messaging_enabled"`
}

// knownMember finds an active member by the path's id.
func (s *Sandbox) knownMember(q *request) (*member, answer) {
	m := s.store.memberByID[q.id("community_member_id")]
	if m == nil || !m.active {
		return nil, missingRecord("community_member")
	}
	return m, answer{}
}

func (s *Sandbox) publicProfile(q *request, m *member) answer {
	return ok(publicProfileJSON{
		profileCore: s.profileOf(q, m), CanReceiveDM: m.messaging && m.id != q.member.id, MessagingOpen: m.messaging,
	})
}

func (s *Sandbox) memberPosts(q *request, m *member) answer {
	posts := s.visiblePosts(q.member, func(p *post) bool { return p.authorID == m.id })
	slices.Reverse(posts)
	view := func(p *post) postJSON { return s.postView(q, p, postOfMember) }
	return ok(listPage(q.paging(10), posts, view).withSort("latest"))
}

func (s *Sandbox) memberComments(q *request, m *member) answer {
	view := func(c *comment) commentJSON { return s.memberCommentView(q, c) }
	return ok(listPage(q.paging(10), s.commentsBy(q.member, m), view))
}

// commentsBy lists the member's comments that the viewer may read, newest first.
func (s *Sandbox) commentsBy(asker, m *member) []*comment {
	var list []*comment
	for _, p := range s.visiblePosts(asker, func(p *post) bool { return len(p.comments) > 0 }) {
		list = append(list, filter(p.comments, func(c *comment) bool { return c.authorID == m.id })...)
	}
	slices.SortStableFunc(list, func(a, b *comment) int { return b.createdAt.Compare(a.createdAt) })
	return list
}

func (s *Sandbox) memberSpaces(q *request, m *member) answer {
	view := func(sp *space) spaceJSON { return s.spaceView(q.member, sp, spaceOfMember) }
	return ok(listPage(q.paging(30), s.spacesOf(q.member, m), view).withSort("latest"))
}

// spacesOf lists the member's spaces that the viewer may know of.
func (s *Sandbox) spacesOf(asker, m *member) []*space {
	return filter(s.store.spaces, func(sp *space) bool {
		return s.store.seat(sp.id, m.id) != nil && s.canList(asker, sp)
	})
}

// deactivateMember closes the account: from then on the member's tokens are refused, as their member is not found.
// Admins cannot do this.
func (s *Sandbox) deactivateMember(q *request) answer {
	if q.member.roles.Admin {
		return forbidden()
	}
	q.member.active = false
	maps.DeleteFunc(s.vault.refresh, func(_ string, t *refreshToken) bool { return t.memberID == q.member.id })
	return ok(succeeded{true})
}

// matchesText reports whether the text is in the member's name or headline.
func matchesText(m *member, text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	return text == "" || strings.Contains(strings.ToLower(m.name()), text) ||
		strings.Contains(strings.ToLower(m.headline), text)
}
