package sandbox

import "time"

// First ids of each kind. They are far apart, as Circle's are, so that an id of the wrong kind is noticed. Comments and
// notifications lie above 2^31, as the real ones do or soon will.
const (
	communityID         = 612_004
	firstMemberID       = 8_800_001
	firstUserID         = 36_000_001
	firstSpaceID        = 2_700_001
	firstSpaceMemberID  = 91_000_001
	firstPostID         = 34_800_001
	firstCommentID      = 4_102_000_001
	firstNotificationID = 38_100_000_001
	firstSmallID        = 1_001 // topics, tags, bookmarks, followers, attendees, images, …
)

// roles are the special rights of a member.
type roles struct {
	Admin     bool `json:"admin"`
	Moderator bool `json:"moderator"`
}

// member is a member of the community, with what only they may see.
type member struct {
	id, userID     int64
	publicUID      string
	ssoUserID      string
	email          string
	firstName      string
	lastName       string
	headline       string
	bio            string
	avatarURL      string // empty: the wire says null
	timeZone       string
	location       string
	website        string
	roles          roles
	tags           []*memberTag
	points         int
	createdAt      time.Time
	active         bool
	confirmed      bool // false: invited, never completed the sign-up
	homePage       bool // features.display_home_page
	messaging      bool
	listed         bool // visible in the member directory
	emailPublic    bool
	fieldValues    map[int64]*fieldValue // by profile field id
	countResetAt   time.Time             // notifications before it are not "new"
	preferences    map[preferenceKey]bool
	spacePrefs     map[spacePreferenceKey]string
	lastReadSpaces map[int64]time.Time // by space id
}

// name is the display name.
func (m *member) name() string {
	if m.lastName == "" {
		return m.firstName
	}
	return m.firstName + " " + m.lastName
}

// staff reports whether the member runs the community (admin or moderator).
func (m *member) staff() bool { return m.roles.Admin || m.roles.Moderator }

// preferenceKey names one switch of one medium ("in_app", "push", "mobile").
type preferenceKey struct{ medium, kind string }

// spacePreferenceKey names the choice ("all", "mention", "never") for a space.
type spacePreferenceKey struct {
	medium  string
	spaceID int64
}

// memberTag is a label that admins give to members.
type memberTag struct {
	id        int64
	name      string
	color     string
	textColor string
	emoji     string
	format    string   // tag, emoji, label
	places    []string // member_directory, post_bio, profile_page
	public    bool
}

// profileField is a question of the profile; fieldValue one member's answer.
type profileField struct {
	id          int64
	label       string
	kind        string // text, textarea, select, checkbox, number
	key         string
	placeholder string
	description string
	required    bool
	pages       []string // signup, edit_profile, profile_view, community_view
	choices     []fieldChoice
	number      *numberOptions
	createdAt   time.Time
}

type fieldChoice struct {
	ID    int64  `json:"id"`
	Value string `json:"value"`
}

type numberOptions struct {
	ID       int64   `json:"id"`
	Format   string  `json:"format"`
	Decimal  int     `json:"decimal"`
	Position *string `json:"position"`
	Text     *string `json:"text"`
}

type fieldValue struct {
	id        int64
	text      string
	textarea  string
	choices   []int64 // ids of the field's choices
	createdAt time.Time
	updatedAt time.Time
}

// Kinds of space.
const (
	spaceBasic   = "basic"
	spaceImage   = "image"
	spaceEvent   = "event"
	spaceChat    = "chat"
	spaceCourse  = "course"
	spaceMembers = "members"
)

// space is a room of the community. A private one is listed but open only to its members; a secret one is not even
// listed.
type space struct {
	id, groupID  int64
	groupName    string
	name, slug   string
	kind         string
	view         string // display_view
	emoji        string
	private      bool
	secret       bool
	postDisabled bool // only staff may post
	requireTopic bool
	coverID      string // signed id, empty: none
	topics       []*topic
	links        []*pinnedLink
	position     int
}

// topic is a label that posts of a space carry.
type topic struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	AdminOnly bool   `json:"admin_only"`
}

