package circleclient

import (
	"context"
	"net/http"
	"time"
)

// The values of [Space.Type] that make a difference here.
const (
	SpaceTypeChat   = "chat"
	SpaceTypeCourse = "course"
)

// SpacesService reads spaces, and joins and leaves them.
type SpacesService struct{ client *Client }

// Space is a space of the community. The home space ([SourceHomeSpace]) has id 0 and lacks the address, the cover's
// address, the custom emoji, the space member id and the display switches. Other reads send all fields.
type Space struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Slug string `json:"slug"`
	// SpaceGroupID is 0 if the space is in no group.
	SpaceGroupID   int64  `json:"space_group_id"`
	SpaceGroupName string `json:"space_group_name"`
	// Type is basic, chat, event, course, members or image, sent as "space_type".
	Type               string        `json:"space_type"`
	DisplayView        *string       `json:"display_view"`
	Emoji              *string       `json:"emoji"`
	CustomEmojiURL     *string       `json:"custom_emoji_url"`
	CustomEmojiDarkURL *string       `json:"custom_emoji_dark_url"`
	URL                *string       `json:"url"`
	CoverImageURL      *string       `json:"cover_image_url"`
	IsPrivate          bool          `json:"is_private"`
	IsPostDisabled     bool          `json:"is_post_disabled"`
	IsMember           bool          `json:"is_member"`
	DefaultTab         *string       `json:"default_tab"`
	DefaultSort        *string       `json:"default_sort"`
	VisibleTabs        VisibleTabs   `json:"visible_tabs"`
	Policies           SpacePolicies `json:"policies"`
	// RequireTopicSelection reports whether a new post needs a topic.
	RequireTopicSelection     bool `json:"require_topic_selection"`
	TopicsCount               int  `json:"topics_count"`
	DisplaySpaceWelcomeBanner bool `json:"display_space_welcome_banner"`
	// SpaceMemberID is the viewer's membership; nil if they have not joined.
	SpaceMemberID *int64 `json:"space_member_id"`
	// ChatRoomUUID is the room of a chat space. It is not in the contract.
	ChatRoomUUID *string `json:"chat_room_uuid"`
	// Source is the operation that filled the space.
	Source Source `json:"-"`
}

// Group is the group of the space; nil if it is in none.
func (s *Space) Group() *SpaceGroup {
	if s.SpaceGroupID == 0 {
		return nil
	}
	return &SpaceGroup{ID: s.SpaceGroupID, Name: s.SpaceGroupName}
}

// CanTakePart reports whether the viewer may like and comment there: members may, and those who manage the space.
func (s *Space) CanTakePart() bool { return s.IsMember || s.Policies.CanManageSpace }

// Ref is the part of the space that comes with its posts.
func (s *Space) Ref() *SpaceRef {
	return &SpaceRef{
		ID: s.ID, Slug: s.Slug, Name: s.Name, Emoji: s.Emoji, CustomEmojiURL: s.CustomEmojiURL,
		CustomEmojiDarkURL: s.CustomEmojiDarkURL,
	}
}

// Carries reports whether the record has the part. Any record shows that a space of another type than chat has no room.
func (s *Space) Carries(part Part) bool {
	if part == SpaceChatRoom && (s.ChatRoomUUID != nil || s.Source.Carries(SpaceDetails) && s.Type != SpaceTypeChat) {
		return true
	}
	return s.Source.Carries(part)
}

func (s *Space) setSource(source Source) { s.Source = source }

// VisibleTabs are the tabs that the space shows.
type VisibleTabs struct {
	Posts   bool `json:"posts"`
	Members bool `json:"members"`
}

// SpacePolicies are what the viewer may do in the space.
type SpacePolicies struct {
	CanManageSpace   bool `json:"can_manage_space"`
	CanLeaveSpace    bool `json:"can_leave_space"`
	CanCreatePost    bool `json:"can_create_post"`
	CanInviteMembers bool `json:"can_invite_members"`
}

// SpaceGroup is a group of spaces. Circle sends no more of it, not even its place among the groups.
type SpaceGroup struct {
	ID   int64
	Name string
}

// SpaceRef is a space inside a post or bookmark.
type SpaceRef struct {
	ID                 int64   `json:"id"`
	Slug               string  `json:"slug"`
	Name               string  `json:"name"`
	Emoji              *string `json:"emoji"`
	CustomEmojiURL     *string `json:"custom_emoji_url"`
	CustomEmojiDarkURL *string `json:"custom_emoji_dark_url"`
}

// Topic is a topic for posts of a space.
type Topic struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	// AdminOnly reports whether only admins may use it.
	AdminOnly bool `json:"admin_only"`
}

// PinnedLink is a link pinned to a space, or a folder of such links. Circle calls it a bookmark of the space.
type PinnedLink struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	// URL is nil for a folder.
	URL                *string `json:"url"`
	Emoji              *string `json:"emoji"`
	CustomEmojiURL     *string `json:"custom_emoji_url"`
	CustomEmojiDarkURL *string `json:"custom_emoji_dark_url"`
	// Links are the links inside a folder.
	Links []*PinnedLink `json:"links"`
}

// SpaceUnread is what the viewer has not seen of a space.
type SpaceUnread struct {
	// SpaceID is the space, sent as "id".
	SpaceID                  int64 `json:"id"`
	UnreadContentCount       int   `json:"unread_content_count"`
	UnreadNotificationsCount int   `json:"unread_notifications_count"`
}

// CommunityLink is a link in the sidebar of the community.
type CommunityLink struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url"`
}

// Invitation is an accepted invitation.
type Invitation struct {
	// RedirectToSpaceID is the space it leads to; nil if there is none.
	RedirectToSpaceID *int64 `json:"redirect_to_space_id"`
}