// pinnedLink is an entry of a space's sidebar: a link, or a folder of links.
type pinnedLink struct {
	id    int64
	name  string
	url   string // empty: a folder
	emoji string
	links []*pinnedLink
}

// membership is a member's place in a space (Circle's space_member).
type membership struct {
	id, spaceID, memberID int64
	joinedAt              time.Time
}

// Kinds of post.
const (
	postBasic = "basic"
	postImage = "image"
	postEvent = "event"
)

// post is a post of any kind; event and gallery are nil unless it is that kind.
type post struct {
	id, spaceID, authorID int64
	kind                  string
	status                string // published, draft
	name                  string // empty: null on the wire (image posts)
	slug                  string
	content               content
	customHTML            string
	createdAt, updatedAt  time.Time
	pinned                bool
	commentsEnabled       bool
	commentsClosed        bool
	likingEnabled         bool
	hideMeta              bool
	coverID               string
	topicIDs              []int64
	gallery               *gallery
	event                 *event
	likes                 []like     // oldest first
	followers             []follower // oldest first
	comments              []*comment // oldest first, replies included
	flags                 []flag
}

// title is the name, or the beginning of the text.
func (p *post) title() string {
	if p.name != "" {
		return p.name
	}
	return firstWords(p.content.text, 60)
}

type gallery struct {
	id           int64
	downloadable bool
	images       []*galleryImage
}

type galleryImage struct {
	id            int64
	signedID      string
	filename      string
	width, height int
}

type like struct {
	memberID int64
	at       time.Time
}

type follower struct {
	id, memberID int64
}

type flag struct {
	memberID int64
	reason   string
	text     string
	at       time.Time
}

// comment is a comment on a post or, with a parent, a reply.
type comment struct {
	id, postID, authorID int64
	parentID             int64 // 0: on the post itself
	content              content
	createdAt, updatedAt time.Time
	likes                []like
	flags                []flag
}

// event is what a post of kind event carries beyond a post.
type event struct {
	startsAt     time.Time
	duration     time.Duration
	timeZone     string // IANA
	locationType string // in_person, virtual, live_stream, tbd
	place        *place // in person
	virtualURL   string
	recordingURL string // of a live stream that is over; empty: none
	hideLocation bool   // from those who do not attend
	hideGuests   bool
	rsvpDisabled bool
	rsvpLimit    int // 0: none
	attendees    []attendee
	// seriesID joins the occurrences of a recurring event: the post id of the first one; 0 for a single event.
	seriesID  int64
	frequency string // of a series: daily, weekly, monthly
}

// endsAt is when the event is over.
func (e *event) endsAt() time.Time { return e.startsAt.Add(e.duration) }

// full reports whether the limit is reached.
func (e *event) full() bool { return e.rsvpLimit > 0 && len(e.attending()) >= e.rsvpLimit }

// attending lists those who said yes, oldest first.
func (e *event) attending() []attendee {
	return filter(e.attendees, func(a attendee) bool { return a.status == "yes" })
}

// place is an address; on the wire it is a JSON document inside a string.
type place struct {
	Name             string  `json:"name"`
	FormattedAddress string  `json:"formatted_address"`
	Latitude         float64 `json:"latitude"`
	Longitude        float64 `json:"longitude"`
}

type attendee struct {
	id, memberID int64
	status       string // yes, no, interested
	at           time.Time
}

// notification tells a member that somebody did something.
type notification struct {
	id, memberID  int64 // memberID: who is told
	actorID       int64 // 0: the community itself
	secondActorID int64 // 0: none
	action        string
	displayAction string
	subjectKind   string // notifiable_type: Post, Event, Comment, CommunityMember, …
	subjectID     int64
	spaceID       int64
	title         string
	createdAt     time.Time
	readAt        time.Time // zero: unread
	archived      bool
}

// bookmark is something a member kept for later.
type bookmark struct {
	id, memberID int64
	kind         string // post, comment
	recordID     int64
	createdAt    time.Time
}

// communityLink is an entry of the community's own sidebar.
type communityLink struct {
	id        int64
	name, url string
	createdAt time.Time
}

// invitation is a link by which members enter a space.
type invitation struct {
	token   string
	spaceID int64 // 0: the community, no space
}