// List reads all spaces that the viewer can see, in Circle's order, in one answer.
//
//circle:op GET /api/headless/v1/spaces
func (s *SpacesService) List(ctx context.Context) ([]*Space, error) {
	spaces, err := getList[*Space](ctx, s.client, member("/spaces"), nil)
	for _, space := range spaces {
		space.setSource(SourceSpaces)
	}
	return spaces, err
}

// ListAnew is List for one who misses a space in it: the list may be remembered from before the space was made. It is
// empty if the caller's list cannot be a remembered one.
func (s *SpacesService) ListAnew(ctx context.Context) ([]*Space, error) {
	const justRead = 2 * time.Second // a list that was read for the same caller a moment ago
	if s.client.memo.config.Bytes == 0 || AskingFrom(ctx).Fresh {
		return nil, nil
	}
	return s.List(With(ctx, NotOlder(justRead)))
}

// Get reads one space by its number; find a slug in [SpacesService.List].
//
//circle:op GET /api/headless/v1/spaces/{id}
func (s *SpacesService) Get(ctx context.Context, spaceID int64) (*Space, error) {
	space, err := get[Space](ctx, s.client, member("/spaces/{id}", id(spaceID)), nil)
	return filled(space, err, SourceSpace)
}

// Listed returns a space as [PostsService.Listed] returns a post. Of a space that came with its posts only name, slug
// and emoji are known.
func (s *SpacesService) Listed(ctx context.Context, spaceID int64, needs Part) (*Space, bool) {
	return listed(ctx, s.client, recordName{Ref: SpaceNodeRef(spaceID)}, func(r *row) (*Space, bool) {
		space := recordOf(r, new(Space))
		return space, carriesAll(space, needs&spaceParts)
	})
}

// Home reads the space of the home page.
//
//circle:op GET /api/headless/v1/spaces/home
func (s *SpacesService) Home(ctx context.Context) (*Space, error) {
	home, err := get[homeSpace](ctx, s.client, member("/spaces/home"), nil)
	if err != nil {
		return nil, err
	}
	return filled(&home.Space, nil, SourceHomeSpace)
}

// homeSpace is a space that has no number.
type homeSpace struct{ Space }

// IsHome reports whether this is the space of the home page. Its number is 0, which no operation on a space takes.
func (s *Space) IsHome() bool { return s.ID == 0 }

// Join joins a space and returns it as it is afterwards. A private space is refused with [ErrForbidden].
//
//circle:op POST /api/headless/v1/spaces/{id}/join
func (s *SpacesService) Join(ctx context.Context, spaceID int64) (*Space, error) {
	space, err := write[Space](ctx, s.client, http.MethodPost, member("/spaces/{id}/join", id(spaceID)), nil)
	return filled(space, err, SourceJoin)
}

// Leave leaves a space and returns it as it is afterwards.
//
//circle:op POST /api/headless/v1/spaces/{id}/leave
func (s *SpacesService) Leave(ctx context.Context, spaceID int64) (*Space, error) {
	space, err := write[Space](ctx, s.client, http.MethodPost, member("/spaces/{id}/leave", id(spaceID)), nil)
	return filled(space, err, SourceLeave)
}

// Topics reads the topics for posts of a space.
//
//circle:op GET /api/headless/v1/spaces/{space_id}/topics
func (s *SpacesService) Topics(ctx context.Context, spaceID int64, opts PageOptions) (*Page[*Topic], error) {
	return get[Page[*Topic]](ctx, s.client, member("/spaces/{space_id}/topics", id(spaceID)), opts.query())
}

// PinnedLinks reads the links pinned to a space.
//
//circle:op GET /api/headless/v1/spaces/{space_id}/bookmarks
func (s *SpacesService) PinnedLinks(ctx context.Context, spaceID int64, opts PageOptions) (*Page[*PinnedLink], error) {
	return get[Page[*PinnedLink]](ctx, s.client, member("/spaces/{space_id}/bookmarks", id(spaceID)), opts.query())
}

// NotificationDetails reads the unread counts of spaces at once, of all spaces if none is named. Spaces that the viewer
// cannot see are missing from the answer.
//
//circle:op GET /api/headless/v1/space_notification_details
func (s *SpacesService) NotificationDetails(ctx context.Context, spaceIDs []int64) ([]*SpaceUnread, error) {
	return getList[*SpaceUnread](ctx, s.client, member("/space_notification_details"),
		query{}.list("space_ids", spaceIDs))
}

// MarkAsRead marks everything in a space as read. It takes the membership ([Space.SpaceMemberID]), not the space.
//
//circle:op POST /api/headless/v1/space_members/{id}/mark_as_read
func (s *SpacesService) MarkAsRead(ctx context.Context, spaceMemberID int64) error {
	return exec(ctx, s.client, http.MethodPost, member("/space_members/{id}/mark_as_read", id(spaceMemberID)), nil)
}

// CommunityLinks reads the links in the sidebar of the community.
//
//circle:op GET /api/headless/v1/community_links
func (s *SpacesService) CommunityLinks(ctx context.Context) ([]*CommunityLink, error) {
	return getList[*CommunityLink](ctx, s.client, member("/community_links"), nil)
}

// JoinByInvitation accepts an invitation by the token at the end of its address.
//
//circle:op POST /api/headless/v1/invitation_links/{token}/join
func (s *SpacesService) JoinByInvitation(ctx context.Context, token string) (*Invitation, error) {
	return write[Invitation](ctx, s.client, http.MethodPost, member("/invitation_links/{token}/join", slug(token)), nil)
}
